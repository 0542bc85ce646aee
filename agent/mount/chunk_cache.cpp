// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/chunk_cache.hpp"

#include <system_error>

namespace mount {

namespace {

constexpr std::size_t kMostAhead = 256;

}  // namespace

ChunkCache::ChunkCache(vault::ChunkReader& reader, std::size_t capacityBytes, unsigned threads)
    : reader_(reader), capacityBytes_(capacityBytes) {
    try {
        for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
        // The system starts no more. Those who read fetch for themselves.
    }
}

ChunkCache::~ChunkCache() {
    {
        const std::lock_guard lock(mutex_);
        isClosed_ = true;
    }
    waiting_.notify_all();
    threads_.clear();
}

ChunkCache::Chunk ChunkCache::get(const vault::ChunkRef& chunk) {
    std::unique_lock lock(mutex_);
    std::shared_ptr<Slot> slot;  // shared with others that wait for it, and with the cache
    if (const auto known = places_.find(chunk.id); known != places_.end()) {
        order_.splice(order_.begin(), order_, known->second);
        slot = known->second->second;
        loaded_.wait(lock, [&] { return slot->isDone; });
    } else {
        slot = std::make_shared<Slot>();
        order_.emplace_front(chunk.id, slot);
        places_.emplace(chunk.id, order_.begin());
        lock.unlock();
        load(chunk, *slot);
    }
    if (slot->failure) throw base::Error(*slot->failure);
    return slot->content;
}

/// Fills a slot that nobody else fills.
void ChunkCache::load(const vault::ChunkRef& chunk, Slot& slot) {
    Chunk content;
    std::optional<base::Error> failure;
    try {
        reader_.with(chunk, [&](base::ByteView bytes) {
            content = std::make_shared<const base::Bytes>(bytes.begin(), bytes.end());
        });
    } catch (...) {
        failure = base::currentError();
    }
    const std::lock_guard lock(mutex_);
    slot.isDone = true;
    slot.content = std::move(content);
    slot.failure = std::move(failure);
    if (slot.failure) {
        // Whoever asks next may have more luck.
        const auto place = places_.find(chunk.id);
        order_.erase(place->second);
        places_.erase(place);
    } else {
        heldBytes_ += slot.content->size();
        evict();
    }
    loaded_.notify_all();
}

void ChunkCache::evict() {
    for (auto last = order_.end(); heldBytes_ > capacityBytes_ && last != order_.begin();) {
        --last;
        if (!last->second->isDone) continue;
        heldBytes_ -= last->second->content->size();
        places_.erase(last->first);
        last = order_.erase(last);
    }
}

void ChunkCache::fetchAhead(const vault::ChunkRef& chunk) {
    const std::lock_guard lock(mutex_);
    if (ahead_.size() == kMostAhead || places_.contains(chunk.id)) return;
    ahead_.push_back(chunk);
    waiting_.notify_one();
}

void ChunkCache::work() {
    for (;;) {
        std::unique_lock lock(mutex_);
        waiting_.wait(lock, [this] { return isClosed_ || !ahead_.empty(); });
        if (isClosed_) return;
        const vault::ChunkRef chunk = ahead_.front();
        ahead_.pop_front();
        if (places_.contains(chunk.id)) continue;
        lock.unlock();
        try {
            get(chunk);
        } catch (...) {
            static_cast<void>(base::currentError());  // who needs the chunk meets the failure again
        }
    }
}

}  // namespace mount
