// SPDX-License-Identifier: Apache-2.0
// prefetcher.hpp: fetches what will be read, before it is, in few large requests and several at once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "agent/vault/object_store.hpp"
#include "platform/base/bytes.hpp"

namespace s3 {

/// Turns announced ranges into blocks, fetches these on threads of its own, and keeps them until they were
/// read. Objects never change, so a block stays right until remove(). Thread-safe.
///
/// Nothing waits for room: a reader whose block has not been begun fetches it himself and pushes out what was
/// used least lately. So announcements that nobody follows up cost transfer, and stop nothing.
class Prefetcher final {
public:
    /// One request fetches at most this much: a whole pack.
    static constexpr std::size_t kBlockBytes = 16 * base::kMiB;
    /// From so many wanted bytes on, a block is fetched as a whole; from the first one on, while most of what
    /// was fetched as a whole, or most of what is announced with it, is wanted.
    static constexpr std::size_t kWholeFromBytes = kBlockBytes / 4;
    /// Wanted ranges of an object that lie no further apart are fetched together.
    static constexpr std::size_t kGapBytes = 512 * base::kKiB;

    /// Reads at most so many bytes of an object from an offset on; fewer where the object ends, nothing when
    /// there is no such object. May throw base::Error. Called by many threads at once.
    using Fetch = std::function<std::optional<base::Bytes>(const std::string& name, std::uint64_t offset,
                                                           std::size_t sizeBytes)>;

    Prefetcher(Fetch fetch, std::size_t threads, std::size_t budgetBytes);
    /// Waits for the requests that are under way.
    ~Prefetcher();
    Prefetcher(const Prefetcher&) = delete;
    Prefetcher& operator=(const Prefetcher&) = delete;

    /// Ranges that will each be read at once, from their beginning.
    void announce(const std::vector<vault::ObjectRange>& ranges);

    /// Fills `to` if that part was announced and could be fetched; waits for it where it is under way.
    [[nodiscard]] bool take(const std::string& name, std::uint64_t offset, base::MutableBytes to);

    /// The size of an object whose announced beginning turned out to be all of it. Waits for a fetch.
    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name);

    void remove(const std::string& name);

private:
    enum class State { Queued, UnderWay, Ready, Gone };
    struct Block {
        std::string name;
        std::uint64_t offset = 0;
        std::size_t sizeBytes = 0;
        // Where parts begin that were announced and have never been read, that have been read, and that were
        // announced once more after they had been read, and not read since.
        std::set<std::uint64_t> unread;
        std::set<std::uint64_t> read;
        std::set<std::uint64_t> announcedAgain;
        std::size_t readBytes = 0;
        State state = State::Queued;
        std::shared_ptr<const base::Bytes> content;  // a reader copies from it without the lock
        std::uint64_t lastUse = 0;
    };
    using BlockRef = std::shared_ptr<Block>;  // a reader may hold one that has been pushed out

    void run();
    using Place = std::pair<std::string, std::uint64_t>;  // an object, and an offset in steps of kBlockBytes
    void startThreads();
    void plan(const Place& place, std::vector<vault::ObjectRange> ranges, bool asWhole);
    void addNearTogether(const std::vector<vault::ObjectRange>& ranges);
    void addBlock(const vault::ObjectRange& range);
    void countWanted(std::size_t fetchedBytes, std::size_t wantedBytes);
    [[nodiscard]] bool isMostWanted() const noexcept;
    [[nodiscard]] BlockRef find(const std::string& name, std::uint64_t offset, std::uint64_t end) const;
    void fetchIfQueued(const BlockRef& block, std::unique_lock<std::mutex>& lock);
    void fetch(const BlockRef& block, std::unique_lock<std::mutex>& lock);
    enum class Worth { None, Little, Much };  // of a block that is held
    static Worth worthOf(const Block& block);
    static void expectRead(Block& block, std::uint64_t offset);
    enum class Push { ReadOnly, Any };  // which blocks may be pushed out
    bool makeRoom(std::size_t sizeBytes, Push push);
    void drop(const BlockRef& block);

    const Fetch fetch_;
    const std::size_t threadCount_;
    const std::size_t budgetBytes_;
    mutable std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    std::map<std::string, std::vector<BlockRef>> blocks_;
    std::deque<BlockRef> queue_;  // may hold blocks that a reader has fetched or that have gone
    std::size_t heldBytes_ = 0;   // of blocks that are ready or under way
    std::uint64_t uses_ = 0;
    std::uint64_t wholeBytes_ = 0;   // of whole blocks, the last ones above all
    std::uint64_t wantedBytes_ = 0;  // and how much of them was announced
    bool isClosed_ = false;
    std::vector<std::jthread> threads_;  // begun with the first announcement
};

}  // namespace s3
