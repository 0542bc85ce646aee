// SPDX-License-Identifier: Apache-2.0
// pack_rewriter.hpp: moves what is needed out of packs that are mostly dead, and writes the index that goes
// with it.
#pragma once

#include <mutex>
#include <vector>

#include "agent/vault/live_marks.hpp"
#include "agent/vault/pack_stage.hpp"
#include "agent/vault/pack_usage.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/segment_copier.hpp"

namespace vault {

/// Used once by a prune. Nothing that it writes is known to anybody before the prune's journal entry.
class PackRewriter final {
public:
    PackRewriter(Vault& vault, const LiveMarks& marks, const PrunePlan& plan, unsigned workers,
                 const base::CancelToken& cancel, const StageProgress& progress);

    /// Copies the needed chunks of the plan's `rewrite` packs to new packs, durable on return, and writes
    /// runs that name them. Segments that are needed as a whole keep their compressed form.
    std::vector<RunInfo> rewritePacks();

    /// Writes one run with the entries of the plan's runs whose packs stay.
    RunInfo writeRemainingIndex();

    /// Removes what was written, for a plan that did not come true.
    void discard(const std::vector<RunInfo>& runs);

    [[nodiscard]] std::uint64_t bytesWritten() const noexcept { return bytesWritten_; }

private:
    /// A chunk that must move, and where its segment is.
    struct Moving {
        std::uint32_t segmentOffset = 0;
        std::uint32_t segmentBytes = 0;
        MovingChunk chunk;
    };

    using MovingByPack = std::unordered_map<PackId, std::vector<Moving>>;

    MovingByPack collectMoving();
    void movePack(SegmentCopier& copier, const PackId& pack, const std::vector<Moving>& chunks);
    void onCommitted(std::vector<IndexEntry> entries, std::uint64_t packBytes);

    Vault& vault_;
    const LiveMarks& marks_;
    const PrunePlan& plan_;
    const unsigned workers_;
    const base::CancelToken cancel_;
    const StageProgress& progress_;
    std::mutex mutex_;  // guards entries_, packs_ and bytesWritten_ while the stage runs
    std::vector<IndexEntry> entries_;
    std::vector<PackId> packs_;
    std::uint64_t bytesWritten_ = 0;
};

}  // namespace vault
