// SPDX-License-Identifier: Apache-2.0
// page_cache.hpp: the nodes of trees that were used last, decoded.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "agent/vault/tree.hpp"

namespace mount {

/// A decoded node: a leaf has entries, an inner node children.
struct Page {
    std::vector<vault::TreeEntry> entries;
    std::vector<vault::TreeChild> children;
};

/// Reads nodes and keeps the last ones. Restore points that share nodes share their pages. Thread-safe.
class PageCache final {
public:
    /// A page is some 32 KiB in the vault and up to five times that in memory.
    static constexpr std::size_t kMostPages = 192;

    explicit PageCache(vault::ChunkReader& reader) : reader_(reader) {}

    /// The node, which must stand on this level. Throws Error (Corrupt) when it cannot be had.
    std::shared_ptr<const Page> read(const vault::ChunkId& id, unsigned level);

private:
    using Order = std::list<std::pair<vault::ChunkId, std::shared_ptr<const Page>>>;

    std::shared_ptr<const Page> find(const vault::ChunkId& id);

    vault::ChunkReader& reader_;
    std::mutex mutex_;  // guards everything below
    Order order_;       // last used first
    std::unordered_map<vault::ChunkId, Order::iterator> places_;
};

}  // namespace mount
