// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_check.hpp"

#include "agent/vault/shared_items.hpp"

namespace vault {

namespace {

/// Shared by the threads that examine packs.
struct Examination {
    Vault& vault;
    const VerifyDepth depth;
    const base::CancelToken& cancel;
    std::atomic<std::uint64_t>& bytesDone;
    std::mutex mutex = {};  // guards calls of found
};

bool hasRightContent(Examination& work, SegmentCodec& codec, Cipher& cipher, const SegmentInfo& segment,
                     base::ByteView sealedSegment) {
    if (work.depth != VerifyDepth::Data) return codec.isIntact(cipher, segment.offset, sealedSegment);
    const auto raw = codec.open(cipher, segment.offset, sealedSegment);
    if (!raw) return false;
    std::size_t at = 0;
    for (const ChunkInSegment& chunk : segment.chunks) {
        if (at + chunk.sizeBytes > raw->size()) return false;
        if (work.vault.hasher().idOf(raw->subspan(at, chunk.sizeBytes)) != chunk.id) return false;
        at += chunk.sizeBytes;
    }
    return at == raw->size();
}

std::string examineParity(PackReader& reader) {
    if (!reader.hasParity()) return {};
    const HealedPack* healed = reader.heal();
    if (healed == nullptr) return "The parity of the pack is damaged.";
    if (healed->isIntact) return {};
    if (reader.isUnreadable()) return "The disk has lost a part of the pack; its parity makes up for it.";
    if (healed->damagedBlocks == 1)
        return "A block of the pack has changed; its parity still makes up for it.";
    return std::to_string(healed->damagedBlocks) +
           " blocks of the pack have changed; its parity still makes up for them.";
}

PackFinding examine(Examination& work, SegmentCodec& codec, const PackId& pack) {
    PackFinding finding;
    finding.pack = pack;
    auto reader = PackReader::open(work.vault.keys(), work.vault.store(), pack, finding.why);
    finding.isUnreadable = finding.why == PackReader::kLostWhy;
    if (!reader) return finding;
    finding.decay = examineParity(*reader);
    const HealedPack* healed = reader->healed();
    if (healed != nullptr) {
        finding.parityPercent = healed->percent;
        work.bytesDone.fetch_add(healed->object.size(), std::memory_order_relaxed);
    }
    for (const SegmentInfo& segment : reader->segments()) {
        work.cancel.throwIfCancelled();
        const auto sealedSegment = reader->readSealed(segment);
        if (healed == nullptr) work.bytesDone.fetch_add(segment.sealedBytes, std::memory_order_relaxed);
        const bool isGood =
            sealedSegment && hasRightContent(work, codec, reader->cipher(), segment, *sealedSegment);
        (isGood ? finding.goodSegments : finding.badSegments).push_back(segment);
    }
    finding.isUnreadable = reader->isUnreadable();
    return finding;
}

}  // namespace

std::string PackFinding::problem() const {
    if (badSegments.empty()) return decay;
    return std::to_string(badSegments.size()) + " of " +
           std::to_string(badSegments.size() + goodSegments.size()) + " segments of the pack are damaged" +
           (isUnreadable ? ": the disk has lost a part of them." : ".");
}

void checkPacks(Vault& vault, const std::vector<PackId>& packs, VerifyDepth depth, unsigned workers,
                const base::CancelToken& cancel, std::atomic<std::uint64_t>& bytesDone,
                const std::function<void(const PackFinding&)>& found) {
    Examination work{vault, depth, cancel, bytesDone};
    shareItems(packs.size(), workers, [&](SharedItems& items) {
        SegmentCodec codec;
        while (const auto item = items.next()) {
            const PackFinding finding = examine(work, codec, packs[*item]);
            const std::lock_guard lock(work.mutex);
            found(finding);
        }
    });
}

}  // namespace vault
