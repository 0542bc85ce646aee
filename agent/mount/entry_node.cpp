// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/entry_node.hpp"

#include <algorithm>

#include "agent/vault/point_record.hpp"
#include "connectors/files/file_metadata.hpp"
#include "connectors/files/object_kind.hpp"
#include "platform/base/error.hpp"

namespace mount {

namespace {

namespace files = connectors::files;
using connectors::ObjectKind;

constexpr std::uint32_t kFolderMode = 0555;
constexpr std::uint32_t kFileMode = 0444;

platform::FileType typeOf(const vault::TreeEntry& entry) noexcept {
    const auto kind = static_cast<ObjectKind>(entry.kind);
    // Only one whose first name is not in the point gets here.
    return kind == ObjectKind::HardLink ? platform::FileType::Regular : files::typeOf(kind);
}

std::uint64_t allocatedBytes(const files::FileMetadata& metadata, std::uint64_t sizeBytes) noexcept {
    if (!metadata.isSparse) return sizeBytes;
    std::uint64_t total = 0;
    for (const platform::DataExtent& extent : metadata.extents) total += extent.sizeBytes;
    return total;
}

void apply(const files::FileMetadata& metadata, platform::FileStatus& status) noexcept {
    status.mode = metadata.mode;
    status.ownerId = metadata.ownerId;
    status.groupId = metadata.groupId;
    status.linkCount = std::max(metadata.linkCount, 1U);
    status.deviceMajor = metadata.deviceMajor;
    status.deviceMinor = metadata.deviceMinor;
    status.attributes = metadata.attributes;
    status.created = metadata.created;
    status.allocatedBytes = allocatedBytes(metadata, status.sizeBytes);
    // Windows knows no modes.
    if (metadata.mode == 0 && metadata.attributes != 0)
        status.mode = status.type == platform::FileType::Directory ? kFolderMode : kFileMode;
}

}  // namespace

platform::FileStatus statusOf(const vault::TreeEntry& entry) {
    platform::FileStatus status;
    status.type = typeOf(entry);
    status.sizeBytes = status.type == platform::FileType::Symlink ? entry.target.size() : entry.sizeBytes;
    status.modified = entry.modified;
    status.changed = entry.modified;
    if (static_cast<ObjectKind>(entry.kind) == ObjectKind::HardLink) return status;
    try {
        apply(files::decodeMetadata(entry.metadata, entry.sizeBytes), status);
    } catch (...) {
        static_cast<void>(base::currentError());
    }
    return status;
}

platform::ExtraMetadata extraOf(const vault::TreeEntry& entry) {
    if (static_cast<ObjectKind>(entry.kind) == ObjectKind::HardLink) return {};
    return files::decodeMetadata(entry.metadata, entry.sizeBytes).extra;
}

bool isPossibleName(std::string_view name) noexcept {
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

std::string folderNameOf(const std::string& client) {
    std::string name = client;
    for (char& letter : name) {
        if (letter == '/' || letter == '\0') letter = '_';
    }
    if (!isPossibleName(name)) name += '_';
    constexpr std::size_t kMostBytes = 200;
    return name.substr(0, kMostBytes);
}

std::string folderNameOf(const vault::PointRecord& point) {
    constexpr std::size_t kIdDigits = 8;
    platform::Timestamp second = point.started;
    second.nanoseconds = 0;
    std::string name = platform::formatUtc(second);
    std::ranges::replace(name, ':', '-');
    return name + '-' + point.id.hex().substr(0, kIdDigits);
}

}  // namespace mount
