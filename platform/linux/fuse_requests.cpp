// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/fuse_requests.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace platform::linux {

namespace {

// What never changes may be remembered for as long as the kernel likes.
constexpr double kForEverSeconds = 86'400;
constexpr double kSoonSeconds = 1;

// As many files are read in turn without being opened again.
constexpr std::size_t kMostRecentFiles = 64;

// What every listing begins with; the places of the tree's own children come behind theirs.
constexpr std::array<std::string_view, 2> kDots = {".", ".."};

int numberOf(const base::Error& error) noexcept {
    switch (error.kind()) {
        case base::ErrorKind::NotFound:
            return ENOENT;
        case base::ErrorKind::Denied:
            return EACCES;
        case base::ErrorKind::Invalid:
            return EINVAL;
        case base::ErrorKind::Unsupported:
            return EOPNOTSUPP;
        case base::ErrorKind::Exhausted:
            return ENOMEM;
        case base::ErrorKind::Cancelled:
            return EINTR;
        default:
            return EIO;
    }
}

/// Answers a request; an Error is an answer, too. Nothing escapes into libfuse.
template <typename Answer>
void answering(fuse_req_t request, const Answer& answer) noexcept {
    try {
        answer(*static_cast<FuseRequests*>(::fuse_req_userdata(request)));
    } catch (...) {
        ::fuse_reply_err(request, numberOf(base::currentError()));
    }
}

mode_t typeBits(FileType type) noexcept {
    switch (type) {
        case FileType::Directory:
            return S_IFDIR;
        case FileType::Symlink:
            return S_IFLNK;
        case FileType::BlockDevice:
            return S_IFBLK;
        case FileType::CharDevice:
            return S_IFCHR;
        case FileType::Fifo:
            return S_IFIFO;
        case FileType::Socket:
            return S_IFSOCK;
        case FileType::Regular:
        case FileType::Other:
            break;
    }
    return S_IFREG;
}

struct timespec timeOf(const Timestamp& time) noexcept {
    return {static_cast<time_t>(time.seconds), static_cast<long>(time.nanoseconds)};
}

struct stat statOf(const MountedNode& node) noexcept {
    const FileStatus& status = node.status;
    struct stat result = {};
    result.st_ino = node.id;
    result.st_mode = typeBits(status.type) | (status.mode & 07777);
    result.st_nlink = status.linkCount;
    result.st_uid = status.ownerId;
    result.st_gid = status.groupId;
    result.st_rdev = ::makedev(status.deviceMajor, status.deviceMinor);
    result.st_size = static_cast<off_t>(status.sizeBytes);
    result.st_blksize = 128 * 1024;
    result.st_blocks = static_cast<blkcnt_t>((status.allocatedBytes + 511) / 512);
    result.st_atim = timeOf(status.modified);
    result.st_mtim = timeOf(status.modified);
    result.st_ctim = timeOf(status.changed);
    return result;
}

struct fuse_entry_param entryOf(const MountedNode& node) noexcept {
    struct fuse_entry_param entry = {};
    entry.ino = node.id;
    entry.attr = statOf(node);
    entry.attr_timeout = node.isConstant ? kForEverSeconds : kSoonSeconds;
    entry.entry_timeout = entry.attr_timeout;
    return entry;
}

void init(void* userData, struct fuse_conn_info* connection) {
    connection->want |= connection->capable & (FUSE_CAP_READDIRPLUS | FUSE_CAP_ASYNC_READ |
                                               FUSE_CAP_PARALLEL_DIROPS | FUSE_CAP_CACHE_SYMLINKS);
    // Listings are followed by questions about each file so often that the answers go along.
    connection->want &= ~static_cast<unsigned>(FUSE_CAP_READDIRPLUS_AUTO);
    if (static_cast<FuseRequests*>(userData)->checksAccess) {
        connection->want |= connection->capable & FUSE_CAP_POSIX_ACL;
    }
}

void lookup(fuse_req_t request, fuse_ino_t folder, const char* name) {
    answering(request, [&](FuseRequests& requests) {
        const auto node = requests.tree.lookUp(folder, name);
        struct fuse_entry_param entry = {};
        if (node) {
            entry = entryOf(*node);
        } else {
            // "There is none" may be remembered as well, for as long as the folder stays as it is.
            entry.entry_timeout = requests.tree.node(folder).isConstant ? kForEverSeconds : 0;
        }
        ::fuse_reply_entry(request, &entry);
    });
}

void getattr(fuse_req_t request, fuse_ino_t id, struct fuse_file_info* /*file*/) {
    answering(request, [&](FuseRequests& requests) {
        const struct fuse_entry_param entry = entryOf(requests.tree.node(id));
        ::fuse_reply_attr(request, &entry.attr, entry.attr_timeout);
    });
}

void readlink(fuse_req_t request, fuse_ino_t id) {
    answering(request, [&](FuseRequests& requests) {
        ::fuse_reply_readlink(request, requests.tree.readLink(id).c_str());
    });
}

/// Files are opened when they are read. The kernel takes this answer for "always", and saves a question at
/// the opening and one at the closing of every file: near half of all when many small files are read.
void open(fuse_req_t request, fuse_ino_t /*id*/, struct fuse_file_info* /*file*/) {
    ::fuse_reply_err(request, ENOSYS);
}

void read(fuse_req_t request, fuse_ino_t id, size_t sizeBytes, off_t offset,
          struct fuse_file_info* /*file*/) {
    answering(request, [&](FuseRequests& requests) {
        // One buffer a thread: fresh memory costs more than what is done with it.
        thread_local base::Bytes buffer;
        if (buffer.size() < sizeBytes) buffer.resize(sizeBytes);
        const std::size_t got = requests.file(id)->readAt(static_cast<std::uint64_t>(offset),
                                                          base::MutableBytes(buffer.data(), sizeBytes));
        ::fuse_reply_buf(request, reinterpret_cast<const char*>(buffer.data()), got);
    });
}

void lseek(fuse_req_t request, fuse_ino_t id, off_t offset, int whence, struct fuse_file_info* /*file*/) {
    answering(request, [&](FuseRequests& requests) {
        const auto file = requests.file(id);
        const auto from = static_cast<std::uint64_t>(offset);
        const auto data = file->nextData(from);
        if (whence == SEEK_DATA && data)
            ::fuse_reply_lseek(request, static_cast<off_t>(*data));
        else if (whence == SEEK_HOLE)
            ::fuse_reply_lseek(request, static_cast<off_t>(file->nextHole(from)));
        else
            ::fuse_reply_err(request, whence == SEEK_DATA ? ENXIO : EINVAL);
    });
}

void opendir(fuse_req_t request, fuse_ino_t id, struct fuse_file_info* file) {
    answering(request, [&](FuseRequests& requests) {
        const bool isConstant = requests.tree.node(id).isConstant;
        file->cache_readdir = isConstant ? 1 : 0;
        file->keep_cache = isConstant ? 1 : 0;
        ::fuse_reply_open(request, file);
    });
}

void readdirplus(fuse_req_t request, fuse_ino_t id, size_t sizeBytes, off_t place,
                 struct fuse_file_info* /*file*/) {
    answering(request, [&](FuseRequests& requests) {
        thread_local std::vector<char> buffer;
        if (buffer.size() < sizeBytes) buffer.resize(sizeBytes);
        std::size_t used = 0;
        const auto add = [&](std::string_view name, const struct fuse_entry_param& entry,
                             std::uint64_t next) {
            const std::size_t needed =
                ::fuse_add_direntry_plus(request, buffer.data() + used, sizeBytes - used,
                                         std::string(name).c_str(), &entry, static_cast<off_t>(next));
            if (needed > sizeBytes - used) return false;
            used += needed;
            return true;
        };
        auto from = static_cast<std::uint64_t>(place);
        bool hasRoom = true;
        for (; from < kDots.size() && hasRoom; ++from) {
            // Without a number of its own: the kernel knows both already.
            struct fuse_entry_param dot = {};
            dot.attr.st_ino = id;
            dot.attr.st_mode = S_IFDIR;
            hasRoom = add(kDots[static_cast<std::size_t>(from)], dot, from + 1);
        }
        if (hasRoom) {
            requests.tree.list(id, from - kDots.size(),
                               [&](std::string_view name, const MountedNode& child, std::uint64_t next) {
                                   return add(name, entryOf(child), next + kDots.size());
                               });
        }
        ::fuse_reply_buf(request, buffer.data(), used);
    });
}

/// Answers with a value, or with its size when no room is offered for it.
void replyValue(fuse_req_t request, base::ByteView value, std::size_t room) {
    if (room == 0) {
        ::fuse_reply_xattr(request, value.size());
    } else if (value.size() > room) {
        ::fuse_reply_err(request, ERANGE);
    } else {
        ::fuse_reply_buf(request, reinterpret_cast<const char*>(value.data()), value.size());
    }
}

void getxattr(fuse_req_t request, fuse_ino_t id, const char* name, size_t room) {
    answering(request, [&](FuseRequests& requests) {
        const ExtraMetadata extra = requests.tree.extraMetadata(id);
        const auto found =
            std::ranges::find(extra.attributes, std::string_view(name),
                              [](const ExtendedAttribute& each) -> std::string_view { return each.name; });
        if (found == extra.attributes.end()) {
            // As a file system without labels answers: then ls asks once, and not for every file.
            ::fuse_reply_err(request, std::string_view(name) == "security.selinux" ? EOPNOTSUPP : ENODATA);
        } else {
            replyValue(request, found->value, room);
        }
    });
}

void listxattr(fuse_req_t request, fuse_ino_t id, size_t room) {
    answering(request, [&](FuseRequests& requests) {
        std::string names;
        for (const ExtendedAttribute& each : requests.tree.extraMetadata(id).attributes)
            names += each.name + '\0';
        replyValue(request, base::asBytes(names), room);
    });
}

struct fuse_lowlevel_ops makeOperations() noexcept {
    struct fuse_lowlevel_ops operations = {};
    operations.init = init;
    operations.lookup = lookup;
    operations.getattr = getattr;
    operations.readlink = readlink;
    operations.open = open;
    operations.read = read;
    operations.lseek = lseek;
    operations.opendir = opendir;
    operations.readdirplus = readdirplus;
    operations.getxattr = getxattr;
    operations.listxattr = listxattr;
    return operations;
}

}  // namespace

std::shared_ptr<MountedFile> FuseRequests::file(std::uint64_t id) {
    if (auto recent = recentFile(id)) return recent;
    // Without the lock: this may read from the vault. A file that two threads open at once is kept twice,
    // until the one that is not found any more has become the oldest.
    std::shared_ptr<MountedFile> opened = tree.open(id);
    const std::lock_guard lock(mutex_);
    if (recentFiles_.size() == kMostRecentFiles) recentFiles_.pop_back();
    recentFiles_.insert(recentFiles_.begin(), {id, opened});
    return opened;
}

std::shared_ptr<MountedFile> FuseRequests::recentFile(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(recentFiles_, id, &OpenedFile::id);
    if (found == recentFiles_.end()) return nullptr;
    std::rotate(recentFiles_.begin(), found, found + 1);
    return recentFiles_.front().file;
}

const struct fuse_lowlevel_ops& fuseOperations() noexcept {
    static const struct fuse_lowlevel_ops operations = makeOperations();
    return operations;
}

}  // namespace platform::linux
