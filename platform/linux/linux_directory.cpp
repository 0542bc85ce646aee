// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/linux_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "platform/linux/extended_attributes.hpp"
#include "platform/linux/file_status.hpp"
#include "platform/linux/linux_file.hpp"
#include "platform/linux/path.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr std::size_t kListingBytes = 256 * base::kKiB;  // some thousand names a call

bool isDots(const char* name) noexcept {
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/// Adds the records that one getdents64() call returned.
void addEntries(const char* records, std::size_t sizeBytes, DirectoryListing& listing) {
    for (std::size_t at = 0; at < sizeBytes;) {
        const char* const record = records + at;
        unsigned short recordBytes = 0;
        std::memcpy(&recordBytes, record + offsetof(struct dirent64, d_reclen), sizeof recordBytes);
        const char* const name = record + offsetof(struct dirent64, d_name);
        const auto type = static_cast<unsigned char>(record[offsetof(struct dirent64, d_type)]);
        if (!isDots(name)) listing.add(name, typeOfEntry(type));
        at += recordBytes;
    }
}

/// A folder that may be passed on the way to what is in it, but not listed.
bool isForPassingOnly(int descriptor) noexcept { return (::fcntl(descriptor, F_GETFL) & O_PATH) != 0; }

/// Where a flush of the whole file system ends on this machine, and does not reach the disk behind it.
bool isFlushedFileByFile(int descriptor) noexcept {
    constexpr std::array<std::uint32_t, 5> kTypes = {FUSE_SUPER_MAGIC, CIFS_SUPER_MAGIC, SMB2_SUPER_MAGIC,
                                                     SMB_SUPER_MAGIC, V9FS_MAGIC};
    struct statfs status{};
    if (retryInterrupted([&] { return ::fstatfs(descriptor, &status); }) != 0) return true;
    // Some of the numbers are negative where the field has 32 bits.
    return std::find(kTypes.begin(), kTypes.end(), static_cast<std::uint32_t>(status.f_type)) != kTypes.end();
}

class LinuxVolume final : public VolumeFlusher {
public:
    LinuxVolume(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    /// Tells of what failed to be written since the descriptor was opened, too.
    void flush() override {
        if (retryInterrupted([this] { return ::syncfs(descriptor_.get()); }) == 0) return;
        throw flushError(errno, "flush the file system of", path_);
    }

private:
    const Descriptor descriptor_;
    const std::string path_;
};

bool isSymlink(int directory, const char* name) noexcept {
    FileStatus status;
    return readStatus(directory, name, Links::Themselves, status) == 0 && status.type == FileType::Symlink;
}

}  // namespace

std::string LinuxDirectory::pathOf(std::string_view name) const { return childPath(displayPath_, name); }

DirectoryListing LinuxDirectory::list() const {
    DirectoryListing listing;
    // One buffer a thread, so that a tree of small directories does not allocate for each.
    thread_local std::unique_ptr<char[]> records(new char[kListingBytes]);
    const std::lock_guard lock(listing_);
    if (isForPassingOnly(descriptor_.get())) throw fileError(EACCES, "list", displayPath_);
    if (::lseek(descriptor_.get(), 0, SEEK_SET) < 0) throw fileError(errno, "list", displayPath_);
    for (;;) {
        const ssize_t length =
            retryInterrupted([&] { return ::getdents64(descriptor_.get(), records.get(), kListingBytes); });
        if (length < 0) throw fileError(errno, "list", displayPath_);
        if (length == 0) return listing;
        addEntries(records.get(), static_cast<std::size_t>(length), listing);
    }
}

FileStatus LinuxDirectory::status() const { return statusOfDescriptor(descriptor_.get(), displayPath_); }

ExtraMetadata LinuxDirectory::extraMetadata() const {
    if (isForPassingOnly(descriptor_.get())) {
        // Its flags cannot be read; list() says that not all of it can be had.
        return {attributesOfPath("/proc/self/fd/" + std::to_string(descriptor_.get()) + "/.", displayPath_),
                0};
    }
    return {attributesOfDescriptor(descriptor_.get(), displayPath_),
            flagsOfDescriptor(descriptor_.get(), displayPath_)};
}

std::optional<FileStatus> LinuxDirectory::statusOf(std::string_view name) const {
    FileStatus status;
    const int number = readStatus(descriptor_.get(), ChildName(name).get(), Links::Themselves, status);
    if (number == 0) return status;
    if (number == ENOENT) return std::nullopt;
    throw fileError(number, "read the status of", pathOf(name));
}

ExtraMetadata LinuxDirectory::extraMetadataOf(std::string_view name) const {
    const std::optional<FileStatus> status = statusOf(name);
    if (!status) throw fileError(ENOENT, "read the extended attributes of", pathOf(name));
    if (status->type == FileType::Regular) return openFile(name, OpenMode::Read)->extraMetadata();
    if (status->type == FileType::Directory) return openDirectory(name)->extraMetadata();
    // No call takes a descriptor and a name here, hence the way through /proc, which leads to the open
    // directory itself.
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor_.get()) + "/" + std::string(name);
    return {attributesOfPath(path, pathOf(name)), 0};
}

std::string LinuxDirectory::readLink(std::string_view name) const {
    const ChildName child(name);
    std::string target(256, '\0');
    for (;;) {
        const ssize_t length = ::readlinkat(descriptor_.get(), child.get(), target.data(), target.size());
        if (length < 0) throw fileError(errno, "read the symbolic link", pathOf(name));
        const bool fits = static_cast<std::size_t>(length) < target.size();
        target.resize(fits ? static_cast<std::size_t>(length) : target.size() * 4);
        if (fits) return target;
    }
}

std::unique_ptr<Directory> LinuxDirectory::openDirectory(std::string_view name) const {
    const ChildName child(name);
    Descriptor opened(openFolderQuietly(descriptor_.get(), child.get(), O_NOFOLLOW));
    if (!opened) {
        const int number = errno;
        // With O_DIRECTORY the kernel says ENOTDIR for links too.
        if (number == ELOOP || (number == ENOTDIR && isSymlink(descriptor_.get(), child.get()))) {
            throw symlinkError(pathOf(name));
        }
        throw fileError(number, "open the folder", pathOf(name));
    }
    return std::make_unique<LinuxDirectory>(std::move(opened), pathOf(name));
}

std::unique_ptr<File> LinuxDirectory::openFile(std::string_view name, OpenMode mode) const {
    std::string path = pathOf(name);
    Descriptor opened = openRegular(descriptor_.get(), ChildName(name).get(), O_NOFOLLOW, path);
    auto file = std::make_unique<LinuxFile>(std::move(opened), std::move(path));
    if (mode == OpenMode::ReadSequential) file->expectSequentialReads();
    return file;
}

void LinuxDirectory::sync() const {
    if (isForPassingOnly(descriptor_.get())) return;  // there is no way to flush it
    syncDirectoryDescriptor(descriptor_.get(), displayPath_);
}

std::unique_ptr<VolumeFlusher> LinuxDirectory::volumeFlusher() const {
    Descriptor own(retryInterrupted(
        [this] { return ::openat(descriptor_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!own || isFlushedFileByFile(own.get())) return nullptr;
    return std::make_unique<LinuxVolume>(std::move(own), displayPath_);
}

void syncDirectoryDescriptor(int descriptor, std::string_view displayPath) {
    if (retryInterrupted([descriptor] { return ::fsync(descriptor); }) == 0) return;
    if (errno == EINVAL || meansUnsupported(errno)) return;
    throw flushError(errno, "flush the folder", displayPath);
}

}  // namespace platform::linux
