// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_usage.hpp"

#include <algorithm>

namespace vault {

namespace {

// A pack that holds this much or less besides what is dead is worth moving whatever the allowed waste, so
// that many small backups do not leave many small packs. Raw bytes, so a quarter of a full pack at most.
constexpr std::uint64_t kSmallPackBytes = kPackBytes / 4;
constexpr std::size_t kManySmallPacks = 16;

using Usages = std::unordered_map<PackId, PackUsage>;

const LiveRun* liveRun(const VaultState& state, const RunId& id) {
    const auto found = std::find_if(state.runs.begin(), state.runs.end(),
                                    [&](const LiveRun& run) { return run.info.id == id; });
    return found == state.runs.end() ? nullptr : &*found;
}

void chooseRewrites(const Usages& usages, double allowedWaste, PrunePlan& plan) {
    std::uint64_t total = 0;
    std::uint64_t dead = 0;
    std::vector<std::pair<double, const Usages::value_type*>> partial;
    std::vector<const Usages::value_type*> small;
    for (const auto& pack : usages) {
        const PackUsage& usage = pack.second;
        if (usage.isProtected) continue;
        if (usage.liveBytes == 0) {
            plan.remove.insert(pack.first);
            continue;
        }
        total += usage.totalBytes;
        dead += usage.totalBytes - usage.liveBytes;
        if (usage.liveBytes < usage.totalBytes) {
            partial.emplace_back(static_cast<double>(usage.liveBytes) / static_cast<double>(usage.totalBytes),
                                 &pack);
        }
        if (usage.totalBytes <= kSmallPackBytes) small.push_back(&pack);
    }
    // The emptiest first: they give back the most for the least writing.
    std::sort(partial.begin(), partial.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [share, pack] : partial) {
        if (static_cast<double>(dead) <= allowedWaste * static_cast<double>(total)) break;
        plan.rewrite.insert(pack->first);
        dead -= pack->second.totalBytes - pack->second.liveBytes;
    }
    if (small.size() < kManySmallPacks) return;
    for (const auto* pack : small) plan.rewrite.insert(pack->first);
}

}  // namespace

PrunePlan planPrune(Vault& vault, const VaultState& state, const LiveMarks& marks, double allowedWaste) {
    Usages usages;
    PrunePlan plan;
    for (const auto& run : vault.index().runs()) {
        const LiveRun* live = liveRun(state, run->info().id);
        const bool isProtected = live == nullptr || live->session != SessionId{};
        if (!isProtected) plan.runs.push_back(run->info());
        run->forEach([&](const IndexEntry& entry, std::uint64_t position) {
            PackUsage& usage = usages[entry.location.pack];
            usage.isProtected = usage.isProtected || isProtected;
            usage.totalBytes += entry.location.chunkBytes;
            if (isProtected || marks.isMarked(run->info().id, position)) {
                usage.liveBytes += entry.location.chunkBytes;
            } else {
                ++usage.deadChunks;
            }
        });
    }
    chooseRewrites(usages, allowedWaste, plan);
    for (const auto& [pack, usage] : usages) {
        if (plan.takesAway(pack)) plan.deadChunks += usage.deadChunks;
    }
    return plan;
}

}  // namespace vault
