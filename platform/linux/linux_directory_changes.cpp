// SPDX-License-Identifier: Apache-2.0
// linux_directory_changes.cpp: the part of LinuxDirectory that creates, renames and removes children.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>

#include "platform/linux/file_status.hpp"
#include "platform/linux/linux_directory.hpp"
#include "platform/linux/linux_file.hpp"
#include "platform/linux/path.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateFolder = 0700;

/// The S_IF* bits of what createSpecial() can make; 0 for all else.
mode_t specialBits(FileType type) noexcept {
    switch (type) {
        case FileType::BlockDevice:
            return S_IFBLK;
        case FileType::CharDevice:
            return S_IFCHR;
        case FileType::Fifo:
            return S_IFIFO;
        case FileType::Socket:
            return S_IFSOCK;
        default:
            return 0;
    }
}

}  // namespace

std::unique_ptr<File> LinuxDirectory::createFile(std::string_view name) const {
    const ChildName child(name);
    constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    Descriptor created(
        retryInterrupted([&] { return ::openat(descriptor_.get(), child.get(), kFlags, kPrivateFile); }));
    if (!created) throw fileError(errno, "create", pathOf(name));
    return std::make_unique<LinuxFile>(std::move(created), pathOf(name));
}

std::unique_ptr<File> LinuxDirectory::openForWriting(std::string_view name) const {
    const ChildName child(name);
    // A fifo is refused below; without O_NONBLOCK opening a device could wait for ever before that.
    constexpr int kFlags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    Descriptor opened(retryInterrupted([&] { return ::openat(descriptor_.get(), child.get(), kFlags); }));
    if (!opened) {
        if (errno == ELOOP) throw symlinkError(pathOf(name));
        if (errno == ENXIO || errno == ENODEV || errno == EISDIR) throw notRegularError(pathOf(name));
        throw fileError(errno, "open", pathOf(name), "for writing");
    }
    if (statusOfDescriptor(opened.get(), displayPath_).type != FileType::Regular) {
        throw notRegularError(pathOf(name));
    }
    const int current = ::fcntl(opened.get(), F_GETFL);
    if (current < 0 || ::fcntl(opened.get(), F_SETFL, current & ~O_NONBLOCK) != 0) {
        throw fileError(errno, "open", pathOf(name), "for writing");
    }
    return std::make_unique<LinuxFile>(std::move(opened), pathOf(name));
}

void LinuxDirectory::createDirectory(std::string_view name) const {
    if (::mkdirat(descriptor_.get(), ChildName(name).get(), kPrivateFolder) != 0) {
        throw fileError(errno, "create the folder", pathOf(name));
    }
}

void LinuxDirectory::createSymlink(std::string_view name, std::string_view target,
                                   bool /*targetIsDirectory*/) const {
    const std::string text(target);
    if (::symlinkat(text.c_str(), descriptor_.get(), ChildName(name).get()) != 0) {
        throw fileError(errno, "create the symbolic link", pathOf(name));
    }
}

void LinuxDirectory::createSpecial(std::string_view name, const FileStatus& like) const {
    const mode_t bits = specialBits(like.type);
    if (bits == 0) throw fileError(EINVAL, "create the special file", pathOf(name));
    const bool isDevice = like.type == FileType::BlockDevice || like.type == FileType::CharDevice;
    const dev_t device = isDevice ? makedev(like.deviceMajor, like.deviceMinor) : 0;
    if (::mknodat(descriptor_.get(), ChildName(name).get(), bits | kPrivateFile, device) != 0) {
        throw fileError(errno, "create the special file", pathOf(name));
    }
}

void LinuxDirectory::createHardLink(std::string_view name, const Directory& existingIn,
                                    std::string_view existingName) const {
    const auto* source = dynamic_cast<const LinuxDirectory*>(&existingIn);
    if (source == nullptr) throw fileError(EXDEV, "create the hard link", pathOf(name));
    // Without AT_SYMLINK_FOLLOW a symbolic link gets the other name itself.
    if (::linkat(source->descriptor_.get(), ChildName(existingName).get(), descriptor_.get(),
                 ChildName(name).get(), 0) != 0) {
        throw fileError(errno, "create the hard link", pathOf(name));
    }
}

void LinuxDirectory::renameChild(std::string_view from, std::string_view to) const {
    if (::renameat(descriptor_.get(), ChildName(from).get(), descriptor_.get(), ChildName(to).get()) != 0) {
        throw fileError(errno, "rename", pathOf(from), "to '" + std::string(to) + "'");
    }
}

void LinuxDirectory::removeFile(std::string_view name) const {
    if (::unlinkat(descriptor_.get(), ChildName(name).get(), 0) != 0)
        throw fileError(errno, "remove", pathOf(name));
}

void LinuxDirectory::removeDirectory(std::string_view name) const {
    if (::unlinkat(descriptor_.get(), ChildName(name).get(), AT_REMOVEDIR) != 0) {
        throw fileError(errno, "remove the folder", pathOf(name));
    }
}

}  // namespace platform::linux
