// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/page_cache.hpp"

namespace mount {

std::shared_ptr<const Page> PageCache::find(const vault::ChunkId& id) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(id);
    if (found == places_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
}

std::shared_ptr<const Page> PageCache::read(const vault::ChunkId& id, unsigned level) {
    if (auto page = find(id)) return page;
    auto page = std::make_shared<Page>();
    const base::Bytes node = reader_.read(id);
    if (level == 0) {
        vault::forEachEntry(node, [&](const vault::TreeEntry& entry) { page->entries.push_back(entry); });
    } else {
        vault::forEachChild(node, [&](const vault::TreeChild& child) { page->children.push_back(child); });
    }
    const std::lock_guard lock(mutex_);
    if (places_.contains(id)) return page;  // another thread was faster
    order_.emplace_front(id, page);
    places_.emplace(id, order_.begin());
    if (order_.size() > kMostPages) {
        places_.erase(order_.back().first);
        order_.pop_back();
    }
    return page;
}

}  // namespace mount
