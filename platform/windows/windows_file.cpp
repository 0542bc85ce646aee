// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/windows_file.hpp"

#include <winioctl.h>

#include <algorithm>
#include <array>

#include "platform/windows/nt_file.hpp"
#include "platform/windows/reparse.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/streams.hpp"
#include "platform/windows/system_error.hpp"

namespace platform::windows {

namespace {

/// No single call is asked for more, so that its size fits every network protocol in between.
constexpr std::size_t kLargestTransfer = 16 * base::kMiB;

/// Files that are made to grow by at least this much without content get holes there instead of zeros.
constexpr std::uint64_t kSmallestHole = 64 * base::kKiB;

/// No file reaches further; some of the numbers past it mean "at the end" or "here" to the system.
constexpr std::uint64_t kLastOffset = static_cast<std::uint64_t>(INT64_MAX) - kLargestTransfer;

OVERLAPPED atOffset(std::uint64_t offset) noexcept {
    OVERLAPPED place{};
    place.Offset = static_cast<DWORD>(offset & 0xFFFFFFFF);
    place.OffsetHigh = static_cast<DWORD>(offset >> 32);
    return place;
}

/// Appends a run, as a part of the one before it where they touch, and never past the end of the file.
void addExtent(std::vector<DataExtent>& extents, std::uint64_t offset, std::uint64_t sizeBytes,
               std::uint64_t fileSizeBytes) {
    if (offset >= fileSizeBytes) return;
    const std::uint64_t length = std::min(sizeBytes, fileSizeBytes - offset);
    if (!extents.empty() && extents.back().offset + extents.back().sizeBytes == offset) {
        extents.back().sizeBytes += length;
    } else if (length > 0) {
        extents.push_back({offset, length});
    }
}

}  // namespace

std::size_t WindowsFile::read(base::MutableBytes to) {
    const std::size_t got = readAt(position_, to);
    position_ += got;
    return got;
}

std::size_t WindowsFile::readAt(std::uint64_t offset, base::MutableBytes to) {
    if (offset > kLastOffset) return 0;
    OVERLAPPED place = atOffset(offset);
    DWORD got = 0;
    const auto wanted = static_cast<DWORD>(std::min(to.size(), kLargestTransfer));
    if (ReadFile(handle_.get(), to.data(), wanted, &got, &place) != 0) return got;
    const DWORD number = GetLastError();
    if (number == ERROR_HANDLE_EOF) return 0;
    throw fileError(number, "read", path_);
}

void WindowsFile::write(base::ByteView bytes) {
    writeAt(position_, bytes);
    position_ += bytes.size();
}

void WindowsFile::writeAt(std::uint64_t offset, base::ByteView bytes) {
    while (!bytes.empty()) {
        if (offset > kLastOffset) throw fileError(kFileSystemLimitation, "write", path_);
        OVERLAPPED place = atOffset(offset);
        DWORD written = 0;
        const auto wanted = static_cast<DWORD>(std::min(bytes.size(), kLargestTransfer));
        if (WriteFile(handle_.get(), bytes.data(), wanted, &written, &place) == 0) {
            throw fileError(GetLastError(), "write", path_);
        }
        if (written == 0) throw fileError(ERROR_HANDLE_DISK_FULL, "write", path_);
        offset += written;
        bytes = bytes.subspan(written);
    }
}

void WindowsFile::truncate(std::uint64_t sizeBytes) {
    LARGE_INTEGER currentSize{};
    if (GetFileSizeEx(handle_.get(), &currentSize) != 0 &&
        sizeBytes >= static_cast<std::uint64_t>(currentSize.QuadPart) + kSmallestHole) {
        // Where the file system knows no holes, the zeros are written: larger, not wrong.
        DWORD ignored = 0;
        DeviceIoControl(handle_.get(), FSCTL_SET_SPARSE, nullptr, 0, nullptr, 0, &ignored, nullptr);
    }
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(sizeBytes);
    if (SetFileInformationByHandle(handle_.get(), FileEndOfFileInfo, &end, sizeof(end)) == 0) {
        throw fileError(GetLastError(), "set the size of", path_);
    }
}

void WindowsFile::sync() {
    if (FlushFileBuffers(handle_.get()) == 0) throw fileError(GetLastError(), "flush", path_);
}

void WindowsFile::startWriteback() noexcept {
    // The system's lazy writer begins by itself within a second; every call that could hurry it also waits
    // for it.
}

FileStatus WindowsFile::status() { return statusOf(handle_.get(), volumeId_, path_); }

std::vector<DataExtent> WindowsFile::dataExtents() {
    const FileStatus now = status();
    std::vector<DataExtent> extents;
    if (now.sizeBytes == 0) return extents;
    const std::vector<DataExtent> everything = {{0, now.sizeBytes}};
    if ((now.attributes & FILE_ATTRIBUTE_SPARSE_FILE) == 0) return everything;
    std::array<FILE_ALLOCATED_RANGE_BUFFER, 256> ranges{};
    for (std::uint64_t from = 0; from < now.sizeBytes;) {
        FILE_ALLOCATED_RANGE_BUFFER query{};
        query.FileOffset.QuadPart = static_cast<LONGLONG>(from);
        query.Length.QuadPart = static_cast<LONGLONG>(now.sizeBytes - from);
        DWORD gotBytes = 0;
        const bool isAll = DeviceIoControl(handle_.get(), FSCTL_QUERY_ALLOCATED_RANGES, &query, sizeof(query),
                                           ranges.data(), sizeof(ranges), &gotBytes, nullptr) != 0;
        const DWORD number = isAll ? ERROR_SUCCESS : GetLastError();
        if (meansUnsupported(number)) return everything;
        if (!isAll && number != ERROR_MORE_DATA) throw fileError(number, "find the holes of", path_);
        const std::size_t count = gotBytes / sizeof(ranges[0]);
        for (std::size_t i = 0; i < count; ++i) {
            const auto offset = static_cast<std::uint64_t>(ranges[i].FileOffset.QuadPart);
            const auto length = static_cast<std::uint64_t>(ranges[i].Length.QuadPart);
            addExtent(extents, offset, length, now.sizeBytes);
            from = offset + length;
        }
        if (isAll || count == 0) break;
    }
    return extents;
}

ExtraMetadata WindowsFile::extraMetadata() { return readExtraMetadata(handle_.get(), path_); }

void WindowsFile::dropCache() noexcept {
    // No call does this; files opened for reading in sequence are reused first by the cache anyway.
}

std::unique_ptr<File> WindowsFile::openStream(std::string_view name) const {
    return openStreamOf(handle_.get(), path_, name);
}

std::unique_ptr<File> WindowsFile::createStream(std::string_view name) const {
    return createStreamOf(handle_.get(), path_, name);
}

ExtraMetadata readExtraMetadata(HANDLE handle, const std::string& path) {
    ExtraMetadata extra;
    std::optional<base::Bytes> descriptor = readSecurity(handle, path);
    if (descriptor) extra.attributes.push_back({kSecurityAttribute, std::move(*descriptor)});
    if (kindOf(handle, path).type == FileType::Symlink) {
        addReparseData(handle, path, extra);
        return extra;
    }
    NtStreamCalls streams(handle, path);
    readStreams(streams, extra, path);
    return extra;
}

}  // namespace platform::windows
