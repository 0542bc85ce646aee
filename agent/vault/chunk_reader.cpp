// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/chunk_reader.hpp"

#include "agent/vault/pack_bytes.hpp"

namespace vault {

namespace {

constexpr std::size_t kHeaderCacheBytes = 4096 * kHeaderBytes;
constexpr std::size_t kFirstReadBytes = base::kMiB;
constexpr std::size_t kHealedCacheBytes = 2 * kMostPackBytes;

base::Error lostChunk(const ChunkId& id) {
    return base::Error(
               base::ErrorKind::Corrupt, "VAULT-0011",
               "A part of the stored data is not in the vault any more",
               "Run 'hbr verify' to see what is affected; the next backup that still finds this data in the "
               "source stores it again.")
        .addContext("chunk", id.hex().substr(0, 16));
}

base::Error damagedChunk(const ChunkLocation& at) {
    return base::Error(base::ErrorKind::Corrupt, "VAULT-0014",
                       "A part of the stored data is damaged in the vault",
                       "Run 'hbr verify' to see what is affected, then 'hbr repair'.")
        .addContext("object", packName(at.pack));
}

base::ByteView partOf(base::ByteView segment, const ChunkLocation& at) {
    if (std::size_t{at.chunkOffset} + at.chunkBytes > segment.size()) throw damagedChunk(at);
    return segment.subspan(at.chunkOffset, at.chunkBytes);
}

}  // namespace

/// A codec taken from the idle ones for one call.
class ChunkReader::BorrowedCodec final {
public:
    explicit BorrowedCodec(ChunkReader& reader) : reader_(reader) {
        const std::lock_guard lock(reader_.codecMutex_);
        if (!reader_.idleCodecs_.empty()) {
            codec_ = std::move(reader_.idleCodecs_.back());
            reader_.idleCodecs_.pop_back();
        } else {
            codec_ = std::make_unique<SegmentCodec>();
        }
    }
    ~BorrowedCodec() {
        const std::lock_guard lock(reader_.codecMutex_);
        reader_.idleCodecs_.push_back(std::move(codec_));
    }
    BorrowedCodec(const BorrowedCodec&) = delete;
    BorrowedCodec& operator=(const BorrowedCodec&) = delete;

    SegmentCodec& operator*() const { return *codec_; }

private:
    ChunkReader& reader_;
    std::unique_ptr<SegmentCodec> codec_;
};

ChunkReader::ChunkReader(Vault& vault, std::size_t cacheBytes)
    : vault_(vault), segments_(cacheBytes), headers_(kHeaderCacheBytes), healed_(kHealedCacheBytes) {}

ChunkReader::~ChunkReader() = default;

void ChunkReader::with(const ChunkId& id, const std::function<void(base::ByteView)>& use) {
    auto at = vault_.index().find(id);
    if (!at) throw unknownChunk(id);
    if (tryWith(id, *at, use)) return;
    // A prune may have moved the chunk since the index was read.
    vault_.refresh();
    const auto now = vault_.index().find(id);
    if (!now) throw unknownChunk(id);
    if (*now != *at && tryWith(id, *now, use)) return;
    if (!tryHealed(id, *now, use)) throw damagedChunk(*now);
}

/// The error for a chunk that the index does not find.
base::Error ChunkReader::unknownChunk(const ChunkId& id) {
    const auto run = vault_.index().hidingRun(id);
    return run ? hiddenChunk(*run) : lostChunk(id);
}

void ChunkReader::with(const ChunkRef& chunk, const std::function<void(base::ByteView)>& use) {
    with(chunk.id, [&](base::ByteView content) {
        if (content.size() != chunk.contentBytes) {
            throw base::Error(base::ErrorKind::Corrupt, "VAULT-0021",
                              "A stored chunk has another size than the restore point says",
                              "Run 'hbr verify --depth data' to see what is affected, then 'hbr repair'.");
        }
        use(content);
    });
}

bool ChunkReader::tryWith(const ChunkId& id, const ChunkLocation& at,
                          const std::function<void(base::ByteView)>& use) {
    if (const auto cached = segments_.find({at.pack, at.segmentOffset})) {
        return useIfTrue(id, partOf(*cached, at), use);
    }
    announceFirst(at);
    const auto header = packHeader(at.pack);
    if (!header) return false;
    base::Bytes sealedSegment(at.segmentBytes);
    PackBytes pack(vault_.store(), packName(at.pack));
    if (!pack.readRange(at.segmentOffset, sealedSegment)) return false;
    return openSegment(id, at, *header, sealedSegment, use);
}

bool ChunkReader::openSegment(const ChunkId& id, const ChunkLocation& at, base::ByteView header,
                              base::ByteView sealedSegment, const std::function<void(base::ByteView)>& use) {
    const BorrowedCodec codec(*this);
    const auto raw = [&]() -> std::optional<base::ByteView> {
        try {
            Cipher cipher = objectCipher(vault_.keys(), ObjectKind::Pack, packName(at.pack), header);
            return (*codec).open(cipher, at.segmentOffset, sealedSegment);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            return std::nullopt;  // the header is damaged
        }
    }();
    if (!raw) return false;
    const base::ByteView chunk = partOf(*raw, at);
    if (chunk.size() < raw->size()) {
        segments_.insert({at.pack, at.segmentOffset},
                         std::make_shared<const base::Bytes>(raw->begin(), raw->end()));
    }
    return useIfTrue(id, chunk, use);
}

/// A last resort, because it reads the whole pack.
bool ChunkReader::tryHealed(const ChunkId& id, const ChunkLocation& at,
                            const std::function<void(base::ByteView)>& use) {
    const auto pack = healedPack(at.pack);
    if (!pack || std::size_t{at.segmentOffset} + at.segmentBytes > pack->size()) return false;
    const base::ByteView all(*pack);
    return openSegment(id, at, all.first(kHeaderBytes), all.subspan(at.segmentOffset, at.segmentBytes), use);
}

/// nullptr when parity is of no help.
std::shared_ptr<const base::Bytes> ChunkReader::healedPack(const PackId& pack) {
    const std::lock_guard lock(healingMutex_);
    if (auto cached = healed_.find(pack)) return cached;
    if (beyondHealing_.contains(pack)) return nullptr;
    PackBytes bytes(vault_.store(), packName(pack));
    if (bytes.heal() == nullptr) {
        beyondHealing_.insert(pack);
        return nullptr;
    }
    auto shared = std::make_shared<const base::Bytes>(bytes.healed()->object);
    healed_.insert(pack, shared);
    everHealed_.insert(pack);
    return shared;
}

std::size_t ChunkReader::healedPacks() const {
    const std::lock_guard lock(healingMutex_);
    return everHealed_.size();
}

/// The seal proves that a writer put these bytes there; only the id proves that they are the ones asked for.
bool ChunkReader::useIfTrue(const ChunkId& id, base::ByteView chunk,
                            const std::function<void(base::ByteView)>& use) {
    if (vault_.hasher().idOf(chunk) != id) return false;
    use(chunk);
    return true;
}

base::Bytes ChunkReader::read(const ChunkId& id) {
    base::Bytes content;
    with(id, [&](base::ByteView bytes) { content.assign(bytes.begin(), bytes.end()); });
    return content;
}

void ChunkReader::announce(std::span<const ChunkRef> chunks) {
    std::vector<ObjectRange> ranges;
    std::unordered_set<SegmentKey> known;
    for (const ChunkRef& chunk : chunks) {
        const auto at = vault_.index().find(chunk.id);
        if (!at || !known.insert({at->pack, at->segmentOffset}).second) continue;
        // No segment begins where the header lies.
        if (known.insert({at->pack, 0}).second && !headers_.find(at->pack)) {
            ranges.push_back({packName(at->pack), 0, kHeaderBytes});
        }
        ranges.push_back({packName(at->pack), at->segmentOffset, at->segmentBytes});
    }
    vault_.store().willRead(ranges);
}

/// The first segment of a pack needs the pack's header as well: both in one round trip, and in one request
/// where little lies between, which is likely to be wanted next.
void ChunkReader::announceFirst(const ChunkLocation& at) {
    if (readAheadBytes() == 0 || headers_.find(at.pack)) return;
    const std::size_t endBytes = std::size_t{at.segmentOffset} + at.segmentBytes;
    std::vector<ObjectRange> ranges{{packName(at.pack), 0, endBytes}};
    if (endBytes > kFirstReadBytes) {
        ranges = {{packName(at.pack), 0, kHeaderBytes},
                  {packName(at.pack), at.segmentOffset, at.segmentBytes}};
    }
    vault_.store().willRead(ranges);
}

std::shared_ptr<const base::Bytes> ChunkReader::packHeader(const PackId& pack) {
    if (auto cached = headers_.find(pack)) return cached;
    base::Bytes header(kHeaderBytes);
    if (!PackBytes(vault_.store(), packName(pack)).readRange(0, header)) return nullptr;
    auto shared = std::make_shared<const base::Bytes>(std::move(header));
    headers_.insert(pack, shared);
    return shared;
}

void ChunkReader::forEachChunk(const ContentRef& content,
                               const std::function<void(const ChunkRef&, std::uint64_t)>& visit) {
    std::uint64_t offset = 0;
    visitRefs(content.refs, content.depth, offset, visit);
}

void ChunkReader::visitRefs(const std::vector<ChunkRef>& refs, unsigned depth, std::uint64_t& offset,
                            const std::function<void(const ChunkRef&, std::uint64_t)>& visit) {
    for (const ChunkRef& ref : refs) {
        if (depth == 0) {
            visit(ref, offset);
            offset += ref.contentBytes;
            continue;
        }
        const base::Bytes list = read(ref.id);
        base::Decoder decoder(list);
        const auto below = decodeRefs(decoder);
        decoder.expectEnd();
        visitRefs(below, depth - 1, offset, visit);
    }
}

base::Bytes ChunkReader::readContent(const ContentRef& content, std::size_t limitBytes) {
    base::Bytes all;
    forEachChunk(content, [&](const ChunkRef& chunk, std::uint64_t) {
        if (chunk.contentBytes > limitBytes - all.size()) {
            throw base::Error(base::ErrorKind::Corrupt, "VAULT-0019",
                              "Something that must be small is larger than anything HBR stores there",
                              "Run 'hbr verify', then 'hbr repair'.");
        }
        with(chunk.id, [&](base::ByteView bytes) { base::append(all, bytes); });
    });
    return all;
}

}  // namespace vault
