// SPDX-License-Identifier: Apache-2.0
// made_tree.hpp: a data source that exists in memory only, for tests of the engine and the vault under it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/engine/backup_job.hpp"
#include "agent/engine/restore_job.hpp"
#include "tests/support/random_bytes.hpp"

namespace test {

/// A file whose content follows from its seed. Files with the same seed begin alike.
struct MadeFile {
    std::uint64_t seed = 0;
    std::size_t sizeBytes = 0;

    bool operator==(const MadeFile&) const = default;
};

/// Files by key; keys hold no folders.
using MadeTree = std::map<std::string, MadeFile>;

[[nodiscard]] base::Bytes contentOf(const MadeFile& file);

/// Some files of many sizes, from empty to a few MiB.
[[nodiscard]] MadeTree makeTree(Random& random, std::size_t files);

/// Changes, adds and removes some of the files.
void change(MadeTree& tree, Random& random);

/// A backup of the tree, with `client` as its client.
engine::BackupOutcome backUp(vault::Vault& vault, const platform::Clock& clock, const MadeTree& tree,
                             const std::string& client, const base::CancelToken& cancel = {});

/// A restore of these keys, or of all when there are none: what it brings, by key, and its faults.
engine::RestoreOutcome restoreInto(vault::Vault& vault, const vault::PointRecord& point,
                                   const std::vector<std::string>& keys,
                                   std::map<std::string, base::Bytes>& contents);

/// What a restore of the point brings, by key. Throws Error when anything is a fault.
[[nodiscard]] std::map<std::string, base::Bytes> restore(vault::Vault& vault,
                                                         const vault::PointRecord& point);

/// True when the point restores to exactly this tree.
[[nodiscard]] bool restoresTo(vault::Vault& vault, const vault::PointRecord& point, const MadeTree& tree);

}  // namespace test
