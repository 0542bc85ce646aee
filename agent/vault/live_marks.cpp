// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/live_marks.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace vault {

namespace {

constexpr std::size_t kBatchIds = 256 * 1024;

}  // namespace

LiveMarks::LiveMarks(Vault& vault, const base::CancelToken& cancel) : cancel_(cancel), reader_(vault) {
    addRuns(vault.index().runs());
}

void LiveMarks::addRuns(const std::vector<std::shared_ptr<IndexRun>>& runs) {
    std::vector<Run> next;
    for (const auto& run : runs) {
        const auto known = std::find_if(runs_.begin(), runs_.end(), [&](const Run& mine) {
            return mine.run && mine.run->info().id == run->info().id;  // what was moved has none
        });
        if (known != runs_.end()) {
            next.push_back(std::move(*known));
            continue;
        }
        try {
            next.push_back({run, std::vector<bool>(static_cast<std::size_t>(run->entryCount()))});
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            sawDamagedRun_ = true;
        }
    }
    runs_ = std::move(next);
}

void LiveMarks::markPoint(const PointRecord& point, const Missing& missing) {
    batchMissing_ = &missing;
    if (point.treeLevels > 0) walkNode(point.root.id, point.treeLevels - 1, missing);
    markContent(point.faultList, missing);
    settle();
    batchMissing_ = nullptr;
}

std::optional<std::uint64_t> LiveMarks::positionIn(Run& run, const ChunkId& id) {
    try {
        return run.run->positionOf(id);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        sawDamagedRun_ = true;
        return std::nullopt;
    }
}

LiveMarks::Mark LiveMarks::mark(const ChunkId& id) {
    for (Run& run : runs_) {
        const auto position = positionIn(run, id);
        if (!position) continue;
        const auto bit = static_cast<std::size_t>(*position);
        if (run.bits[bit]) return Mark::Known;
        run.bits[bit] = true;
        return Mark::New;
    }
    return Mark::Absent;
}

void LiveMarks::enqueue(const ChunkId& id) {
    batch_.push_back(id);
    if (batch_.size() >= kBatchIds) settle();
}

void LiveMarks::settle() {
    std::sort(batch_.begin(), batch_.end());
    batch_.erase(std::unique(batch_.begin(), batch_.end()), batch_.end());
    for (const ChunkId& id : batch_) {
        if (mark(id) == Mark::Absent && batchMissing_ != nullptr) (*batchMissing_)(id, Lack::Content);
    }
    batch_.clear();
}

bool LiveMarks::readNode(const ChunkId& id, base::Bytes& node, const Missing& missing) {
    try {
        node = reader_.read(id);
        return true;
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        missing(id, Lack::UnreadableNode);
        return false;
    }
}

void LiveMarks::walkNode(const ChunkId& id, unsigned level, const Missing& missing) {
    cancel_.throwIfCancelled();
    const Mark state = mark(id);
    if (state == Mark::Known) return;  // a tree shared with a point that was walked before
    base::Bytes node;
    if (state == Mark::Absent) return missing(id, Lack::AbsentNode);
    if (!readNode(id, node, missing)) return;
    try {
        if (level > 0) {
            forEachChild(node, [&](const TreeChild& child) { walkNode(child.id, level - 1, missing); });
        } else {
            forEachEntry(node, [&](const TreeEntry& entry) {
                if (entry.content) markContent(*entry.content, missing);
            });
        }
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        missing(id, Lack::UnreadableNode);
    }
}

void LiveMarks::markContent(const ContentRef& content, const Missing& missing) {
    markRefs(content.refs, content.depth, missing);
}

void LiveMarks::markRefs(const std::vector<ChunkRef>& refs, unsigned depth, const Missing& missing) {
    for (const ChunkRef& ref : refs) {
        if (depth == 0) {
            enqueue(ref.id);
            continue;
        }
        const Mark state = mark(ref.id);
        if (state == Mark::Known) continue;
        base::Bytes list;
        if (state == Mark::Absent) {
            missing(ref.id, Lack::AbsentNode);
        } else if (readNode(ref.id, list, missing)) {
            base::Decoder decoder(list);
            markRefs(decodeRefs(decoder), depth - 1, missing);
        }
    }
}

std::uint64_t LiveMarks::markedIn(const std::vector<RunInfo>& runs) const {
    std::uint64_t marked = 0;
    for (const Run& mine : runs_) {
        if (std::find(runs.begin(), runs.end(), mine.run->info()) == runs.end()) continue;
        marked += static_cast<std::uint64_t>(std::count(mine.bits.begin(), mine.bits.end(), true));
    }
    return marked;
}

bool LiveMarks::isMarked(const RunId& run, std::uint64_t position) const {
    for (const Run& mine : runs_) {
        if (mine.run->info().id == run) return mine.bits[static_cast<std::size_t>(position)];
    }
    return false;
}

}  // namespace vault
