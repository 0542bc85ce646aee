// SPDX-License-Identifier: Apache-2.0
// live_marks.hpp: which chunks the restore points of a vault need.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/tree.hpp"
#include "agent/vault/vault.hpp"
#include "platform/base/cancel.hpp"

namespace vault {

/// One bit for each entry of each index run: needed or not. Memory: an eighth of a byte a chunk, plus one
/// batch of ids.
///
/// Ids are looked up in sorted batches, so that the index is read front to back once a batch and not at
/// random.
class LiveMarks final {
public:
    LiveMarks(Vault& vault, const base::CancelToken& cancel);

    /// Adds runs that became live since, with nothing marked in them.
    void addRuns(const std::vector<std::shared_ptr<IndexRun>>& runs);

    /// Marks everything that a restore point needs. What is missing is reported to `missing`; the rest is
    /// marked all the same.
    enum class Lack {
        Content,         // absent from the index
        AbsentNode,      // of a tree or a list: what it names is not known
        UnreadableNode,  // the same, of one that the index knows
    };
    using Missing = std::function<void(const ChunkId& id, Lack lack)>;
    void markPoint(const PointRecord& point, const Missing& missing);

    /// Looks up what is still waiting in the batch. Called before marks are read.
    void settle();

    [[nodiscard]] bool isMarked(const RunId& run, std::uint64_t position) const;

    /// True when a run could not be read: its entries then count as absent, and nothing may be removed on
    /// that ground.
    [[nodiscard]] bool sawDamagedRun() const noexcept { return sawDamagedRun_; }

    /// Number of marks in these runs.
    [[nodiscard]] std::uint64_t markedIn(const std::vector<RunInfo>& runs) const;

private:
    struct Run {
        std::shared_ptr<IndexRun> run;
        std::vector<bool> bits;
    };

    /// What became of one id.
    enum class Mark { New, Known, Absent };
    Mark mark(const ChunkId& id);
    std::optional<std::uint64_t> positionIn(Run& run, const ChunkId& id);
    void enqueue(const ChunkId& id);
    void walkNode(const ChunkId& id, unsigned level, const Missing& missing);
    void markContent(const ContentRef& content, const Missing& missing);
    void markRefs(const std::vector<ChunkRef>& refs, unsigned depth, const Missing& missing);
    bool readNode(const ChunkId& id, base::Bytes& node, const Missing& missing);

    const base::CancelToken cancel_;
    ChunkReader reader_;
    std::vector<Run> runs_;  // in the order in which the index searches them
    std::vector<ChunkId> batch_;
    const Missing* batchMissing_ = nullptr;
    bool sawDamagedRun_ = false;
};

}  // namespace vault
