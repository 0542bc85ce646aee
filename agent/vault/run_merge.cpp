// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/run_merge.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <queue>

namespace vault {

namespace {

// Eight runs of one size class become one of the next: at most about eight runs for every factor of eight in
// chunks.
constexpr std::size_t kRunsPerTier = 8;
constexpr unsigned kTierBits = 3;

unsigned tierOf(const RunInfo& run) { return static_cast<unsigned>(std::bit_width(run.entries)) / kTierBits; }

/// The runs of the smallest tier that is full; empty when none is.
std::vector<RunInfo> chooseRuns(const VaultState& state, const SessionId& owner) {
    std::map<unsigned, std::vector<RunInfo>> tiers;
    for (const LiveRun& run : state.runs) {
        if (run.session == owner) tiers[tierOf(run.info)].push_back(run.info);
    }
    for (auto& [tier, runs] : tiers) {
        if (runs.size() >= kRunsPerTier) return std::move(runs);
    }
    return {};
}

}  // namespace

RunInfo writeRun(Vault& vault, std::vector<IndexEntry>& entries) {
    std::sort(entries.begin(), entries.end(),
              [](const IndexEntry& a, const IndexEntry& b) { return a.id < b.id; });
    IndexRunWriter writer(vault.keys(), vault.store(), entries.size());
    const ChunkId* previous = nullptr;
    for (const IndexEntry& entry : entries) {
        if (previous == nullptr || *previous != entry.id) writer.add(entry);
        previous = &entry.id;
    }
    return writer.finish();
}

void mergeRuns(const std::vector<std::shared_ptr<IndexRun>>& runs,
               const std::function<void(const IndexEntry&)>& visit) {
    mergeRunsMarked(runs, [&](const IndexEntry& entry, const RunId&, std::uint64_t) { visit(entry); });
}

void mergeRunsMarked(const std::vector<std::shared_ptr<IndexRun>>& runs,
                     const std::function<void(const IndexEntry&, const RunId&, std::uint64_t)>& visit) {
    std::vector<std::unique_ptr<IndexRun::Cursor>> cursors;
    struct Head {
        IndexEntry entry;
        std::size_t run;
        std::uint64_t position;
    };
    const auto isLater = [](const Head& a, const Head& b) {
        return a.entry.id != b.entry.id ? a.entry.id > b.entry.id : a.run > b.run;
    };
    std::priority_queue<Head, std::vector<Head>, decltype(isLater)> heads(isLater);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        cursors.push_back(std::make_unique<IndexRun::Cursor>(*runs[i]));
        if (const auto first = cursors[i]->next()) heads.push({*first, i, 0});
    }
    std::optional<ChunkId> last;
    while (!heads.empty()) {
        const Head head = heads.top();
        heads.pop();
        if (const auto next = cursors[head.run]->next()) heads.push({*next, head.run, head.position + 1});
        if (last == head.entry.id) continue;
        last = head.entry.id;
        visit(head.entry, runs[head.run]->info().id, head.position);
    }
}

void mergeSmallRuns(Vault& vault, const SessionId& session, MergeOwner owner) {
    const SessionId owning = owner == MergeOwner::Session ? session : SessionId{};
    for (;;) {
        const std::vector<RunInfo> chosen = chooseRuns(vault.state(), owning);
        if (chosen.empty()) return;
        std::vector<std::shared_ptr<IndexRun>> open;
        std::uint64_t entries = 0;
        for (const auto& run : vault.index().runs()) {
            if (std::find(chosen.begin(), chosen.end(), run->info()) == chosen.end()) continue;
            open.push_back(run);
            entries += run->info().entries;
        }
        if (open.size() != chosen.size()) return;  // the index is just being brought up to date
        RunInfo merged;
        try {
            IndexRunWriter writer(vault.keys(), vault.store(), entries);
            mergeRuns(open, [&](const IndexEntry& entry) { writer.add(entry); });
            merged = writer.finish();
        } catch (const base::Error& error) {
            if (error.kind() == base::ErrorKind::Corrupt) return;  // verify and repair deal with damage
            throw;
        }
        const auto after =
            vault.journal().append([&](const VaultState& newest) -> std::optional<VaultChanges> {
                VaultChanges changes;
                if (newest.findSession(session) == nullptr) return std::nullopt;  // the new run may be gone
                for (const RunInfo& run : chosen) {
                    if (!newest.hasRun(run.id)) return std::nullopt;  // somebody else merged them
                    changes.removeRuns.push_back(run.id);
                }
                changes.addRuns.push_back({merged, owning});
                return changes;
            });
        if (!after) {
            vault.store().remove(runName(merged.id));
            return;
        }
        vault.takeState(*after);
    }
}

}  // namespace vault
