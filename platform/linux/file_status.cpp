// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/file_status.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr std::uint64_t kBlockBytes = 512;  // the unit of stx_blocks on every file system

FileType typeOfMode(unsigned mode) noexcept {
    switch (mode & S_IFMT) {
        case S_IFREG:
            return FileType::Regular;
        case S_IFDIR:
            return FileType::Directory;
        case S_IFLNK:
            return FileType::Symlink;
        case S_IFBLK:
            return FileType::BlockDevice;
        case S_IFCHR:
            return FileType::CharDevice;
        case S_IFIFO:
            return FileType::Fifo;
        case S_IFSOCK:
            return FileType::Socket;
        default:
            return FileType::Other;
    }
}

Timestamp toTimestamp(const struct statx_timestamp& time) noexcept { return {time.tv_sec, time.tv_nsec}; }

int callStatx(int directory, const char* name, int flags, FileStatus& status) noexcept {
    struct statx raw;
    if (::statx(directory, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME, &raw) != 0)
        return errno;
    status.type = typeOfMode(raw.stx_mode);
    status.mode = raw.stx_mode & 07777U;
    status.ownerId = raw.stx_uid;
    status.groupId = raw.stx_gid;
    status.linkCount = raw.stx_nlink;
    status.deviceMajor = raw.stx_rdev_major;
    status.deviceMinor = raw.stx_rdev_minor;
    status.attributes = 0;
    status.sizeBytes = raw.stx_size;
    status.allocatedBytes = raw.stx_blocks * kBlockBytes;
    status.volumeId = (std::uint64_t{raw.stx_dev_major} << 32) | raw.stx_dev_minor;
    status.fileId = raw.stx_ino;
    status.modified = toTimestamp(raw.stx_mtime);
    status.changed = toTimestamp(raw.stx_ctime);
    status.created = (raw.stx_mask & STATX_BTIME) != 0 ? toTimestamp(raw.stx_btime) : Timestamp{};
    return 0;
}

}  // namespace

int readStatus(int directory, const char* name, Links links, FileStatus& status) noexcept {
    for (;;) {
        const int number =
            callStatx(directory, name, links == Links::Themselves ? AT_SYMLINK_NOFOLLOW : 0, status);
        if (number != EINTR) return number;
    }
}

FileStatus statusOfDescriptor(int descriptor, std::string_view displayPath) {
    FileStatus status;
    int number = EINTR;
    while (number == EINTR) number = callStatx(descriptor, "", AT_EMPTY_PATH, status);
    if (number != 0) throw fileError(number, "read the status of", displayPath);
    return status;
}

FileType typeOfEntry(unsigned char entryType) noexcept {
    switch (entryType) {
        case DT_REG:
            return FileType::Regular;
        case DT_DIR:
            return FileType::Directory;
        case DT_LNK:
            return FileType::Symlink;
        case DT_BLK:
            return FileType::BlockDevice;
        case DT_CHR:
            return FileType::CharDevice;
        case DT_FIFO:
            return FileType::Fifo;
        case DT_SOCK:
            return FileType::Socket;
        default:
            return FileType::Other;
    }
}

}  // namespace platform::linux
