// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/metadata_rules.hpp"

namespace connectors::files {

namespace {

constexpr std::uint32_t kSetIdBits = 06000;

}  // namespace

void MetadataRules::learnFrom(const platform::FileStatus& made) noexcept {
    if (made.ownerId == 0) isRoot_.store(true, std::memory_order_relaxed);
}

bool MetadataRules::givesOwners() const noexcept {
    if (ownership_ == OwnershipRule::Leave) return false;
    return ownership_ == OwnershipRule::Restore || isRoot_.load(std::memory_order_relaxed);
}

platform::MetadataToApply MetadataRules::valuesFor(const FileMetadata& metadata,
                                                   platform::Timestamp modified) const noexcept {
    platform::MetadataToApply values;
    values.mode = metadata.mode;
    if (givesOwners()) {
        values.ownerId = metadata.ownerId;
        values.groupId = metadata.groupId;
    } else {
        values.mode = metadata.mode & ~kSetIdBits;
    }
    values.attributes = metadata.attributes;
    values.modified = modified;
    values.created = metadata.created;
    values.extra = &metadata.extra;
    return values;
}

}  // namespace connectors::files
