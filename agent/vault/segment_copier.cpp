// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/segment_copier.hpp"

namespace vault {

namespace {

/// Small remains of segments are gathered up to this raw size.
constexpr std::size_t kGatheredBytes = 512 * base::kKiB;

}  // namespace

void SegmentCopier::setKind(PackKind kind) {
    if (kind == kind_) return;
    flush();
    kind_ = kind;
}

bool SegmentCopier::copy(Cipher& from, std::uint32_t segmentOffset, base::ByteView sealedSegment,
                         std::span<const MovingChunk> wanted) {
    const auto segment = codec_.reopen(from, segmentOffset, sealedSegment);
    if (!segment) return false;
    std::uint64_t wantedBytes = 0;
    for (const MovingChunk& chunk : wanted) {
        if (std::uint64_t{chunk.offset} + chunk.sizeBytes > segment->raw.size()) return false;
        wantedBytes += chunk.sizeBytes;
    }
    if (wantedBytes == segment->raw.size()) {
        std::vector<ChunkInSegment> chunks;
        for (const MovingChunk& chunk : wanted) chunks.push_back({chunk.id, chunk.sizeBytes});
        send(codec_, segment->prepared, segment->raw, std::move(chunks));
        return true;
    }
    for (const MovingChunk& chunk : wanted) {
        if (gathered_.size() + chunk.sizeBytes > kGatheredBytes) flush();
        base::append(gathered_, segment->raw.subspan(chunk.offset, chunk.sizeBytes));
        gatheredChunks_.push_back({chunk.id, chunk.sizeBytes});
    }
    return true;
}

void SegmentCopier::flush() {
    if (gatheredChunks_.empty()) return;
    const base::Bytes raw = std::exchange(gathered_, {});
    send(gatherCodec_, gatherCodec_.prepare(raw, CompressionGovernor::kFastestLevel), raw,
         std::exchange(gatheredChunks_, {}));
}

void SegmentCopier::send(SegmentCodec& codec, const SegmentCodec::Prepared& prepared, base::ByteView raw,
                         std::vector<ChunkInSegment> chunks) {
    const PackSlot slot = stage_.reserve(kind_, prepared.sealedBytes(), chunks.size());
    if (cipherPack_ != slot.pack) {
        cipher_.reset(new Cipher(objectCipher(keys_, ObjectKind::Pack, slot.pack->name, slot.pack->header)));
        cipherPack_ = slot.pack;
    }
    try {
        stage_.deliver(slot, codec.sealVerified(*cipher_, slot.offset, prepared, raw), std::move(chunks));
    } catch (...) {
        stage_.fail(base::currentError());
        throw;
    }
}

}  // namespace vault
