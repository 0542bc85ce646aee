// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/linux_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "platform/linux/extended_attributes.hpp"
#include "platform/linux/file_status.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr std::uint64_t kLargestOffset = std::numeric_limits<off_t>::max();

/// The kernel counts offsets in signed numbers; what does not fit lies past the end of every file.
off_t toOffset(std::uint64_t offset) noexcept { return static_cast<off_t>(std::min(offset, kLargestOffset)); }

}  // namespace

int openQuietly(int directory, const char* name, int flags) noexcept {
    const int opened =
        retryInterrupted([&] { return ::openat(directory, name, flags | O_CLOEXEC | O_NOCTTY | O_NOATIME); });
    if (opened >= 0 || errno != EPERM) return opened;
    return retryInterrupted([&] { return ::openat(directory, name, flags | O_CLOEXEC | O_NOCTTY); });
}

int openFolderQuietly(int directory, const char* name, int flags) noexcept {
    const int opened = openQuietly(directory, name, flags | O_RDONLY | O_DIRECTORY);
    if (opened >= 0 || errno != EACCES) return opened;
    const Descriptor place(retryInterrupted(
        [&] { return ::openat(directory, name, flags | O_PATH | O_DIRECTORY | O_CLOEXEC); }));
    if (!place) return -1;
    // Fails with EACCES again where even the right to pass is missing.
    return retryInterrupted([&] { return ::openat(place.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC); });
}

Descriptor openRegular(int directory, const char* name, int flags, std::string_view displayPath) {
    Descriptor descriptor(openQuietly(directory, name, flags | O_RDONLY | O_NONBLOCK));
    if (!descriptor) {
        if (errno == ELOOP && (flags & O_NOFOLLOW) != 0) throw symlinkError(displayPath);
        // Sockets, and devices without a driver.
        if (errno == ENXIO || errno == ENODEV) throw notRegularError(displayPath);
        throw fileError(errno, "open", displayPath, "for reading");
    }
    if (statusOfDescriptor(descriptor.get(), displayPath).type != FileType::Regular) {
        throw notRegularError(displayPath);
    }
    const int current = ::fcntl(descriptor.get(), F_GETFL);
    if (current < 0 || ::fcntl(descriptor.get(), F_SETFL, current & ~O_NONBLOCK) != 0) {
        throw fileError(errno, "open", displayPath, "for reading");
    }
    return descriptor;
}

base::Error LinuxFile::readError(int number) const { return fileError(number, "read", path_); }
base::Error LinuxFile::writeError(int number) const { return fileError(number, "write to", path_); }

std::size_t LinuxFile::read(base::MutableBytes to) {
    const ssize_t count = retryInterrupted([&] { return ::read(descriptor_.get(), to.data(), to.size()); });
    if (count < 0) throw readError(errno);
    return static_cast<std::size_t>(count);
}

std::size_t LinuxFile::readAt(std::uint64_t offset, base::MutableBytes to) {
    if (offset >= kLargestOffset) return 0;
    const ssize_t count =
        retryInterrupted([&] { return ::pread(descriptor_.get(), to.data(), to.size(), toOffset(offset)); });
    if (count < 0) throw readError(errno);
    return static_cast<std::size_t>(count);
}

void LinuxFile::write(base::ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count =
            retryInterrupted([&] { return ::write(descriptor_.get(), bytes.data(), bytes.size()); });
        if (count < 0) throw writeError(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void LinuxFile::writeAt(std::uint64_t offset, base::ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = retryInterrupted(
            [&] { return ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), toOffset(offset)); });
        if (count < 0) throw writeError(errno);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
}

void LinuxFile::seek(std::uint64_t offset) {
    if (::lseek(descriptor_.get(), toOffset(offset), SEEK_SET) < 0) throw fileError(errno, "seek in", path_);
}

void LinuxFile::truncate(std::uint64_t sizeBytes) {
    if (retryInterrupted([&] { return ::ftruncate(descriptor_.get(), toOffset(sizeBytes)); }) != 0) {
        throw fileError(errno, "set the size of", path_);
    }
}

void LinuxFile::sync() {
    // A failure is final: the kernel may have dropped the pages, so a second fsync that succeeds would prove
    // nothing.
    if (retryInterrupted([this] { return ::fsync(descriptor_.get()); }) != 0) {
        throw flushError(errno, "flush", path_);
    }
}

void LinuxFile::startWriteback() noexcept {
    static_cast<void>(::sync_file_range(descriptor_.get(), 0, 0, SYNC_FILE_RANGE_WRITE));
}

FileStatus LinuxFile::status() { return statusOfDescriptor(descriptor_.get(), path_); }

std::vector<DataExtent> LinuxFile::dataExtents() {
    const auto size = static_cast<off_t>(status().sizeBytes);
    if (size == 0) return {};
    std::vector<DataExtent> whole{{0, static_cast<std::uint64_t>(size)}};
    const off_t position = ::lseek(descriptor_.get(), 0, SEEK_CUR);
    if (position < 0) throw fileError(errno, "find the data of", path_);

    std::vector<DataExtent> extents;
    int number = 0;
    for (off_t at = 0; at < size;) {
        // ENXIO: no data any more up to the end, or the file has become shorter meanwhile.
        const off_t begin = ::lseek(descriptor_.get(), at, SEEK_DATA);
        if (begin < 0) {
            number = errno == ENXIO ? 0 : errno;
            break;
        }
        if (begin >= size) break;
        const off_t end = ::lseek(descriptor_.get(), begin, SEEK_HOLE);
        if (end < 0) {
            number = errno == ENXIO ? 0 : errno;
            break;
        }
        const off_t last = std::min(end, size);
        if (last <= begin) break;
        extents.push_back({static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(last - begin)});
        at = last;
    }
    seek(static_cast<std::uint64_t>(position));
    if (number == EINVAL || meansUnsupported(number)) return whole;
    if (number != 0) throw fileError(number, "find the data of", path_);
    return extents;
}

ExtraMetadata LinuxFile::extraMetadata() {
    return {attributesOfDescriptor(descriptor_.get(), path_), flagsOfDescriptor(descriptor_.get(), path_)};
}

void LinuxFile::dropCache() noexcept {
    static_cast<void>(::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_DONTNEED));
}

void LinuxFile::expectSequentialReads() noexcept {
    static_cast<void>(::posix_fadvise(descriptor_.get(), 0, 0, POSIX_FADV_SEQUENTIAL));
}

}  // namespace platform::linux
