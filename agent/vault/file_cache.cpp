// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/file_cache.hpp"

namespace vault {

std::shared_ptr<platform::File> FileCache::open(const std::string& path) {
    {
        const std::lock_guard lock(mutex_);
        const auto found = places_.find(path);
        if (found != places_.end()) {
            order_.splice(order_.begin(), order_, found->second);
            return found->second->second;
        }
    }
    std::shared_ptr<platform::File> file = fileSystem_.openForReading(path);
    const std::lock_guard lock(mutex_);
    if (places_.contains(path)) return file;
    order_.emplace_front(path, file);
    places_.emplace(path, order_.begin());
    if (order_.size() > kCapacity) {
        places_.erase(order_.back().first);
        order_.pop_back();
    }
    return file;
}

void FileCache::forget(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(path);
    if (found == places_.end()) return;
    order_.erase(found->second);
    places_.erase(found);
}

}  // namespace vault
