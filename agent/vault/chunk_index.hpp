// SPDX-License-Identifier: Apache-2.0
// chunk_index.hpp: finds any chunk of the vault among its index runs.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/vault/index_run.hpp"

namespace vault {

/// The live runs of a vault, newest first. Thread-safe. Memory: the block cache, plus 12 bits a chunk for
/// filters.
///
/// A damaged run does not stop anything: the chunks whose places stand in its damaged blocks count as absent,
/// or all of its chunks when it cannot be read at all, and damagedRuns() names it. A writer then stores them
/// anew, which heals the vault; a reader reports what it cannot find.
class ChunkIndex final {
public:
    ChunkIndex(const VaultKeys& keys, ObjectStore& store, std::size_t cacheBytes);

    /// Makes these the live runs; runs known already stay open.
    void setRuns(const std::vector<RunInfo>& runs);

    /// Called when a run has gone, which means that another client merged runs or pruned: brings the live
    /// runs up to date through setRuns().
    void setRefresher(std::function<void()> refresher) { refresher_ = std::move(refresher); }

    [[nodiscard]] std::optional<ChunkLocation> find(const ChunkId& id);
    [[nodiscard]] bool contains(const ChunkId& id);
    /// The name of a damaged run that may hold the place of a chunk which find() does not find; nothing when
    /// the index surely lacks it.
    [[nodiscard]] std::optional<std::string> hidingRun(const ChunkId& id);

    [[nodiscard]] std::vector<std::shared_ptr<IndexRun>> runs() const;
    [[nodiscard]] std::vector<std::string> damagedRuns() const;

private:
    /// How much of a run a damage makes useless.
    enum class Extent { Blocks, All };
    struct DamagedRun {
        RunId id;
        Extent extent;
    };

    std::optional<ChunkLocation> findOnce(const ChunkId& id, bool& mayBeOutdated);
    bool noteDamage(const IndexRun& run, Extent extent);
    static bool isUseless(const std::vector<DamagedRun>& damaged, const IndexRun& run);

    const VaultKeys& keys_;
    ObjectStore& store_;
    IndexBlockCache cache_;
    std::function<void()> refresher_;
    mutable std::mutex mutex_;  // guards everything below
    std::shared_ptr<const std::vector<std::shared_ptr<IndexRun>>> runs_;
    std::vector<DamagedRun> damaged_;
    std::vector<ObjectRange> unannounced_;  // new runs that the store has not been told of
};

}  // namespace vault
