// SPDX-License-Identifier: Apache-2.0
// chunk_storer.hpp: one worker's way into the vault: hash, look up, compress, seal, verify, deliver.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "agent/vault/pack_stage.hpp"
#include "agent/vault/vault.hpp"

namespace vault {

class StoreSession;

/// Stores chunks on behalf of one thread. Large chunks become segments of their own; small ones are gathered,
/// so that a million small files cost neither a million objects nor a million compressor runs.
class ChunkStorer final {
public:
    /// Chunks below this size are gathered.
    static constexpr std::size_t kGatherBelowBytes = 96 * base::kKiB;
    /// Raw size of a gathered segment. Larger compresses better, smaller makes reading one small file
    /// cheaper.
    static constexpr std::size_t kGatheredDataBytes = base::kMiB;
    static constexpr std::size_t kGatheredTreeBytes = 128 * base::kKiB;

    ChunkStorer(StoreSession& session, PackKind kind);
    ~ChunkStorer();
    ChunkStorer(const ChunkStorer&) = delete;
    ChunkStorer& operator=(const ChunkStorer&) = delete;

    /// Names the chunk and stores it unless the vault has it. Copies what it keeps. The chunk is durable only
    /// after flush() and StoreSession::makeDurable().
    ChunkId store(base::ByteView raw);

    /// Sends out what was gathered.
    void flush();

    /// Bytes of chunks that were new to the vault.
    [[nodiscard]] std::uint64_t newBytes() const noexcept { return newBytes_; }

private:
    void sendSegment(base::ByteView raw, std::vector<ChunkInSegment> chunks);
    Cipher& cipherFor(const PackSlot& slot);

    StoreSession& session_;
    const PackKind kind_;
    const std::size_t gatheredBytes_;
    SegmentCodec codec_;
    base::Bytes gathered_;
    std::vector<ChunkInSegment> gatheredChunks_;
    std::shared_ptr<const PackIdentity> cipherPack_;
    std::unique_ptr<Cipher> cipher_;
    std::uint64_t newBytes_ = 0;
};

}  // namespace vault
