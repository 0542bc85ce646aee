// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/index_run.hpp"

#include <algorithm>
#include <array>

#include "agent/vault/index_filter.hpp"
#include "agent/vault/random.hpp"
#include "agent/vault/seal_proof.hpp"

namespace vault {

namespace {

// id 32, pack number 4, then four numbers of 24 bits. 341 entries fill a block of 16 KiB but for its tag
// exactly.
constexpr std::size_t kEntryBytes = 48;
constexpr std::array<std::size_t, 3> kBlockSizes = {1024, 4096, 16384};
constexpr std::size_t kRunFooterPlainBytes = 48;
constexpr std::size_t kRunFooterBytes = kRunFooterPlainBytes + kTagBytes;
constexpr std::uint64_t kFooterNumber = ~std::uint64_t{0};
constexpr const char* kHiddenChunk = "VAULT-0022";
/// Blocks that a cursor reads at once.
constexpr std::uint64_t kBlocksAtOnce = 16;

constexpr std::size_t entriesPerBlock(std::size_t blockBytes) {
    return (blockBytes - kTagBytes) / kEntryBytes;
}

std::size_t chooseBlockBytes(std::uint64_t entries) {
    for (const std::size_t sizeBytes : kBlockSizes) {
        if (entries <= 4 * entriesPerBlock(sizeBytes)) return sizeBytes;
    }
    return kBlockSizes.back();
}

void storeUint24(base::Byte* to, std::uint32_t value) {
    to[0] = static_cast<base::Byte>(value);
    to[1] = static_cast<base::Byte>(value >> 8);
    to[2] = static_cast<base::Byte>(value >> 16);
}

std::uint32_t loadUint24(const base::Byte* from) {
    return from[0] | static_cast<std::uint32_t>(from[1]) << 8 | static_cast<std::uint32_t>(from[2]) << 16;
}

void encodeEntry(base::Byte* to, const IndexEntry& entry, std::uint32_t packNumber) {
    std::copy(entry.id.view().begin(), entry.id.view().end(), to);
    base::storeLittleEndian(to + 32, packNumber);
    storeUint24(to + 36, entry.location.segmentOffset);
    storeUint24(to + 39, entry.location.segmentBytes);
    storeUint24(to + 42, entry.location.chunkOffset);
    storeUint24(to + 45, entry.location.chunkBytes);
}

std::uint32_t packNumberIn(const base::Byte* entry) {
    return base::loadLittleEndian<std::uint32_t>(entry + 32);
}

ChunkLocation decodeLocation(const base::Byte* entry, const PackId& pack) {
    return {pack, loadUint24(entry + 36), loadUint24(entry + 39), loadUint24(entry + 42),
            loadUint24(entry + 45)};
}

std::uint64_t ceilDivide(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

base::Error unknownPack(const std::string& run) {
    return damagedObject(run, "an entry names a pack that is not in its table");
}

}  // namespace

std::string runName(const RunId& id) { return "index/" + id.hex(); }

base::Error hiddenChunk(const std::string& run) {
    return base::Error(base::ErrorKind::Corrupt, kHiddenChunk,
                       "A part of the stored data cannot be found, because the part of the index in '" + run +
                           "' that may tell where it lies is damaged",
                       "Run 'hbr repair': it works the index out again from the packs.",
                       base::Retry::AfterFix);
}

bool isHiddenChunk(const base::Error& error) noexcept { return error.code() == kHiddenChunk; }

IndexRunWriter::IndexRunWriter(const VaultKeys& keys, ObjectStore& store, std::uint64_t expectedEntries)
    : id_(randomId<RunId>()),
      name_(runName(id_)),
      upload_(store.startUpload(name_)),
      blockBytes_(chooseBlockBytes(expectedEntries)),
      sealedBlock_(blockBytes_),
      filter_(filterBytesFor(expectedEntries)) {
    const base::Bytes header = makeHeader(ObjectKind::IndexRun);
    cipher_.reset(new Cipher(objectCipher(keys, ObjectKind::IndexRun, name_, header)));
    prover_.reset(new Cipher(objectCipher(keys, ObjectKind::IndexRun, name_, header)));
    upload_->write(header);
    sizeBytes_ = header.size();
    block_.reserve(blockBytes_);
}

void IndexRunWriter::add(const IndexEntry& entry) {
    const auto [known, isNew] =
        packNumbers_.try_emplace(entry.location.pack, static_cast<std::uint32_t>(packNumbers_.size()));
    if (isNew) base::append(packTable_, entry.location.pack.view());
    if (block_.empty()) base::append(fences_, entry.id.view().first(8));
    const std::size_t at = block_.size();
    block_.resize(at + kEntryBytes);
    encodeEntry(block_.data() + at, entry, known->second);
    addToFilter(filter_, entry.id);
    ++entries_;
    if (block_.size() == entriesPerBlock(blockBytes_) * kEntryBytes) flushEntries();
}

void IndexRunWriter::flushEntries() {
    sealBlock(PartRole::IndexBlock, block_);
    block_.clear();
}

void IndexRunWriter::sealBlock(PartRole role, base::Bytes& plain) {
    plain.resize(blockBytes_ - kTagBytes);
    cipher_->seal(role, blocks_, plain, {}, sealedBlock_);
    proveSealedPart(*prover_, role, blocks_, sealedBlock_, plain);  // Invariant: I13
    upload_->write(sealedBlock_);
    ++blocks_;
    sizeBytes_ += blockBytes_;
}

void IndexRunWriter::writeRegion(PartRole role, base::ByteView content) {
    base::Bytes plain;
    while (!content.empty()) {
        const std::size_t part = std::min(content.size(), blockBytes_ - kTagBytes);
        plain.assign(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(part));
        sealBlock(role, plain);
        content = content.subspan(part);
    }
}

RunInfo IndexRunWriter::finish() {
    if (!block_.empty()) flushEntries();
    writeRegion(PartRole::FilterBlock, filter_);
    writeRegion(PartRole::PackTable, packTable_);
    writeRegion(PartRole::IndexBlock, fences_);

    std::array<base::Byte, kRunFooterPlainBytes> footer{};
    const std::uint64_t packs = packNumbers_.size();
    base::storeLittleEndian<std::uint64_t>(footer.data(), blockBytes_);
    base::storeLittleEndian<std::uint64_t>(footer.data() + 8, entries_);
    base::storeLittleEndian<std::uint64_t>(footer.data() + 16, filter_.size());
    base::storeLittleEndian<std::uint64_t>(footer.data() + 24, packs);
    std::array<base::Byte, kRunFooterBytes> sealedFooter{};
    cipher_->seal(PartRole::Footer, kFooterNumber, footer, {}, sealedFooter);
    proveSealedPart(*prover_, PartRole::Footer, kFooterNumber, sealedFooter, footer);  // Invariant: I13
    upload_->write(sealedFooter);
    sizeBytes_ += sealedFooter.size();
    upload_->commit();
    return {id_, entries_, packs, sizeBytes_};
}

/// Where things are in the run, and what a lookup needs in memory.
struct IndexRun::Layout {
    base::Bytes header;
    std::size_t blockBytes = 0;
    std::uint64_t entries = 0;
    std::uint64_t packs = 0;
    std::uint64_t entryBlocks = 0;
    std::uint64_t firstPackBlock = 0;
    base::Bytes filter;
    std::vector<std::uint64_t> fences;  // prefix of the first id of each entry block

    [[nodiscard]] std::size_t perBlock() const { return entriesPerBlock(blockBytes); }
    [[nodiscard]] std::size_t plainBytes() const { return blockBytes - kTagBytes; }
};

struct IndexRun::Found {
    std::shared_ptr<const base::Bytes> block;
    const base::Byte* entry = nullptr;
    std::uint64_t position = 0;
};

IndexRun::IndexRun(const VaultKeys& keys, ObjectStore& store, IndexBlockCache& cache, RunInfo info)
    : keys_(keys), store_(store), cache_(cache), info_(info), name_(runName(info.id)) {}

IndexRun::~IndexRun() = default;

const IndexRun::Layout& IndexRun::layout() {
    if (!isOpen_.load(std::memory_order_acquire)) {
        // No std::call_once: where it rests on pthread_once, as with mingw, a call that throws leaves it
        // locked for ever.
        const std::lock_guard lock(openMutex_);
        if (!isOpen_.load(std::memory_order_relaxed)) {
            openLayout();
            isOpen_.store(true, std::memory_order_release);
        }
    }
    return *layout_;
}

std::uint64_t IndexRun::layoutEntries() { return layout().entries; }

std::unique_ptr<Cipher> IndexRun::makeCipher() {
    return std::unique_ptr<Cipher>(
        new Cipher(objectCipher(keys_, ObjectKind::IndexRun, name_, layout_->header)));
}

void IndexRun::openLayout() {
    auto layout = std::make_unique<Layout>();
    layout->header.resize(kHeaderBytes);
    const auto sizeBytes = store_.sizeOf(name_);
    if (!sizeBytes || !store_.readRange(name_, 0, layout->header)) throw missingObject(name_);
    if (*sizeBytes < kHeaderBytes + kRunFooterBytes) throw damagedObject(name_, "it is too short");
    Cipher cipher = objectCipher(keys_, ObjectKind::IndexRun, name_, layout->header);
    std::array<base::Byte, kRunFooterBytes> sealedFooter{};
    std::array<base::Byte, kRunFooterPlainBytes> footer{};
    if (!store_.readRange(name_, *sizeBytes - kRunFooterBytes, sealedFooter)) throw missingObject(name_);
    if (!cipher.open(PartRole::Footer, kFooterNumber, sealedFooter, footer)) {
        throw damagedObject(name_, "the seal of its footer is broken");
    }
    const auto field = [&](std::size_t i) {
        return base::loadLittleEndian<std::uint64_t>(footer.data() + 8 * i);
    };
    layout->blockBytes = static_cast<std::size_t>(field(0));
    layout->entries = field(1);
    const auto filterBytes = static_cast<std::size_t>(field(2));
    layout->packs = field(3);
    if (std::find(kBlockSizes.begin(), kBlockSizes.end(), layout->blockBytes) == kBlockSizes.end() ||
        filterBytes < kFilterBlockBytes) {
        throw damagedObject(name_, "its footer makes no sense");
    }
    layout->entryBlocks = ceilDivide(layout->entries, layout->perBlock());
    const std::uint64_t filterBlocks = ceilDivide(filterBytes, layout->plainBytes());
    layout->firstPackBlock = layout->entryBlocks + filterBlocks;
    const std::uint64_t packBlocks = ceilDivide(layout->packs * PackId::kSizeBytes, layout->plainBytes());
    const std::uint64_t fenceBytes = layout->entryBlocks * 8;
    const std::uint64_t firstFenceBlock = layout->firstPackBlock + packBlocks;
    const std::uint64_t blocks = firstFenceBlock + ceilDivide(fenceBytes, layout->plainBytes());
    if (*sizeBytes != kHeaderBytes + blocks * layout->blockBytes + kRunFooterBytes) {
        throw damagedObject(name_, "it was cut or has grown");
    }
    layout_ = std::move(layout);
    auto& open = const_cast<Layout&>(*layout_);  // still ours alone: isOpen_ is not set yet
    open.filter = readRegion(PartRole::FilterBlock, open.entryBlocks, filterBlocks, filterBytes);
    const base::Bytes fences = readRegion(PartRole::IndexBlock, firstFenceBlock, blocks - firstFenceBlock,
                                          static_cast<std::size_t>(fenceBytes));
    open.fences.reserve(static_cast<std::size_t>(open.entryBlocks));
    for (std::size_t i = 0; i < open.entryBlocks; ++i) {
        std::uint64_t prefix = 0;
        for (std::size_t j = 0; j < 8; ++j) prefix = (prefix << 8) | fences[8 * i + j];
        open.fences.push_back(prefix);
    }
}

base::Bytes IndexRun::readRegion(PartRole role, std::uint64_t firstBlock, std::uint64_t blocks,
                                 std::size_t sizeBytes) {
    // Larger reads than one block: an object store answers few large requests faster than many small ones.
    constexpr std::uint64_t kMostAtOnce = 64;
    const std::size_t blockBytes = layout_->blockBytes;
    const auto cipher = makeCipher();
    base::Bytes content;
    content.reserve(sizeBytes + blockBytes);
    base::Bytes sealedBlocks;
    for (std::uint64_t done = 0; done < blocks;) {
        const std::uint64_t now = std::min(kMostAtOnce, blocks - done);
        sealedBlocks.resize(static_cast<std::size_t>(now) * blockBytes);
        if (!store_.readRange(name_, kHeaderBytes + (firstBlock + done) * blockBytes, sealedBlocks)) {
            throw missingObject(name_);
        }
        for (std::size_t i = 0; i < now; ++i) {
            const std::size_t at = content.size();
            content.resize(at + layout_->plainBytes());
            if (!cipher->open(role, firstBlock + done + i,
                              base::ByteView(sealedBlocks).subspan(i * blockBytes, blockBytes),
                              base::MutableBytes(content).subspan(at))) {
                throw damagedObject(name_, "the seal of a block is broken");
            }
        }
        done += now;
    }
    content.resize(sizeBytes);
    return content;
}

base::Bytes IndexRun::readBlock(PartRole role, std::uint64_t block) {
    {
        const std::lock_guard lock(damagedMutex_);
        if (damagedBlocks_.contains(block)) throw hiddenChunk(name_);
    }
    base::Bytes sealedBlock(layout_->blockBytes);
    bool isThere = false;
    try {
        isThere = store_.readRange(name_, kHeaderBytes + block * layout_->blockBytes, sealedBlock);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        throw noteDamagedBlock(block);
    }
    if (!isThere) throw missingObject(name_);
    base::Bytes plain(layout_->plainBytes());
    if (!makeCipher()->open(role, block, sealedBlock, plain)) throw noteDamagedBlock(block);
    return plain;
}

/// A disk may take seconds to find that it has lost a sector, so nobody asks it twice.
base::Error IndexRun::noteDamagedBlock(std::uint64_t block) {
    const std::lock_guard lock(damagedMutex_);
    damagedBlocks_.insert(block);
    return hiddenChunk(name_);
}

/// Blocks one after the other; zeros where one is lost.
struct IndexRun::Blocks {
    base::Bytes content;
    std::vector<bool> isLost;
};

IndexRun::Blocks IndexRun::readBlocks(PartRole role, std::uint64_t firstBlock, std::uint64_t blocks,
                                      Damage damage) {
    const std::size_t plainBytes = layout_->plainBytes();
    const auto count = static_cast<std::size_t>(blocks);
    Blocks all{{}, std::vector<bool>(count)};
    try {
        all.content = readRegion(role, firstBlock, blocks, count * plainBytes);
        return all;
    } catch (const base::Error& error) {
        if (damage == Damage::Throw || error.kind() != base::ErrorKind::Corrupt) throw;
    }
    all.content.resize(count * plainBytes);
    for (std::size_t i = 0; i < count; ++i) {
        try {
            const base::Bytes block = readBlock(role, firstBlock + i);
            std::copy(block.begin(), block.end(),
                      all.content.begin() + static_cast<std::ptrdiff_t>(i * plainBytes));
        } catch (const base::Error& error) {
            if (!isHiddenChunk(error)) throw;
            all.isLost[i] = true;
        }
    }
    return all;
}

std::shared_ptr<const base::Bytes> IndexRun::cachedBlock(PartRole role, std::uint64_t block) {
    const IndexBlockKey key{info_.id, block};
    if (auto cached = cache_.find(key)) return cached;
    auto fresh = std::make_shared<const base::Bytes>(readBlock(role, block));
    cache_.insert(key, fresh);
    return fresh;
}

std::optional<IndexRun::Found> IndexRun::locate(const ChunkId& id) {
    const Layout& open = layout();
    if (open.entries == 0 || !mayContain(open.filter, id)) return std::nullopt;
    // Several blocks may begin with the same prefix; the last of them that is not past the id holds it.
    const auto past = std::upper_bound(open.fences.begin(), open.fences.end(), id.prefix());
    auto block = static_cast<std::uint64_t>(past - open.fences.begin());
    while (block > 0) {
        --block;
        Found found{cachedBlock(PartRole::IndexBlock, block), nullptr, 0};
        const auto count = static_cast<std::size_t>(
            std::min<std::uint64_t>(open.perBlock(), open.entries - block * open.perBlock()));
        std::size_t low = 0;
        std::size_t high = count;
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            const int order = std::memcmp(found.block->data() + middle * kEntryBytes, id.view().data(),
                                          ChunkId::kSizeBytes);
            if (order == 0) {
                found.entry = found.block->data() + middle * kEntryBytes;
                found.position = block * open.perBlock() + middle;
                return found;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (open.fences[static_cast<std::size_t>(block)] < id.prefix() || low > 0) return std::nullopt;
    }
    return std::nullopt;
}

PackId IndexRun::packByNumber(std::uint32_t number) {
    const Layout& open = layout();
    const std::size_t perBlock = open.plainBytes() / PackId::kSizeBytes;
    // plainBytes is a multiple of PackId::kSizeBytes for every block size, so no pack id straddles two
    // blocks.
    if (number >= open.packs) throw unknownPack(name_);
    const auto block = cachedBlock(PartRole::PackTable, open.firstPackBlock + number / perBlock);
    return PackId::fromBytes(base::ByteView(*block).subspan(number % perBlock * PackId::kSizeBytes));
}

std::optional<ChunkLocation> IndexRun::find(const ChunkId& id) {
    const auto found = locate(id);
    if (!found) return std::nullopt;
    return decodeLocation(found->entry, packByNumber(packNumberIn(found->entry)));
}

std::optional<std::uint64_t> IndexRun::positionOf(const ChunkId& id) {
    const auto found = locate(id);
    if (!found) return std::nullopt;
    return found->position;
}

std::vector<std::optional<PackId>> IndexRun::packTable(Damage damage, Losses& losses) {
    const Layout& open = layout();
    const std::size_t perBlock = open.plainBytes() / PackId::kSizeBytes;
    const Blocks table =
        readBlocks(PartRole::PackTable, open.firstPackBlock, ceilDivide(open.packs, perBlock), damage);
    losses.blocks += static_cast<std::uint64_t>(std::count(table.isLost.begin(), table.isLost.end(), true));
    std::vector<std::optional<PackId>> packs(static_cast<std::size_t>(open.packs));
    for (std::size_t number = 0; number < packs.size(); ++number) {
        if (table.isLost[number / perBlock]) continue;
        packs[number] = PackId::fromBytes(base::ByteView(table.content).subspan(number * PackId::kSizeBytes));
    }
    return packs;
}

std::vector<PackId> IndexRun::packs(Damage damage) {
    Losses losses;
    std::vector<PackId> packs;
    for (const auto& pack : packTable(damage, losses)) {
        if (pack) packs.push_back(*pack);
    }
    return packs;
}

void IndexRun::forEach(const std::function<void(const IndexEntry&, std::uint64_t)>& visit) {
    Cursor cursor(*this);
    std::uint64_t position = 0;
    while (const auto entry = cursor.next()) visit(*entry, position++);
}

IndexRun::Losses IndexRun::forEachReadable(const std::function<void(const IndexEntry&)>& visit) {
    Cursor cursor(*this, Damage::Skip);
    while (const auto entry = cursor.next()) visit(*entry);
    return cursor.losses();
}

void IndexRun::Cursor::loadBlocks(std::uint64_t first) {
    const std::uint64_t blocks = std::min(kBlocksAtOnce, run_.layout().entryBlocks - first);
    Blocks loaded = run_.readBlocks(PartRole::IndexBlock, first, blocks, damage_);
    blocks_ = std::move(loaded.content);
    isLost_ = std::move(loaded.isLost);
    losses_.blocks += static_cast<std::uint64_t>(std::count(isLost_.begin(), isLost_.end(), true));
}

std::optional<IndexEntry> IndexRun::Cursor::next() {
    const Layout& open = run_.layout();
    if (!started_) {
        packs_ = run_.packTable(damage_, losses_);
        started_ = true;
    }
    const std::uint64_t perBlock = open.perBlock();
    while (position_ < open.entries) {
        const std::uint64_t block = position_ / perBlock;
        if (position_ % (perBlock * kBlocksAtOnce) == 0) loadBlocks(block);
        const auto inGroup = static_cast<std::size_t>(block % kBlocksAtOnce);
        if (isLost_[inGroup]) {
            const std::uint64_t skipped = std::min(open.entries, (block + 1) * perBlock) - position_;
            losses_.entries += skipped;
            position_ += skipped;
            continue;
        }
        const base::Byte* at = blocks_.data() + inGroup * open.plainBytes() +
                               static_cast<std::size_t>(position_ % perBlock) * kEntryBytes;
        const std::uint32_t packNumber = packNumberIn(at);
        if (packNumber >= packs_.size()) throw unknownPack(run_.name_);
        ++position_;
        if (packs_[packNumber]) {
            return IndexEntry{ChunkId::fromBytes(base::ByteView(at, ChunkId::kSizeBytes)),
                              decodeLocation(at, *packs_[packNumber])};
        }
        ++losses_.entries;
    }
    return std::nullopt;
}

}  // namespace vault
