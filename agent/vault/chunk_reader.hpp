// SPDX-License-Identifier: Apache-2.0
// chunk_reader.hpp: brings chunks back: find, read, open, decompress.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_set>
#include <vector>

#include "agent/vault/block_cache.hpp"
#include "agent/vault/content_ref.hpp"
#include "agent/vault/pack_format.hpp"
#include "agent/vault/vault.hpp"

namespace vault {

/// Names a segment in the cache.
struct SegmentKey {
    PackId pack;
    std::uint32_t offset = 0;

    bool operator==(const SegmentKey&) const = default;
};

}  // namespace vault

template <>
struct std::hash<vault::SegmentKey> {
    std::size_t operator()(const vault::SegmentKey& key) const noexcept {
        return static_cast<std::size_t>(key.pack.prefix() ^ (key.offset * 0x9E3779B97F4A7C15u));
    }
};

namespace vault {

/// Reads chunks of one vault. Thread-safe. Keeps segments of gathered chunks in a bounded cache, because
/// their neighbours are usually wanted next.
class ChunkReader final {
public:
    static constexpr std::size_t kDefaultCacheBytes = 16 * base::kMiB;

    explicit ChunkReader(Vault& vault, std::size_t cacheBytes = kDefaultCacheBytes);
    ~ChunkReader();

    /// Calls `use` with the chunk's content, which is valid during the call. Throws Error (Corrupt):
    /// "VAULT-0011" when the chunk is not in the vault, "VAULT-0014" when its pack is missing or damaged
    /// there, "VAULT-0022" when damage of the index hides where it lies.
    void with(const ChunkId& id, const std::function<void(base::ByteView content)>& use);

    /// The same for a part of a content. Throws Error (Corrupt, "VAULT-0021") when the chunk is not as large
    /// as the content says.
    void with(const ChunkRef& chunk, const std::function<void(base::ByteView content)>& use);

    [[nodiscard]] base::Bytes read(const ChunkId& id);

    /// Tells the store where these chunks lie, because they will be read soon. A chunk that is not in the
    /// vault is left out; with() will say so.
    void announce(std::span<const ChunkRef> chunks);

    /// How much content is worth announcing before the first of it is read; 0 where it is of no use.
    [[nodiscard]] std::size_t readAheadBytes() const { return vault_.store().readAheadBytes(); }

    /// The same for content of any depth: calls `visit` for each data chunk in order, with its offset in the
    /// content.
    void forEachChunk(const ContentRef& content,
                      const std::function<void(const ChunkRef& chunk, std::uint64_t offset)>& visit);

    /// How many packs could be read through their parity alone, so far: what they lie on loses data.
    [[nodiscard]] std::size_t healedPacks() const;

    /// All of a content that is known to be small. Throws Error (Corrupt) past `limitBytes`.
    [[nodiscard]] base::Bytes readContent(const ContentRef& content, std::size_t limitBytes);

private:
    class BorrowedCodec;

    base::Error unknownChunk(const ChunkId& id);
    bool tryWith(const ChunkId& id, const ChunkLocation& at, const std::function<void(base::ByteView)>& use);
    bool useIfTrue(const ChunkId& id, base::ByteView chunk, const std::function<void(base::ByteView)>& use);
    bool tryHealed(const ChunkId& id, const ChunkLocation& at,
                   const std::function<void(base::ByteView)>& use);
    bool openSegment(const ChunkId& id, const ChunkLocation& at, base::ByteView header,
                     base::ByteView sealedSegment, const std::function<void(base::ByteView)>& use);
    std::shared_ptr<const base::Bytes> healedPack(const PackId& pack);
    void announceFirst(const ChunkLocation& at);
    std::shared_ptr<const base::Bytes> packHeader(const PackId& pack);
    void visitRefs(const std::vector<ChunkRef>& refs, unsigned depth, std::uint64_t& offset,
                   const std::function<void(const ChunkRef&, std::uint64_t)>& visit);

    Vault& vault_;
    BlockCache<SegmentKey> segments_;
    BlockCache<PackId> headers_;
    mutable std::mutex healingMutex_;  // guards both sets below, and lets one thread heal at a time
    BlockCache<PackId> healed_;
    std::unordered_set<PackId> everHealed_;
    std::unordered_set<PackId> beyondHealing_;
    std::mutex codecMutex_;  // guards idleCodecs_
    std::vector<std::unique_ptr<SegmentCodec>> idleCodecs_;
};

}  // namespace vault
