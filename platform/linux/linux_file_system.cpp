// SPDX-License-Identifier: Apache-2.0
// linux_file_system.cpp: whole-path access to HBR's own files on Linux.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <limits>

#include "platform/file_system.hpp"
#include "platform/linux/file_status.hpp"
#include "platform/linux/linux_directory.hpp"
#include "platform/linux/linux_file.hpp"
#include "platform/linux/path.hpp"
#include "platform/linux/publish.hpp"
#include "platform/linux/system_error.hpp"

namespace platform {

namespace {

using namespace linux;

/// Runs `call(directory, rest)` on a path of any length; returns what it returned, or -1 with errno set.
template <typename Call>
int onPath(const std::string& path, const Call& call) {
    const Anchor anchor(path);
    if (anchor.error() != 0) {
        errno = anchor.error();
        return -1;
    }
    return retryInterrupted([&] { return call(anchor.directory(), anchor.rest()); });
}

/// Removes a name; false when there was none.
bool removePath(const std::string& path, int flags, std::string_view verb) {
    const int outcome =
        onPath(path, [flags](int at, const char* rest) { return ::unlinkat(at, rest, flags); });
    if (outcome == 0) return true;
    if (meansNotFound(errno)) return false;
    throw fileError(errno, verb, path);
}

Descriptor openFolder(const std::string& path) {
    Descriptor opened(onPath(path, [](int at, const char* rest) { return openFolderQuietly(at, rest, 0); }));
    if (!opened) throw fileError(errno, "open the folder", path);
    return opened;
}

class LinuxFileSystem final : public FileSystem {
public:
    [[nodiscard]] std::unique_ptr<Directory> openDirectory(const std::string& path) const override {
        return std::make_unique<LinuxDirectory>(openFolder(path), absolutePathOf(path));
    }

    [[nodiscard]] std::optional<FileStatus> status(const std::string& path) const override;
    void createDirectories(const std::string& path) const override;
    [[nodiscard]] std::unique_ptr<File> openForReading(const std::string& path) const override;
    [[nodiscard]] std::unique_ptr<File> createNew(const std::string& path) const override;
    void publish(const std::string& from, const std::string& to) const override { publishFile(from, to); }
    void replace(const std::string& from, const std::string& to) const override;

    bool removeFile(const std::string& path) const override { return removePath(path, 0, "remove"); }
    bool removeDirectory(const std::string& path) const override {
        return removePath(path, AT_REMOVEDIR, "remove the folder");
    }

    void syncDirectory(const std::string& path) const override {
        syncDirectoryDescriptor(openFolder(path).get(), path);
    }

    [[nodiscard]] std::uint64_t freeBytes(const std::string& path) const override;

    [[nodiscard]] std::string absolutePath(const std::string& path) const override {
        return absolutePathOf(path);
    }
    [[nodiscard]] std::string canonicalPath(const std::string& path) const override {
        return canonicalPathOf(path);
    }
    [[nodiscard]] std::vector<std::string> splitPath(const std::string& absolutePath) const override {
        return splitLinuxPath(absolutePath);
    }
    [[nodiscard]] std::string joinPath(const std::vector<std::string>& components) const override {
        return joinLinuxPath(components);
    }
};

std::optional<FileStatus> LinuxFileSystem::status(const std::string& path) const {
    FileStatus status;
    const Anchor anchor(path);
    const int number = anchor.error() != 0
                           ? anchor.error()
                           : readStatus(anchor.directory(), anchor.rest(), Links::Followed, status);
    if (number == 0) return status;
    if (meansNotFound(number)) return std::nullopt;
    throw fileError(number, "read the status of", path);
}

void LinuxFileSystem::createDirectories(const std::string& path) const {
    std::vector<std::string> missing;
    std::string existing = path;
    std::optional<FileStatus> found = status(existing);
    while (!found) {
        missing.push_back(existing);
        existing = parentPath(existing);
        found = status(existing);
    }
    if (found->type != FileType::Directory) throw fileError(EEXIST, "create the folder", existing);
    while (!missing.empty()) {
        const std::string folder = std::move(missing.back());
        missing.pop_back();
        const int made = onPath(folder, [](int at, const char* rest) { return ::mkdirat(at, rest, 0700); });
        // Somebody else may have been quicker; then the name is flushed all the same, for us.
        if (made != 0 && errno != EEXIST) throw fileError(errno, "create the folder", folder);
        const std::optional<FileStatus> now = status(folder);
        if (!now || now->type != FileType::Directory) throw fileError(EEXIST, "create the folder", folder);
        syncDirectory(parentPath(folder));
    }
}

std::unique_ptr<File> LinuxFileSystem::openForReading(const std::string& path) const {
    const Anchor anchor(path);
    if (anchor.error() != 0) throw fileError(anchor.error(), "open", path, "for reading");
    return std::make_unique<LinuxFile>(openRegular(anchor.directory(), anchor.rest(), 0, path), path);
}

std::unique_ptr<File> LinuxFileSystem::createNew(const std::string& path) const {
    Descriptor created(onPath(path, [](int at, const char* rest) {
        return ::openat(at, rest, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }));
    if (!created) throw fileError(errno, "create", path);
    return std::make_unique<LinuxFile>(std::move(created), path);
}

void LinuxFileSystem::replace(const std::string& from, const std::string& to) const {
    const Anchor target(to);
    const int outcome = target.error() != 0 ? -1 : onPath(from, [&target](int at, const char* rest) {
        return ::renameat(at, rest, target.directory(), target.rest());
    });
    if (outcome != 0) throw fileError(target.error() != 0 ? target.error() : errno, "replace", to);
}

std::uint64_t LinuxFileSystem::freeBytes(const std::string& path) const {
    const Descriptor place(
        onPath(path, [](int at, const char* rest) { return ::openat(at, rest, O_PATH | O_CLOEXEC); }));
    struct statvfs room = {};
    if (!place || retryInterrupted([&] { return ::fstatvfs(place.get(), &room); }) != 0) {
        throw fileError(errno, "tell the free room of", path);
    }
    return std::uint64_t{room.f_bavail} * room.f_frsize;
}

}  // namespace

std::unique_ptr<FileSystem> makeFileSystem() { return std::make_unique<LinuxFileSystem>(); }

bool isAbsolutePath(std::string_view path) { return path.starts_with('/'); }

}  // namespace platform
