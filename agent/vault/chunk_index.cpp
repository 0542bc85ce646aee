// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/chunk_index.hpp"

#include <algorithm>

namespace vault {

namespace {

/// Runs that are read as a whole, or as good as, by the first search.
constexpr std::uint64_t kAnnouncedBytes = 8 * base::kMiB;

}  // namespace

ChunkIndex::ChunkIndex(const VaultKeys& keys, ObjectStore& store, std::size_t cacheBytes)
    : keys_(keys),
      store_(store),
      cache_(cacheBytes),
      runs_(std::make_shared<const std::vector<std::shared_ptr<IndexRun>>>()) {}

void ChunkIndex::setRuns(const std::vector<RunInfo>& runs) {
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<std::vector<std::shared_ptr<IndexRun>>>();
    std::vector<ObjectRange> unannounced;
    std::uint64_t announcedBytes = 0;
    for (auto info = runs.rbegin(); info != runs.rend(); ++info) {
        const auto open = std::find_if(runs_->begin(), runs_->end(),
                                       [&](const auto& run) { return run->info().id == info->id; });
        const bool isNew = open == runs_->end();
        next->push_back(isNew ? std::make_shared<IndexRun>(keys_, store_, cache_, *info) : *open);
        const std::string name = runName(info->id);
        const bool isKnownToStore =
            !isNew && std::none_of(unannounced_.begin(), unannounced_.end(),
                                   [&](const auto& range) { return range.name == name; });
        if (isKnownToStore || announcedBytes + info->sizeBytes > kAnnouncedBytes) continue;
        // A byte more than there is, so that the store sees where the run ends, and need not ask.
        unannounced.push_back({name, 0, static_cast<std::size_t>(info->sizeBytes) + 1});
        announcedBytes += info->sizeBytes;
    }
    runs_ = std::move(next);
    unannounced_ = std::move(unannounced);
}

std::vector<std::shared_ptr<IndexRun>> ChunkIndex::runs() const {
    const std::lock_guard lock(mutex_);
    return *runs_;
}

std::vector<std::string> ChunkIndex::damagedRuns() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const RunId& id : damaged_) names.push_back(runName(id));
    return names;
}

void ChunkIndex::noteDamage(const IndexRun& run) {
    const std::lock_guard lock(mutex_);
    if (std::find(damaged_.begin(), damaged_.end(), run.info().id) == damaged_.end()) {
        damaged_.push_back(run.info().id);
    }
}

std::optional<ChunkLocation> ChunkIndex::findOnce(const ChunkId& id, bool& sawMissingRun) {
    std::shared_ptr<const std::vector<std::shared_ptr<IndexRun>>> runs;
    std::vector<RunId> damaged;
    std::vector<ObjectRange> unannounced;
    {
        const std::lock_guard lock(mutex_);
        runs = runs_;
        damaged = damaged_;
        unannounced.swap(unannounced_);
    }
    if (!unannounced.empty()) store_.willRead(unannounced);
    for (const auto& run : *runs) {
        if (std::find(damaged.begin(), damaged.end(), run->info().id) != damaged.end()) continue;
        try {
            if (const auto location = run->find(id)) return location;
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            sawMissingRun = true;
            if (!store_.sizeOf(runName(run->info().id)) && refresher_) continue;
            noteDamage(*run);
        }
    }
    return std::nullopt;
}

std::optional<ChunkLocation> ChunkIndex::find(const ChunkId& id) {
    bool sawMissingRun = false;
    if (const auto location = findOnce(id, sawMissingRun)) return location;
    if (!sawMissingRun || !refresher_) return std::nullopt;
    refresher_();
    if (const auto location = findOnce(id, sawMissingRun)) return location;
    // What is still missing after a refresh is damage, not a merge that we had not heard of.
    for (const auto& run : runs()) {
        if (!store_.sizeOf(runName(run->info().id))) noteDamage(*run);
    }
    return std::nullopt;
}

bool ChunkIndex::contains(const ChunkId& id) { return find(id).has_value(); }

}  // namespace vault
