// SPDX-License-Identifier: Apache-2.0
// block_cache.hpp: a bounded memory of decoded pieces, least recently used out first.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "platform/base/bytes.hpp"

namespace vault {

/// Keeps immutable byte blocks up to a total size. Thread-safe; a block handed out stays valid after it was
/// evicted. Key needs operator== and std::hash.
template <typename Key>
class BlockCache final {
public:
    using Block = std::shared_ptr<const base::Bytes>;

    explicit BlockCache(std::size_t capacityBytes) : capacityBytes_(capacityBytes) {}

    /// nullptr when the block is not here.
    Block find(const Key& key) {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(key);
        if (found == places_.end()) return nullptr;
        order_.splice(order_.begin(), order_, found->second);
        return found->second->second;
    }

    void insert(const Key& key, Block block) {
        const std::lock_guard lock(mutex_);
        if (places_.contains(key)) return;
        heldBytes_ += block->size();
        order_.emplace_front(key, std::move(block));
        places_.emplace(key, order_.begin());
        while (heldBytes_ > capacityBytes_ && order_.size() > 1) {
            heldBytes_ -= order_.back().second->size();
            places_.erase(order_.back().first);
            order_.pop_back();
        }
    }

private:
    using Order = std::list<std::pair<Key, Block>>;

    const std::size_t capacityBytes_;
    std::mutex mutex_;  // guards everything below
    Order order_;
    std::unordered_map<Key, typename Order::iterator> places_;
    std::size_t heldBytes_ = 0;
};

}  // namespace vault
