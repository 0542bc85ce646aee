// SPDX-License-Identifier: Apache-2.0
// content_writer.hpp: gathers an object's chunk references, in order, into lists of lists.
#pragma once

#include <functional>
#include <vector>

#include "agent/vault/content_ref.hpp"

namespace vault {

/// Builds a ContentRef of any length in memory that grows with its logarithm. Not thread-safe.
class ContentWriter final {
public:
    /// Stores a list and names it.
    using StoreList = std::function<ChunkId(base::ByteView list)>;

    void add(const ChunkRef& chunk, const StoreList& storeList);

    ContentRef finish(const StoreList& storeList);

private:
    void addAt(std::size_t level, const ChunkRef& ref, const StoreList& storeList);
    void endList(std::size_t level, const StoreList& storeList);

    std::vector<std::vector<ChunkRef>> levels_ = {{}};
};

}  // namespace vault
