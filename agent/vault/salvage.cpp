// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/salvage.hpp"

#include <algorithm>
#include <mutex>

#include "agent/vault/pack_bytes.hpp"
#include "agent/vault/segment_copier.hpp"

namespace vault {

namespace {

/// A segment to look for, with what should be in it.
struct Candidate {
    std::uint32_t sealedBytes = 0;
    std::vector<MovingChunk> chunks;
};
using Candidates = std::map<std::uint32_t, Candidate>;  // by offset

Candidates fromDirectory(const std::vector<SegmentInfo>& segments) {
    Candidates candidates;
    for (const SegmentInfo& segment : segments) {
        Candidate& candidate = candidates[segment.offset];
        candidate.sealedBytes = segment.sealedBytes;
        std::uint32_t offset = 0;
        for (const ChunkInSegment& chunk : segment.chunks) {
            candidate.chunks.push_back({chunk.id, offset, chunk.sizeBytes});
            offset += chunk.sizeBytes;
        }
    }
    return candidates;
}

/// What the index knows of packs that cannot tell themselves.
std::map<PackId, Candidates> fromIndex(const std::map<PackId, std::vector<SegmentInfo>>& damaged,
                                       const std::vector<std::shared_ptr<IndexRun>>& runs) {
    std::map<PackId, Candidates> packs;
    for (const auto& run : runs) {
        run->forEachReadable([&](const IndexEntry& entry) {
            const ChunkLocation& at = entry.location;
            const auto pack = damaged.find(at.pack);
            if (pack == damaged.end() || !pack->second.empty()) return;
            Candidate& candidate = packs[at.pack][at.segmentOffset];
            candidate.sealedBytes = at.segmentBytes;
            candidate.chunks.push_back({entry.id, at.chunkOffset, at.chunkBytes});
        });
    }
    for (auto& [pack, candidates] : packs) {
        for (auto& [offset, candidate] : candidates) {
            std::sort(candidate.chunks.begin(), candidate.chunks.end(),
                      [](const MovingChunk& a, const MovingChunk& b) { return a.offset < b.offset; });
            const auto repeated =
                std::unique(candidate.chunks.begin(), candidate.chunks.end(),
                            [](const MovingChunk& a, const MovingChunk& b) { return a.offset == b.offset; });
            candidate.chunks.erase(repeated, candidate.chunks.end());
        }
    }
    return packs;
}

void salvageOne(Vault& vault, SegmentCopier& copier, const PackId& pack, const Candidates& candidates) {
    const std::string name = packName(pack);
    PackBytes bytes(vault.store(), name);
    bytes.heal();
    base::Bytes header(kHeaderBytes);
    if (!bytes.readRange(0, header)) return;
    try {
        Cipher cipher = objectCipher(vault.keys(), ObjectKind::Pack, name, header);
        for (const auto& [offset, candidate] : candidates) {
            base::Bytes sealedSegment(candidate.sealedBytes);
            if (!bytes.readRange(offset, sealedSegment)) continue;
            // A segment that does not open is what is lost; there is nothing more to do about it here.
            static_cast<void>(copier.copy(cipher, offset, sealedSegment, candidate.chunks));
        }
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;  // not even the header is whole
    }
}

}  // namespace

std::vector<IndexEntry> salvagePacks(Vault& vault, const std::map<PackId, std::vector<SegmentInfo>>& damaged,
                                     const std::vector<std::shared_ptr<IndexRun>>& runs,
                                     const base::CancelToken& cancel, const StageProgress& progress) {
    const auto known = fromIndex(damaged, runs);
    std::mutex mutex;  // guards saved, which the stage's commit thread fills
    std::vector<IndexEntry> saved;
    CompressionGovernor governor;
    PackStage stage(vault.keys(), vault.store(), vault.state().parityPercent, governor,
                    [&](std::vector<IndexEntry> entries, std::uint64_t) {
                        const std::lock_guard lock(mutex);
                        saved.insert(saved.end(), entries.begin(), entries.end());
                    });
    SegmentCopier copier(vault.keys(), stage);
    std::uint64_t done = 0;
    for (const auto& [pack, segments] : damaged) {
        cancel.throwIfCancelled();
        progress("Saving what is whole", done++, damaged.size());
        const auto indexed = known.find(pack);
        if (!segments.empty()) {
            salvageOne(vault, copier, pack, fromDirectory(segments));
        } else if (indexed != known.end()) {
            salvageOne(vault, copier, pack, indexed->second);
        }
    }
    copier.flush();
    stage.flush();
    return saved;
}

}  // namespace vault
