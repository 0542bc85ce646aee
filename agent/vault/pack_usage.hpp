// SPDX-License-Identifier: Apache-2.0
// pack_usage.hpp: how much of each pack is still needed, and what to do with it.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "agent/vault/live_marks.hpp"

namespace vault {

struct PackUsage {
    std::uint64_t liveBytes = 0;  // raw sizes of chunks
    std::uint64_t totalBytes = 0;
    std::uint64_t deadChunks = 0;
    bool isProtected = false;  // an open session wrote it
};

/// What a prune means to do.
struct PrunePlan {
    std::unordered_set<PackId> remove;   // nothing in them is needed
    std::unordered_set<PackId> rewrite;  // worth moving what is needed
    std::vector<RunInfo> runs;           // whose entries are replaced by one new run
    std::uint64_t deadChunks = 0;        // in packs that are removed or rewritten

    [[nodiscard]] bool changesIndex() const noexcept { return !remove.empty() || !rewrite.empty(); }
    [[nodiscard]] bool takesAway(const PackId& pack) const {
        return remove.contains(pack) || rewrite.contains(pack);
    }
};

/// Works out the plan from what is marked.
PrunePlan planPrune(Vault& vault, const VaultState& state, const LiveMarks& marks, double allowedWaste);

}  // namespace vault
