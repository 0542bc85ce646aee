// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/salvage.hpp"

#include <mutex>

#include "agent/vault/lost_directory.hpp"
#include "agent/vault/pack_bytes.hpp"
#include "agent/vault/segment_copier.hpp"

namespace vault {

namespace {

NamedSegments namedByDirectory(const std::vector<SegmentInfo>& segments) {
    NamedSegments named;
    for (const SegmentInfo& segment : segments) {
        NamedSegment& one = named[segment.offset];
        one.sealedBytes = segment.sealedBytes;
        std::uint32_t offset = 0;
        for (const ChunkInSegment& chunk : segment.chunks) {
            one.chunks.push_back({chunk.id, offset, chunk.sizeBytes});
            offset += chunk.sizeBytes;
        }
    }
    return named;
}

void salvageOne(Vault& vault, SegmentCopier& copier, const PackId& pack, const NamedSegments& segments) {
    const std::string name = packName(pack);
    PackBytes bytes(vault.store(), name);
    bytes.heal();
    base::Bytes header(kHeaderBytes);
    if (!bytes.readRange(0, header)) return;
    try {
        Cipher cipher = objectCipher(vault.keys(), ObjectKind::Pack, name, header);
        for (const auto& [offset, segment] : segments) {
            base::Bytes sealedSegment(segment.sealedBytes);
            if (!bytes.readRange(offset, sealedSegment)) continue;
            // A segment that does not open is what is lost; there is nothing more to do about it here.
            static_cast<void>(copier.copy(cipher, offset, sealedSegment, segment.chunks));
        }
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;  // not even the header is whole
    }
}

}  // namespace

std::vector<IndexEntry> salvagePacks(Vault& vault, unsigned parityPercent,
                                     const std::map<PackId, std::vector<SegmentInfo>>& damaged,
                                     const base::CancelToken& cancel, const StageProgress& progress) {
    const auto named = namedSegments(vault, [&](const PackId& pack) {
        const auto found = damaged.find(pack);
        return found != damaged.end() && found->second.empty();
    });
    std::mutex mutex;  // guards saved, which the stage's commit thread fills
    std::vector<IndexEntry> saved;
    CompressionGovernor governor;
    PackStage stage(vault.keys(), vault.store(), parityPercent, governor,
                    [&](std::vector<IndexEntry> entries, std::uint64_t) {
                        const std::lock_guard lock(mutex);
                        saved.insert(saved.end(), entries.begin(), entries.end());
                    });
    SegmentCopier copier(vault.keys(), stage);
    std::uint64_t done = 0;
    for (const auto& [pack, segments] : damaged) {
        cancel.throwIfCancelled();
        progress("Saving what is whole", done++, damaged.size());
        const auto indexed = named.find(pack);
        if (!segments.empty()) {
            salvageOne(vault, copier, pack, namedByDirectory(segments));
        } else if (indexed != named.end()) {
            salvageOne(vault, copier, pack, indexed->second);
        }
    }
    copier.flush();
    stage.flush();
    return saved;
}

}  // namespace vault
