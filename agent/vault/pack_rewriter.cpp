// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_rewriter.hpp"

#include <algorithm>

#include "agent/vault/pack_reader.hpp"
#include "agent/vault/run_merge.hpp"

namespace vault {

namespace {

/// Small remains of segments are gathered up to this raw size.
constexpr std::size_t kGatheredBytes = 512 * base::kKiB;

bool isPlanned(const PrunePlan& plan, const RunInfo& run) {
    return std::find(plan.runs.begin(), plan.runs.end(), run) != plan.runs.end();
}

}  // namespace

/// Copies segments of old packs into new ones.
class PackRewriter::Copier final {
public:
    Copier(Vault& vault, PackStage& stage) : vault_(vault), stage_(stage) {}

    /// Says what the chunks copied from here on are.
    void setKind(PackKind kind) {
        if (kind == kind_) return;
        flush();
        kind_ = kind;
    }

    /// Copies the wanted chunks of one segment.
    void copy(Cipher& cipher, const PackId& pack, base::ByteView sealedSegment, const Moving* first,
              const Moving* last) {
        const auto segment = codec_.reopen(cipher, first->segmentOffset, sealedSegment);
        if (!segment) {
            throw base::Error(base::ErrorKind::Corrupt, "VAULT-0015",
                              "A pack that is still needed is damaged, so it cannot be moved",
                              "Nothing was changed. Run 'hbr repair' first; it keeps everything that can be kept.")
                .addContext("object", packName(pack));
        }
        std::uint64_t wanted = 0;
        for (const Moving* chunk = first; chunk != last; ++chunk) wanted += chunk->chunkBytes;
        if (wanted == segment->raw.size()) {
            std::vector<ChunkInSegment> chunks;
            for (const Moving* chunk = first; chunk != last; ++chunk) chunks.push_back({chunk->id, chunk->chunkBytes});
            send(segment->prepared, segment->raw, std::move(chunks));
            return;
        }
        for (const Moving* chunk = first; chunk != last; ++chunk) {
            gather(chunk->id, segment->raw.subspan(chunk->chunkOffset, chunk->chunkBytes));
        }
    }

    void flush() {
        if (chunks_.empty()) return;
        const base::Bytes raw = std::exchange(gathered_, {});
        send(codec_.prepare(raw, CompressionGovernor::kFastestLevel), raw, std::exchange(chunks_, {}));
    }

private:
    void gather(const ChunkId& id, base::ByteView content) {
        if (gathered_.size() + content.size() > kGatheredBytes) flushKeepingReopened();
        base::append(gathered_, content);
        chunks_.push_back({id, static_cast<std::uint32_t>(content.size())});
    }

    /// flush() through another codec: the segment that is being taken apart lives in codec_'s memory.
    void flushKeepingReopened() {
        if (chunks_.empty()) return;
        const base::Bytes raw = std::exchange(gathered_, {});
        const auto prepared = gatherCodec_.prepare(raw, CompressionGovernor::kFastestLevel);
        sendWith(gatherCodec_, prepared, raw, std::exchange(chunks_, {}));
    }

    void send(const SegmentCodec::Prepared& prepared, base::ByteView raw, std::vector<ChunkInSegment> chunks) {
        sendWith(codec_, prepared, raw, std::move(chunks));
    }

    void sendWith(SegmentCodec& codec, const SegmentCodec::Prepared& prepared, base::ByteView raw,
                  std::vector<ChunkInSegment> chunks) {
        const PackSlot slot = stage_.reserve(kind_, prepared.sealedBytes(), chunks.size());
        if (cipherPack_ != slot.pack) {
            cipher_.reset(new Cipher(objectCipher(vault_.keys(), ObjectKind::Pack, slot.pack->name, slot.pack->header)));
            cipherPack_ = slot.pack;
        }
        try {
            stage_.deliver(slot, codec.sealVerified(*cipher_, slot.offset, prepared, raw), std::move(chunks));
        } catch (...) {
            stage_.fail(base::currentError());
            throw;
        }
    }

    Vault& vault_;
    PackStage& stage_;
    PackKind kind_ = PackKind::Data;
    SegmentCodec codec_;
    SegmentCodec gatherCodec_;
    base::Bytes gathered_;
    std::vector<ChunkInSegment> chunks_;
    std::shared_ptr<const PackIdentity> cipherPack_;
    std::unique_ptr<Cipher> cipher_;
};

PackRewriter::PackRewriter(Vault& vault, const LiveMarks& marks, const PrunePlan& plan,
                           const base::CancelToken& cancel, const StageProgress& progress)
    : vault_(vault), marks_(marks), plan_(plan), cancel_(cancel), progress_(progress) {}

std::unordered_map<PackId, std::vector<PackRewriter::Moving>> PackRewriter::collectMoving() {
    std::unordered_map<PackId, std::vector<Moving>> moving;
    for (const auto& run : vault_.index().runs()) {
        if (!isPlanned(plan_, run->info())) continue;
        run->forEach([&](const IndexEntry& entry, std::uint64_t position) {
            const ChunkLocation& at = entry.location;
            if (!plan_.rewrite.contains(at.pack) || !marks_.isMarked(run->info().id, position)) return;
            moving[at.pack].push_back({at.segmentOffset, at.segmentBytes, at.chunkOffset, at.chunkBytes, entry.id});
        });
    }
    for (auto& [pack, chunks] : moving) {
        std::sort(chunks.begin(), chunks.end(), [](const Moving& a, const Moving& b) {
            return std::tie(a.segmentOffset, a.chunkOffset) < std::tie(b.segmentOffset, b.chunkOffset);
        });
    }
    return moving;
}

std::vector<RunInfo> PackRewriter::rewritePacks() {
    if (plan_.rewrite.empty()) return {};
    const auto moving = collectMoving();
    CompressionGovernor governor;
    PackStage stage(vault_.keys(), vault_.store(), governor,
                    [this](std::vector<IndexEntry> entries, std::uint64_t packBytes) {
                        onCommitted(std::move(entries), packBytes);
                    });
    Copier copier(vault_, stage);
    std::uint64_t done = 0;
    for (const auto& [pack, chunks] : moving) {
        cancel_.throwIfCancelled();
        progress_("Rewriting packs", done++, moving.size());
        std::string why;
        auto reader = PackReader::open(vault_.keys(), vault_.store(), pack, why);
        if (!reader) throw damagedObject(packName(pack), why);
        copier.setKind(reader->kind());
        for (std::size_t first = 0; first < chunks.size();) {
            std::size_t last = first;
            while (last < chunks.size() && chunks[last].segmentOffset == chunks[first].segmentOffset) ++last;
            const auto sealedSegment = reader->readSealed({chunks[first].segmentOffset, chunks[first].segmentBytes, {}});
            if (!sealedSegment) throw damagedObject(packName(pack), "it ends too soon");
            copier.copy(reader->cipher(), pack, *sealedSegment, chunks.data() + first, chunks.data() + last);
            first = last;
        }
    }
    copier.flush();
    stage.flush();
    std::sort(entries_.begin(), entries_.end(), [](const IndexEntry& a, const IndexEntry& b) { return a.id < b.id; });
    IndexRunWriter writer(vault_.keys(), vault_.store(), entries_.size());
    std::optional<ChunkId> previous;
    for (const IndexEntry& entry : entries_) {
        if (previous != entry.id) writer.add(entry);
        previous = entry.id;
    }
    return {writer.finish()};
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
    // Of a chunk that two runs know, the mark is on the entry that readers find, which is the first in this order.
    IndexRunWriter writer(vault_.keys(), vault_.store(), most);
    mergeRunsMarked(runs, [&](const IndexEntry& entry, const RunId& run, std::uint64_t position) {
        if (!marks_.isMarked(run, position) || plan_.takesAway(entry.location.pack)) return;
        writer.add(entry);
    });
    return writer.finish();
}

void PackRewriter::discard(const std::vector<RunInfo>& runs) {
    for (const RunInfo& run : runs) vault_.store().remove(runName(run.id));
    for (const PackId& pack : packs_) vault_.store().remove(packName(pack));
    vault_.store().sync();
}

}  // namespace vault
