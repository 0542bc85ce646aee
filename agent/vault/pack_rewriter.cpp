// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_rewriter.hpp"

#include <algorithm>

#include "agent/vault/pack_reader.hpp"
#include "agent/vault/run_merge.hpp"
#include "agent/vault/segment_copier.hpp"
#include "agent/vault/shared_items.hpp"

namespace vault {

namespace {

base::Error cannotMove(const PackId& pack) {
    return base::Error(
               base::ErrorKind::Corrupt, "VAULT-0015",
               "The vault is damaged: a pack that is still needed cannot be read, so it cannot be moved",
               "Nothing was changed. Run 'hbr repair' first; it keeps everything that can be kept.")
        .addContext("object", packName(pack));
}

bool isPlanned(const PrunePlan& plan, const RunInfo& run) {
    return std::find(plan.runs.begin(), plan.runs.end(), run) != plan.runs.end();
}

}  // namespace

PackRewriter::PackRewriter(Vault& vault, const LiveMarks& marks, const PrunePlan& plan, unsigned workers,
                           const base::CancelToken& cancel, const StageProgress& progress)
    : vault_(vault), marks_(marks), plan_(plan), workers_(workers), cancel_(cancel), progress_(progress) {}

PackRewriter::MovingByPack PackRewriter::collectMoving() {
    MovingByPack moving;
    for (const auto& run : vault_.index().runs()) {
        if (!isPlanned(plan_, run->info())) continue;
        run->forEach([&](const IndexEntry& entry, std::uint64_t position) {
            const ChunkLocation& at = entry.location;
            if (!plan_.rewrite.contains(at.pack) || !marks_.isMarked(run->info().id, position)) return;
            moving[at.pack].push_back(
                {at.segmentOffset, at.segmentBytes, {entry.id, at.chunkOffset, at.chunkBytes}});
        });
    }
    for (auto& [pack, chunks] : moving) {
        std::sort(chunks.begin(), chunks.end(), [](const Moving& a, const Moving& b) {
            return std::tie(a.segmentOffset, a.chunk.offset) < std::tie(b.segmentOffset, b.chunk.offset);
        });
    }
    return moving;
}

std::vector<RunInfo> PackRewriter::rewritePacks() {
    if (plan_.rewrite.empty()) return {};
    const auto moving = collectMoving();
    CompressionGovernor governor;
    PackStage stage(vault_.keys(), vault_.store(), vault_.state().parityPercent, governor,
                    [this](std::vector<IndexEntry> entries, std::uint64_t packBytes) {
                        onCommitted(std::move(entries), packBytes);
                    });
    std::vector<const MovingByPack::value_type*> packs;
    for (const auto& pack : moving) packs.push_back(&pack);
    std::mutex progressMutex;  // guards calls of progress_
    shareItems(packs.size(), workers_, [&](SharedItems& items) {
        SegmentCopier copier(vault_.keys(), stage);
        while (const auto item = items.next()) {
            cancel_.throwIfCancelled();
            {
                const std::lock_guard lock(progressMutex);
                progress_("Rewriting packs", *item, packs.size());
            }
            movePack(copier, packs[*item]->first, packs[*item]->second);
        }
        copier.flush();
    });
    stage.flush();
    return {writeRun(vault_, entries_)};
}

void PackRewriter::movePack(SegmentCopier& copier, const PackId& pack, const std::vector<Moving>& chunks) {
    std::string why;
    auto reader = PackReader::open(vault_.keys(), vault_.store(), pack, why);
    if (!reader) throw cannotMove(pack);
    copier.setKind(reader->kind());
    for (std::size_t first = 0; first < chunks.size();) {
        std::vector<MovingChunk> wanted;
        std::size_t last = first;
        for (; last < chunks.size() && chunks[last].segmentOffset == chunks[first].segmentOffset; ++last) {
            wanted.push_back(chunks[last].chunk);
        }
        const auto copies = [&] {
            const auto sealedSegment =
                reader->readSealed({chunks[first].segmentOffset, chunks[first].segmentBytes, {}});
            return sealedSegment &&
                   copier.copy(reader->cipher(), chunks[first].segmentOffset, *sealedSegment, wanted);
        };
        if (!copies() && (reader->heal() == nullptr || !copies())) throw cannotMove(pack);
        first = last;
    }
}

void PackRewriter::onCommitted(std::vector<IndexEntry> entries, std::uint64_t packBytes) {
    const std::lock_guard lock(mutex_);
    if (!entries.empty()) packs_.push_back(entries.front().location.pack);
    entries_.insert(entries_.end(), entries.begin(), entries.end());
    bytesWritten_ += packBytes;
}

RunInfo PackRewriter::writeRemainingIndex() {
    std::vector<std::shared_ptr<IndexRun>> runs;
    std::uint64_t most = 0;
    for (const auto& run : vault_.index().runs()) {
        if (!isPlanned(plan_, run->info())) continue;
        runs.push_back(run);
        most += run->info().entries;
    }
    // What is dead in a pack that stays is named on: it is there for the next backup that meets it, and the
    // next prune must see it to know how much of the pack is waste.
    IndexRunWriter writer(vault_.keys(), vault_.store(), most);
    mergeRuns(runs, [&](const IndexEntry& entry) {
        if (!plan_.takesAway(entry.location.pack)) writer.add(entry);
    });
    return writer.finish();
}

void PackRewriter::discard(const std::vector<RunInfo>& runs) {
    for (const RunInfo& run : runs) vault_.store().remove(runName(run.id));
    for (const PackId& pack : packs_) vault_.store().remove(packName(pack));
    vault_.store().sync();
}

}  // namespace vault
