// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/pack_stage.hpp"

#include <algorithm>

#include "agent/vault/pack_parity.hpp"
#include "agent/vault/random.hpp"
#include "platform/base/worker_threads.hpp"

namespace vault {

namespace {

constexpr std::size_t kDeliveryQueue = 8;
constexpr std::size_t kCommitQueue = 2;

}  // namespace

/// A segment on its way to its pack; without bytes, the news that the pack ends at `offset`.
struct PackStage::Delivery {
    std::shared_ptr<const PackIdentity> pack;
    std::uint32_t offset = 0;
    base::Bytes sealedSegment;
    std::vector<ChunkInSegment> chunks;
    [[nodiscard]] bool isEnd() const noexcept { return sealedSegment.empty(); }
};

/// A pack as the store thread sees it.
struct PackStage::OpenPack {
    std::shared_ptr<const PackIdentity> identity;
    std::unique_ptr<ObjectUpload> upload;
    std::optional<ParityEncoder> parity;
    std::map<std::uint32_t, Delivery> early;  // arrived before what belongs in front of them
    std::uint32_t written = 0;
    std::optional<std::uint32_t> end;
    base::Bytes directory;
    std::vector<IndexEntry> entries;

    void write(base::ByteView bytes) {
        upload->write(bytes);
        if (parity) parity->add(bytes);
    }

    /// Writes what follows the segments, and returns how many bytes that are.
    std::size_t writeEnd(base::ByteView directoryAndFooter) {
        const std::size_t directoryBytes = directoryAndFooter.size() - kFooterBytes;
        write(directoryAndFooter.first(directoryBytes));
        base::Bytes section;
        if (parity) {
            parity->add(directoryAndFooter.last(kFooterBytes));
            section = parity->finish();
            upload->write(section);
        }
        upload->write(directoryAndFooter.last(kFooterBytes));
        return directoryAndFooter.size() + section.size();
    }
};

struct PackStage::Finished {
    std::unique_ptr<ObjectUpload> upload;
    std::vector<IndexEntry> entries;
    std::uint64_t packBytes = 0;
};

PackStage::PackStage(const VaultKeys& keys, ObjectStore& store, unsigned parityPercent,
                     CompressionGovernor& governor, Committed committed)
    : keys_(keys),
      store_(store),
      parityPercent_(parityPercent),
      governor_(governor),
      committed_(std::move(committed)),
      deliveries_(kDeliveryQueue),
      finished_(kCommitQueue),
      commitThreads_(base::startWorkers(store.parallelUploads(), [this] { runCommit(); })) {
    try {
        storeThread_ = base::startWorkers(1, [this] { runStore(); });
    } catch (...) {
        // Without this word the commit threads would wait for ever, and we for them.
        finished_.close();
        throw;
    }
}

PackStage::~PackStage() {
    fail(base::Error(base::ErrorKind::Cancelled, "VAULT-0009", "The writer was closed before it was done"));
    storeThread_.clear();
    finished_.close();
    commitThreads_.clear();
}

PackStage::Filling PackStage::beginPack(PackKind kind, std::uint64_t number) {
    auto identity = std::make_shared<PackIdentity>();
    identity->id = randomId<PackId>();
    identity->kind = kind;
    identity->name = packName(identity->id);
    identity->header = makeHeader(ObjectKind::Pack);
    {
        const std::lock_guard lock(stateMutex_);
        ++packsInFlight_;
    }
    return {std::move(identity), kHeaderBytes, beginDirectory(kind).size(), number};
}

PackSlot PackStage::reserve(PackKind kind, std::size_t sealedBytes, std::size_t chunks) {
    throwIfFailed();
    const std::size_t directoryBytes = directoryBytesFor(chunks);
    Filling ended;
    PackSlot slot;
    {
        const std::lock_guard lock(fillingMutex_);
        Fillings& fillings = filling_[kind == PackKind::Data ? 0 : 1];
        Filling* best = nullptr;
        for (Filling& filling : fillings.packs) {
            if (filling.bytesWith(sealedBytes, directoryBytes) > kPackBytes) continue;
            if (best == nullptr || filling.bytesWith(0, 0) > best->bytesWith(0, 0)) best = &filling;
        }
        if (best == nullptr) {
            if (fillings.packs.size() == kFillingAtOnce) ended = takeToEnd(fillings);
            best = &fillings.packs.emplace_back(beginPack(kind, ++fillings.begun));
        }
        slot = {best->pack, static_cast<std::uint32_t>(best->end)};
        best->end += sealedBytes;
        best->directoryBytes += directoryBytes;
    }
    closeFilling(ended);
    return slot;
}

/// The fullest, or one that has been filled for too long.
PackStage::Filling PackStage::takeToEnd(Fillings& fillings) {
    auto chosen = fillings.packs.begin();
    if (fillings.begun - chosen->number < kMostBegunAfter) {
        chosen = std::max_element(
            fillings.packs.begin(), fillings.packs.end(),
            [](const Filling& a, const Filling& b) { return a.bytesWith(0, 0) < b.bytesWith(0, 0); });
    }
    Filling taken = std::move(*chosen);
    fillings.packs.erase(chosen);
    return taken;
}

void PackStage::closeFilling(Filling& filling) {
    if (!filling.pack) return;
    deliver({filling.pack, static_cast<std::uint32_t>(filling.end)}, {}, {});
}

void PackStage::deliver(const PackSlot& slot, base::Bytes sealedSegment, std::vector<ChunkInSegment> chunks) {
    const std::size_t waiting = waiting_.fetch_add(1, std::memory_order_relaxed);
    governor_.observe(static_cast<double>(waiting) / kDeliveryQueue);
    if (!deliveries_.push({slot.pack, slot.offset, std::move(sealedSegment), std::move(chunks)}))
        throwIfFailed();
}

void PackStage::flush() {
    std::array<Fillings, 2> ended;
    {
        const std::lock_guard lock(fillingMutex_);
        std::swap(ended, filling_);
    }
    for (Fillings& fillings : ended) {
        for (Filling& filling : fillings.packs) closeFilling(filling);
    }
    std::unique_lock lock(stateMutex_);
    idle_.wait(lock, [this] { return failure_ || packsInFlight_ == 0; });
    if (failure_) throw base::Error(*failure_);
}

void PackStage::fail(const base::Error& error) noexcept {
    {
        const std::lock_guard lock(stateMutex_);
        if (!failure_) failure_ = error;
    }
    idle_.notify_all();
    deliveries_.close();
    finished_.close();
}

void PackStage::throwIfFailed() {
    const std::lock_guard lock(stateMutex_);
    if (failure_) throw base::Error(*failure_);
}

void PackStage::packDone() {
    const std::lock_guard lock(stateMutex_);
    if (--packsInFlight_ == 0) idle_.notify_all();
}

void PackStage::runStore() {
    try {
        while (auto delivery = deliveries_.pop()) {
            waiting_.fetch_sub(1, std::memory_order_relaxed);
            handle(std::move(*delivery));
        }
    } catch (...) {
        fail(base::currentError());
    }
    open_.clear();
}

void PackStage::runCommit() {
    try {
        while (auto pack = finished_.pop()) {
            pack->upload->commit();
            committed_(std::move(pack->entries), pack->packBytes);
            packDone();
        }
    } catch (...) {
        fail(base::currentError());
    }
}

PackStage::OpenPack& PackStage::openPack(const std::shared_ptr<const PackIdentity>& pack) {
    auto& open = open_[pack->id];
    if (!open) {
        open = std::make_unique<OpenPack>();
        open->identity = pack;
        open->directory = beginDirectory(pack->kind);
        open->upload = store_.startUpload(pack->name);
        if (parityPercent_ > 0) open->parity.emplace(parityPercent_);
        open->write(pack->header);
        open->written = kHeaderBytes;
    }
    return *open;
}

void PackStage::handle(Delivery delivery) {
    OpenPack& pack = openPack(delivery.pack);
    if (delivery.isEnd()) {
        pack.end = delivery.offset;
    } else {
        pack.early.emplace(delivery.offset, std::move(delivery));
        writeReady(pack);
    }
    finishIfComplete(pack);
}

void PackStage::writeReady(OpenPack& pack) {
    for (auto next = pack.early.begin(); next != pack.early.end() && next->first == pack.written;
         next = pack.early.erase(next)) {
        Delivery& delivery = next->second;
        const auto sealedBytes = static_cast<std::uint32_t>(delivery.sealedSegment.size());
        pack.write(delivery.sealedSegment);
        std::uint32_t chunkOffset = 0;
        for (const ChunkInSegment& chunk : delivery.chunks) {
            pack.entries.push_back(
                {chunk.id, {pack.identity->id, delivery.offset, sealedBytes, chunkOffset, chunk.sizeBytes}});
            chunkOffset += chunk.sizeBytes;
        }
        encodeSegmentInfo(pack.directory, {delivery.offset, sealedBytes, std::move(delivery.chunks)});
        pack.written += sealedBytes;
    }
}

void PackStage::finishIfComplete(OpenPack& pack) {
    if (!pack.end || pack.written != *pack.end) return;
    const PackId id = pack.identity->id;
    Cipher cipher = objectCipher(keys_, ObjectKind::Pack, pack.identity->name, pack.identity->header);
    const base::Bytes end = sealPackEnd(cipher, pack.written, std::move(pack.directory));
    const std::uint64_t packBytes = std::uint64_t{pack.written} + pack.writeEnd(end);
    finished_.push({std::move(pack.upload), std::move(pack.entries), packBytes});
    open_.erase(id);
}

}  // namespace vault
