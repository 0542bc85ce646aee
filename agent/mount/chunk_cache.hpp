// SPDX-License-Identifier: Apache-2.0
// chunk_cache.hpp: chunks of files that are read, some of them before they are asked for.
#pragma once

#include <condition_variable>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "agent/vault/chunk_reader.hpp"

namespace mount {

/// Keeps chunks up to a total size, and fetches some ahead on threads of its own. A chunk is fetched once,
/// however many ask for it at a time. Thread-safe; the reader must outlive it.
class ChunkCache final {
public:
    using Chunk = std::shared_ptr<const base::Bytes>;

    ChunkCache(vault::ChunkReader& reader, std::size_t capacityBytes, unsigned threads);
    ~ChunkCache();
    ChunkCache(const ChunkCache&) = delete;
    ChunkCache& operator=(const ChunkCache&) = delete;

    /// The chunk, at once or after it was fetched. Throws Error as ChunkReader::with() does.
    Chunk get(const vault::ChunkRef& chunk);

    /// Has the chunk fetched soon, unless too much is waiting already. A failure is told to who gets it.
    void fetchAhead(const vault::ChunkRef& chunk);

private:
    struct Slot {
        bool isDone = false;
        Chunk content;
        std::optional<base::Error> failure;
    };
    using Order = std::list<std::pair<vault::ChunkId, std::shared_ptr<Slot>>>;

    void load(const vault::ChunkRef& chunk, Slot& slot);
    void evict();
    void work();

    vault::ChunkReader& reader_;
    const std::size_t capacityBytes_;
    std::mutex mutex_;  // guards everything below but the threads, and the slots
    std::condition_variable loaded_;
    // Not one that waits for a stop token, too: with gcc 12 on Windows its thread may never end.
    std::condition_variable waiting_;
    bool isClosed_ = false;
    Order order_;  // last used first
    std::unordered_map<vault::ChunkId, Order::iterator> places_;
    std::size_t heldBytes_ = 0;
    std::deque<vault::ChunkRef> ahead_;
    std::vector<std::jthread> threads_;
};

}  // namespace mount
