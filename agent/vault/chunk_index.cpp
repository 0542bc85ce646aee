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
    for (const DamagedRun& run : damaged_) names.push_back(runName(run.id));
    return names;
}

/// True when that is news.
bool ChunkIndex::noteDamage(const IndexRun& run, Extent extent) {
    const std::lock_guard lock(mutex_);
    for (DamagedRun& known : damaged_) {
        if (known.id != run.info().id) continue;
        if (known.extent == Extent::All || extent == Extent::Blocks) return false;
        known.extent = extent;
        return true;
    }
    damaged_.push_back({run.info().id, extent});
    return true;
}

bool ChunkIndex::isUseless(const std::vector<DamagedRun>& damaged, const IndexRun& run) {
    return std::any_of(damaged.begin(), damaged.end(), [&](const DamagedRun& known) {
        return known.id == run.info().id && known.extent == Extent::All;
    });
}

/// `mayBeOutdated` becomes true when something is wrong that others may have mended, or caused, since.
std::optional<ChunkLocation> ChunkIndex::findOnce(const ChunkId& id, bool& mayBeOutdated) {
    std::shared_ptr<const std::vector<std::shared_ptr<IndexRun>>> runs;
    std::vector<DamagedRun> damaged;
    std::vector<ObjectRange> unannounced;
    {
        const std::lock_guard lock(mutex_);
        runs = runs_;
        damaged = damaged_;
        unannounced.swap(unannounced_);
    }
    if (!unannounced.empty()) store_.willRead(unannounced);
    for (const auto& run : *runs) {
        if (isUseless(damaged, *run)) continue;
        try {
            if (const auto location = run->find(id)) return location;
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            const Extent extent = isHiddenChunk(error) ? Extent::Blocks : Extent::All;
            const bool hasGone =
                extent == Extent::All && refresher_ && !store_.sizeOf(runName(run->info().id));
            mayBeOutdated = hasGone || noteDamage(*run, extent) || mayBeOutdated;
        }
    }
    return std::nullopt;
}

std::optional<ChunkLocation> ChunkIndex::find(const ChunkId& id) {
    bool mayBeOutdated = false;
    if (const auto location = findOnce(id, mayBeOutdated)) return location;
    if (!mayBeOutdated || !refresher_) return std::nullopt;
    refresher_();
    if (const auto location = findOnce(id, mayBeOutdated)) return location;
    // What is still missing after a refresh is damage, not a merge that we had not heard of.
    for (const auto& run : runs()) {
        if (!store_.sizeOf(runName(run->info().id))) noteDamage(*run, Extent::All);
    }
    return std::nullopt;
}

std::optional<std::string> ChunkIndex::hidingRun(const ChunkId& id) {
    std::vector<DamagedRun> damaged;
    {
        const std::lock_guard lock(mutex_);
        damaged = damaged_;
    }
    for (const auto& run : runs()) {
        if (isUseless(damaged, *run)) return runName(run->info().id);
        try {
            static_cast<void>(run->find(id));
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            return runName(run->info().id);
        }
    }
    return std::nullopt;
}

bool ChunkIndex::contains(const ChunkId& id) { return find(id).has_value(); }

}  // namespace vault
