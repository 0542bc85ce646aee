// SPDX-License-Identifier: Apache-2.0
// metadata_rules.hpp: what of a file's metadata a restore gives back.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "connectors/files/file_metadata.hpp"
#include "connectors/files/files_restore.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// Thread-safe.
class MetadataRules final {
public:
    explicit MetadataRules(OwnershipRule ownership) : ownership_(ownership) {}

    /// Learns from a file that was just made who we are.
    void learnFrom(const platform::FileStatus& made) noexcept;

    /// True when owners are given back.
    [[nodiscard]] bool givesOwners() const noexcept;

    /// The values for a file; they point into `metadata`. Without its owner a file loses setuid and setgid,
    /// which would give other rights than the ones that were backed up.
    [[nodiscard]] platform::MetadataToApply valuesFor(const FileMetadata& metadata,
                                                      platform::Timestamp modified) const noexcept;

private:
    const OwnershipRule ownership_;
    std::atomic<bool> isRoot_ = false;
};

}  // namespace connectors::files
