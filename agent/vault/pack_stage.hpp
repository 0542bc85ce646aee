// SPDX-License-Identifier: Apache-2.0
// pack_stage.hpp: puts sealed segments into packs and makes the packs durable, behind the back of those who
// compress.
//
// A worker reserves a place (pack and offset) once it knows a segment's size, seals the segment for that
// place, and delivers it. A store thread writes segments in the order of their offsets; commit threads, as
// many as the store has use for, flush full packs. Both queues are bounded, so a slow store makes the workers
// wait; a store that gathers an upload in memory holds at most kFillingAtOnce packs of each kind, one for
// each commit thread and those in the queue.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/vault/index_entry.hpp"
#include "agent/vault/keys.hpp"
#include "agent/vault/object_store.hpp"
#include "agent/vault/pack_format.hpp"
#include "platform/base/bounded_queue.hpp"
#include "platform/base/error.hpp"

namespace vault {

/// What a worker needs to seal segments of a pack. Never changes.
struct PackIdentity {
    PackId id;
    PackKind kind = PackKind::Data;
    std::string name;
    base::Bytes header;
};

struct PackSlot {
    std::shared_ptr<const PackIdentity> pack;  // shared by the workers and the store thread
    std::uint32_t offset = 0;
};

/// Thread-safe. After a failure every call throws that failure.
class PackStage final {
public:
    /// Called on a commit thread for each pack once it is durable; by several threads at once where the store
    /// takes parallel uploads.
    using Committed = std::function<void(std::vector<IndexEntry> entries, std::uint64_t packBytes)>;

    /// `parityPercent` of 0 makes packs without parity.
    PackStage(const VaultKeys& keys, ObjectStore& store, unsigned parityPercent,
              CompressionGovernor& governor, Committed committed);
    /// Abandons what is not committed.
    ~PackStage();
    PackStage(const PackStage&) = delete;
    PackStage& operator=(const PackStage&) = delete;

    /// Reserves room for a segment. Every reserved slot must be delivered.
    PackSlot reserve(PackKind kind, std::size_t sealedBytes, std::size_t chunks);

    void deliver(const PackSlot& slot, base::Bytes sealedSegment, std::vector<ChunkInSegment> chunks);

    /// Ends the open packs and returns once everything delivered is durable and was reported. The stage can
    /// be used again afterwards.
    void flush();

    /// Makes all further calls throw `error`, and lets waiting ones go. The first failure wins.
    void fail(const base::Error& error) noexcept;

private:
    struct Delivery;
    struct OpenPack;
    struct Finished;
    /// A pack being filled, as reserve() sees it.
    struct Filling {
        std::shared_ptr<const PackIdentity> pack;
        std::size_t end = 0;
        std::size_t directoryBytes = 0;
        std::uint64_t number = 0;  // of its kind, in the order in which they were begun

        /// Size of the pack if it held such a segment too and ended with it.
        [[nodiscard]] std::size_t bytesWith(std::size_t sealedBytes,
                                            std::size_t moreDirectoryBytes) const noexcept {
            return end + sealedBytes + directoryBytes + moreDirectoryBytes + kTagBytes + kFooterBytes;
        }
    };

    /// Packs of one kind that are filled at once, so that a segment that one has no room for goes into
    /// another, and little of a pack is padding.
    static constexpr std::size_t kFillingAtOnce = 4;
    /// A pack that so many were begun after is ended although a fuller one is there: what is stored one after
    /// the other lies in few packs then, and whoever reads it in that order need not hold many. Costs 0.01 %
    /// of padding.
    static constexpr std::uint64_t kMostBegunAfter = 4;
    struct Fillings {
        std::vector<Filling> packs;  // in the order in which they were begun
        std::uint64_t begun = 0;
    };

    Filling beginPack(PackKind kind, std::uint64_t number);
    Filling takeToEnd(Fillings& fillings);
    void closeFilling(Filling& filling);
    void runStore();
    void runCommit();
    void handle(Delivery delivery);
    OpenPack& openPack(const std::shared_ptr<const PackIdentity>& pack);
    void writeReady(OpenPack& pack);
    void finishIfComplete(OpenPack& pack);
    void throwIfFailed();
    void packDone();

    const VaultKeys& keys_;
    ObjectStore& store_;
    const unsigned parityPercent_;
    CompressionGovernor& governor_;
    const Committed committed_;

    std::mutex fillingMutex_;          // guards filling_
    std::array<Fillings, 2> filling_;  // data, trees

    std::mutex stateMutex_;  // guards failure_ and packsInFlight_
    std::condition_variable idle_;
    std::optional<base::Error> failure_;
    std::size_t packsInFlight_ = 0;  // begun and not yet committed

    std::map<PackId, std::unique_ptr<OpenPack>> open_;  // the store thread's own
    base::BoundedQueue<Delivery> deliveries_;
    base::BoundedQueue<Finished> finished_;
    std::atomic<std::size_t> waiting_ = 0;  // deliveries not yet handled
    std::vector<std::jthread> commitThreads_;
    std::vector<std::jthread> storeThread_;  // one
};

}  // namespace vault
