// SPDX-License-Identifier: Apache-2.0
// run_merge.hpp: keeps the number of index runs small.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "agent/vault/vault.hpp"

namespace vault {

/// Writes a run of these entries, which need not be in order; of equal ids one is kept.
RunInfo writeRun(Vault& vault, std::vector<IndexEntry>& entries);

/// Calls back for every entry of the runs in order of id. Of equal ids only the one of the earliest run in
/// the list is shown.
void mergeRuns(const std::vector<std::shared_ptr<IndexRun>>& runs,
               const std::function<void(const IndexEntry&)>& visit);

/// The same, with the run that each entry comes from and its position there.
void mergeRunsMarked(
    const std::vector<std::shared_ptr<IndexRun>>& runs,
    const std::function<void(const IndexEntry& entry, const RunId& run, std::uint64_t position)>& visit);

/// Whose runs mergeSmallRuns() merges: only runs of one owner go together, because a merge would hide whose
/// they are.
enum class MergeOwner {
    Session,  // runs that the open session wrote
    Nobody,   // runs whose session has ended
};

/// Merges runs of similar size once there are many of them, so that the number of runs grows with the
/// logarithm of the number of chunks. `session` is open and keeps prunes away from what is written; nothing
/// is merged once somebody has ended it. Damage met on the way leaves everything as it is.
void mergeSmallRuns(Vault& vault, const SessionId& session, MergeOwner owner);

}  // namespace vault
