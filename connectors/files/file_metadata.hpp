// SPDX-License-Identifier: Apache-2.0
// file_metadata.hpp: the encodings of this connector: an object's metadata and its change token. README.md
// describes every byte.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// What is stored of a file beside its header and content.
struct FileMetadata {
    std::uint32_t mode = 0;
    std::uint32_t ownerId = 0;
    std::uint32_t groupId = 0;
    std::uint32_t linkCount = 1;
    std::uint32_t deviceMajor = 0;
    std::uint32_t deviceMinor = 0;
    std::uint32_t attributes = 0;
    platform::Timestamp created;
    platform::ExtraMetadata extra;
    bool isSparse = false;
    std::vector<platform::DataExtent>
        extents;  // of a sparse file: ascending, apart from one another, none empty

    bool operator==(const FileMetadata&) const = default;

    static FileMetadata of(const platform::FileStatus& status);
};

base::Bytes encodeMetadata(const FileMetadata& metadata);

/// Throws Error (Corrupt) when the bytes make no sense, and Error (Unsupported, "FILES-0007") when a newer
/// program wrote them. `sizeBytes` is the object's size; extents lie within it.
FileMetadata decodeMetadata(base::ByteView bytes, std::uint64_t sizeBytes);

/// The evidence for "unchanged since": which file it is and when anything of it last changed. Size and
/// modification time stand in the header.
class ChangeToken final {
public:
    explicit ChangeToken(const platform::FileStatus& status);

    [[nodiscard]] base::ByteView view() const noexcept { return {bytes_, sizeBytes_}; }
    [[nodiscard]] base::Bytes bytes() const { return {bytes_, bytes_ + sizeBytes_}; }

private:
    static constexpr std::size_t kMostBytes = 32;

    base::Byte bytes_[kMostBytes] = {};
    std::size_t sizeBytes_ = 0;
};

}  // namespace connectors::files
