// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/file_metadata.hpp"

#include "platform/base/error.hpp"
#include "platform/base/wire.hpp"
#include "platform/timestamp_wire.hpp"

namespace connectors::files {

namespace {

using base::Error;
using base::ErrorKind;

constexpr base::Byte kFormat = 1;
// The shape is a set of these.
constexpr base::Byte kSparse = 1;
constexpr base::Byte kWithStreams = 2;
// Of all streams of an object; with the largest file before them their ends still are numbers of 64 bits.
constexpr std::uint64_t kMostStreamBytes = INT64_MAX;

// Token formats.
constexpr base::Byte kChangedWithModified = 1;
constexpr base::Byte kChangedApart = 2;

Error damaged(const char* what) {
    return {ErrorKind::Corrupt, "FILES-0005",
            std::string("The stored metadata of a file is damaged: ") + what,
            "Run 'hbr verify' on the vault; another restore point may hold the file undamaged."};
}

void encodeExtents(base::Encoder& to, const std::vector<platform::DataExtent>& extents) {
    to.number(extents.size());
    std::uint64_t end = 0;
    for (const platform::DataExtent& extent : extents) {
        to.number(extent.offset - end);
        to.number(extent.sizeBytes);
        end = extent.offset + extent.sizeBytes;
    }
}

std::vector<platform::DataExtent> decodeExtents(base::Decoder& from, std::uint64_t sizeBytes) {
    // Each takes two bytes or more, which bounds what is allocated by what is there.
    const std::uint64_t count = from.numberUpTo(from.rest().size() / 2);
    std::vector<platform::DataExtent> extents(static_cast<std::size_t>(count));
    std::uint64_t end = 0;
    for (platform::DataExtent& extent : extents) {
        const std::uint64_t gap = from.numberUpTo(sizeBytes - end);
        extent.offset = end + gap;
        extent.sizeBytes = from.numberUpTo(sizeBytes - extent.offset);
        if (extent.sizeBytes == 0) throw damaged("a data run is empty");
        end = extent.offset + extent.sizeBytes;
    }
    return extents;
}

std::vector<platform::ExtendedAttribute> decodeAttributes(base::Decoder& from) {
    const std::uint64_t count = from.numberUpTo(from.rest().size() / 2);
    std::vector<platform::ExtendedAttribute> attributes(static_cast<std::size_t>(count));
    for (platform::ExtendedAttribute& attribute : attributes) {
        attribute.name = from.string();
        const base::ByteView value = from.blob();
        attribute.value.assign(value.begin(), value.end());
        if (attribute.name.empty() || attribute.name.find('\0') != std::string::npos) {
            throw damaged("an extended attribute has no proper name");
        }
    }
    return attributes;
}

std::vector<platform::NamedStream> decodeStreams(base::Decoder& from) {
    const std::uint64_t count = from.numberUpTo(from.rest().size() / 2);
    if (count == 0) throw damaged("it has streams, but none is named");
    std::vector<platform::NamedStream> streams(static_cast<std::size_t>(count));
    std::uint64_t leftBytes = kMostStreamBytes;
    for (platform::NamedStream& stream : streams) {
        stream.name = from.string();
        stream.sizeBytes = from.numberUpTo(leftBytes);
        leftBytes -= stream.sizeBytes;
        if (stream.name.empty() || stream.name.find('\0') != std::string::npos) {
            throw damaged("a stream has no proper name");
        }
    }
    return streams;
}

std::uint32_t decode32(base::Decoder& from) {
    return static_cast<std::uint32_t>(from.numberUpTo(UINT32_MAX));
}

/// LEB128 without an allocation, for the one encoding that every file of every run goes through.
std::size_t putNumber(base::Byte* to, std::uint64_t value) noexcept {
    std::size_t bytes = 0;
    for (; value >= 0x80; value >>= 7) to[bytes++] = static_cast<base::Byte>(value | 0x80);
    to[bytes++] = static_cast<base::Byte>(value);
    return bytes;
}

}  // namespace

FileMetadata FileMetadata::of(const platform::FileStatus& status) {
    FileMetadata metadata;
    metadata.mode = status.mode;
    metadata.ownerId = status.ownerId;
    metadata.groupId = status.groupId;
    metadata.linkCount = status.linkCount;
    metadata.deviceMajor = status.deviceMajor;
    metadata.deviceMinor = status.deviceMinor;
    metadata.attributes = status.attributes;
    metadata.created = status.created;
    return metadata;
}

base::Bytes encodeMetadata(const FileMetadata& metadata) {
    base::Bytes bytes;
    bytes.reserve(48);
    base::Encoder to(bytes);
    to.byte(kFormat);
    for (const std::uint32_t number :
         {metadata.mode, metadata.ownerId, metadata.groupId, metadata.linkCount, metadata.deviceMajor,
          metadata.deviceMinor, metadata.attributes, metadata.extra.flags}) {
        to.number(number);
    }
    platform::encodeTimestamp(to, metadata.created);
    to.number(metadata.extra.attributes.size());
    for (const platform::ExtendedAttribute& attribute : metadata.extra.attributes) {
        to.string(attribute.name);
        to.blob(attribute.value);
    }
    const bool hasStreams = !metadata.extra.streams.empty();
    to.byte(static_cast<base::Byte>((metadata.isSparse ? kSparse : 0) | (hasStreams ? kWithStreams : 0)));
    if (metadata.isSparse) encodeExtents(to, metadata.extents);
    if (!hasStreams) return bytes;
    to.number(metadata.extra.streams.size());
    for (const platform::NamedStream& stream : metadata.extra.streams) {
        to.string(stream.name);
        to.number(stream.sizeBytes);
    }
    return bytes;
}

FileMetadata decodeMetadata(base::ByteView bytes, std::uint64_t sizeBytes) {
    base::Decoder from(bytes);
    const base::Byte format = from.byte();
    if (format > kFormat) {
        throw Error(ErrorKind::Unsupported, "FILES-0007", "The file was backed up by a newer program",
                    "Update hbr on this machine, then try again.");
    }
    if (format != kFormat) throw damaged("its format is unknown");
    FileMetadata metadata;
    for (std::uint32_t* number :
         {&metadata.mode, &metadata.ownerId, &metadata.groupId, &metadata.linkCount, &metadata.deviceMajor,
          &metadata.deviceMinor, &metadata.attributes, &metadata.extra.flags}) {
        *number = decode32(from);
    }
    metadata.created = platform::decodeTimestamp(from);
    metadata.extra.attributes = decodeAttributes(from);
    const base::Byte shape = from.byte();
    if ((shape & ~(kSparse | kWithStreams)) != 0) throw damaged("its shape is unknown");
    metadata.isSparse = (shape & kSparse) != 0;
    if (metadata.isSparse) metadata.extents = decodeExtents(from, sizeBytes);
    if ((shape & kWithStreams) != 0) metadata.extra.streams = decodeStreams(from);
    from.expectEnd();
    return metadata;
}

ChangeToken::ChangeToken(const platform::FileStatus& status) {
    const bool isApart = status.changed != status.modified;
    bytes_[sizeBytes_++] = isApart ? kChangedApart : kChangedWithModified;
    sizeBytes_ += putNumber(bytes_ + sizeBytes_, status.fileId);
    if (!isApart) return;
    // The two's complement of the seconds: at most ten bytes, and equal only when the seconds are.
    sizeBytes_ += putNumber(bytes_ + sizeBytes_, static_cast<std::uint64_t>(status.changed.seconds));
    sizeBytes_ += putNumber(bytes_ + sizeBytes_, status.changed.nanoseconds);
}

}  // namespace connectors::files
