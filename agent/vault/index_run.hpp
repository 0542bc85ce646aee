// SPDX-License-Identifier: Apache-2.0
// index_run.hpp: an immutable, sorted piece of the index (agent/doc/vault_format.md, "Index runs").
//
//   header | entry blocks | filter blocks | pack table blocks | fence blocks | footer
//
// All blocks of a run have one size and are sealed one by one, so a lookup reads one block and needs in
// memory only the filter (12 bits an entry) and the fences (8 bytes a block).
//
// A block of entries or of the pack table that is damaged hides what it names, and nothing else of the run.
// Without header, footer, filter or fences all of the run is lost. Readers look past what is hidden. Whoever
// writes a run from others, or removes what none of them names, must not: it stops at the first damage.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "agent/vault/block_cache.hpp"
#include "agent/vault/index_entry.hpp"
#include "agent/vault/keys.hpp"
#include "agent/vault/object_store.hpp"
#include "agent/vault/sealed_object.hpp"

namespace vault {

std::string runName(const RunId& id);

/// The error for a chunk whose place stands in a damaged part of a run; it need not be lost itself.
base::Error hiddenChunk(const std::string& run);
[[nodiscard]] bool isHiddenChunk(const base::Error& error) noexcept;

/// Names a block of any open run in the shared cache.
struct IndexBlockKey {
    RunId run;
    std::uint64_t block = 0;

    bool operator==(const IndexBlockKey&) const = default;
};

}  // namespace vault

template <>
struct std::hash<vault::IndexBlockKey> {
    std::size_t operator()(const vault::IndexBlockKey& key) const noexcept {
        return static_cast<std::size_t>(key.run.prefix() + key.block * 0x9E3779B97F4A7C15u);
    }
};

namespace vault {

using IndexBlockCache = BlockCache<IndexBlockKey>;

/// Writes one run. Entries come in strictly ascending order of id. Each sealed part is opened again before it
/// goes to the store (seal_proof.hpp).
class IndexRunWriter final {
public:
    /// `expectedEntries` is an upper bound; it sizes the blocks and the filter.
    IndexRunWriter(const VaultKeys& keys, ObjectStore& store, std::uint64_t expectedEntries);

    void add(const IndexEntry& entry);

    /// Makes the run durable. Nothing is visible before, nor when it throws.
    RunInfo finish();

private:
    void flushEntries();
    void sealBlock(PartRole role, base::Bytes& plain);
    void writeRegion(PartRole role, base::ByteView content);

    RunId id_;
    std::string name_;
    std::unique_ptr<ObjectUpload> upload_;
    std::unique_ptr<Cipher> cipher_;
    std::unique_ptr<Cipher> prover_;  // opens what cipher_ sealed
    std::size_t blockBytes_;
    base::Bytes block_;
    base::Bytes sealedBlock_;
    base::Bytes filter_;
    base::Bytes fences_;
    base::Bytes packTable_;
    std::unordered_map<PackId, std::uint32_t> packNumbers_;
    std::uint64_t entries_ = 0;
    std::uint64_t blocks_ = 0;
    std::uint64_t sizeBytes_ = 0;
};

/// Reads one run. Opens lazily: the footer, the fences and the filter are read at the first lookup.
/// Thread-safe.
class IndexRun final {
public:
    IndexRun(const VaultKeys& keys, ObjectStore& store, IndexBlockCache& cache, RunInfo info);
    ~IndexRun();

    [[nodiscard]] const RunInfo& info() const noexcept { return info_; }

    /// What to do about damaged blocks.
    enum class Damage { Throw, Skip };
    /// What was skipped.
    struct Losses {
        std::uint64_t blocks = 0;
        std::uint64_t entries = 0;
    };

    /// Throws Error (Corrupt) when the run is missing or damaged; isHiddenChunk() tells when that is so for
    /// this chunk's block alone. A block that was found damaged is not read again.
    [[nodiscard]] std::optional<ChunkLocation> find(const ChunkId& id);

    /// The number of entries, as the run itself says. Throws as find() does.
    [[nodiscard]] std::uint64_t entryCount() { return layoutEntries(); }

    /// Where a found entry stands among the run's entries; used to mark entries.
    [[nodiscard]] std::optional<std::uint64_t> positionOf(const ChunkId& id);

    /// Calls back for every entry in order, with its position. Reads sequentially, beside the cache.
    void forEach(const std::function<void(const IndexEntry& entry, std::uint64_t position)>& visit);

    /// The same for the entries that can be read.
    Losses forEachReadable(const std::function<void(const IndexEntry& entry)>& visit);

    /// The packs that entries of this run lie in.
    [[nodiscard]] std::vector<PackId> packs(Damage damage = Damage::Throw);

    /// Reads entries one after the other, for merging.
    class Cursor final {
    public:
        explicit Cursor(IndexRun& run, Damage damage = Damage::Throw) : run_(run), damage_(damage) {}
        /// Nothing at the end.
        std::optional<IndexEntry> next();
        /// What was skipped so far.
        [[nodiscard]] const Losses& losses() const noexcept { return losses_; }

    private:
        void loadBlocks(std::uint64_t first);

        IndexRun& run_;
        const Damage damage_;
        std::uint64_t position_ = 0;
        base::Bytes blocks_;
        std::vector<bool> isLost_;  // which of blocks_
        std::vector<std::optional<PackId>> packs_;
        bool started_ = false;
        Losses losses_;
    };

private:
    struct Layout;
    struct Found;
    struct Blocks;

    const Layout& layout();
    std::uint64_t layoutEntries();
    std::unique_ptr<Cipher> makeCipher();
    void openLayout();
    base::Bytes readBlock(PartRole role, std::uint64_t block);
    base::Error noteDamagedBlock(std::uint64_t block);
    base::Bytes readRegion(PartRole role, std::uint64_t firstBlock, std::uint64_t blocks,
                           std::size_t sizeBytes);
    Blocks readBlocks(PartRole role, std::uint64_t firstBlock, std::uint64_t blocks, Damage damage);
    std::vector<std::optional<PackId>> packTable(Damage damage, Losses& losses);
    std::shared_ptr<const base::Bytes> cachedBlock(PartRole role, std::uint64_t block);
    std::optional<Found> locate(const ChunkId& id);
    PackId packByNumber(std::uint32_t number);

    const VaultKeys& keys_;
    ObjectStore& store_;
    IndexBlockCache& cache_;
    const RunInfo info_;
    const std::string name_;
    std::mutex openMutex_;  // held while the run is opened
    std::atomic<bool> isOpen_ = false;
    std::unique_ptr<const Layout> layout_;
    std::mutex damagedMutex_;  // guards damagedBlocks_
    std::set<std::uint64_t> damagedBlocks_;
};

}  // namespace vault
