// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/content_writer.hpp"

namespace vault {

void ContentWriter::add(const ChunkRef& chunk, const StoreList& storeList) { addAt(0, chunk, storeList); }

void ContentWriter::addAt(std::size_t level, const ChunkRef& ref, const StoreList& storeList) {
    if (level == levels_.size()) levels_.emplace_back();
    // A full list is stored only when more comes, so that what fits in one place stays inline.
    if (levels_[level].size() == kListFanOut) endList(level, storeList);
    levels_[level].push_back(ref);
}

void ContentWriter::endList(std::size_t level, const StoreList& storeList) {
    base::Bytes list;
    base::Encoder encoder(list);
    encodeRefs(encoder, levels_[level]);
    ChunkRef ref{storeList(list), 0};
    for (const ChunkRef& below : levels_[level]) ref.contentBytes += below.contentBytes;
    levels_[level].clear();
    addAt(level + 1, ref, storeList);
}

ContentRef ContentWriter::finish(const StoreList& storeList) {
    for (std::size_t level = 0; level + 1 < levels_.size(); ++level) {
        if (!levels_[level].empty()) endList(level, storeList);
    }
    return {static_cast<unsigned>(levels_.size() - 1), std::move(levels_.back())};
}

}  // namespace vault
