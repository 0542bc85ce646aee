// SPDX-License-Identifier: Apache-2.0
// segment_copier.hpp: moves chunks from old packs into new ones, as prune and repair do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "agent/vault/pack_stage.hpp"

namespace vault {

/// A chunk that is to move, by its place in its segment.
struct MovingChunk {
    ChunkId id;
    std::uint32_t offset = 0;  // in the segment's raw content
    std::uint32_t sizeBytes = 0;
};

/// Copies segments. What is wanted whole keeps its compressed form; what is left of others is gathered anew.
/// Not thread-safe.
class SegmentCopier final {
public:
    SegmentCopier(const VaultKeys& keys, PackStage& stage) : keys_(keys), stage_(stage) {}

    /// Says what the chunks copied from here on are.
    void setKind(PackKind kind);

    /// Copies the wanted chunks, which are in order of offset, of one sealed segment that stands at
    /// `segmentOffset` of its pack. False, with nothing copied, when the segment is damaged.
    [[nodiscard]] bool copy(Cipher& from, std::uint32_t segmentOffset, base::ByteView sealedSegment,
                            std::span<const MovingChunk> wanted);

    /// Sends out what was gathered.
    void flush();

private:
    void send(SegmentCodec& codec, const SegmentCodec::Prepared& prepared, base::ByteView raw,
              std::vector<ChunkInSegment> chunks);

    const VaultKeys& keys_;
    PackStage& stage_;
    PackKind kind_ = PackKind::Data;
    SegmentCodec codec_;
    SegmentCodec gatherCodec_;  // apart, because a segment that is being taken apart lives in codec_'s memory
    base::Bytes gathered_;
    std::vector<ChunkInSegment> gatheredChunks_;
    std::shared_ptr<const PackIdentity> cipherPack_;
    std::unique_ptr<Cipher> cipher_;
};

}  // namespace vault
