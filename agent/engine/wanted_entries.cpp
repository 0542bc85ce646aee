// SPDX-License-Identifier: Apache-2.0
// wanted_entries.cpp: finds parts of a point without reading the rest of its tree.
#include <algorithm>

#include "agent/engine/restore_job.hpp"

namespace engine {

bool isAtOrBelow(std::string_view key, std::string_view ancestor) noexcept {
    return key.starts_with(ancestor) &&
           (key.size() == ancestor.size() || ancestor.empty() || key[ancestor.size()] == '\0');
}

WantedEntries::WantedEntries(vault::ChunkReader& reader, const vault::PointRecord& point,
                             const std::vector<std::string>& subtrees)
    : cursor_(reader, vault::TreeRoot{point.root, point.treeLevels}), wantsAll_(subtrees.empty()) {
    for (const std::string& subtree : subtrees) {
        for (std::size_t end = subtree.find('\0'); end != std::string::npos;
             end = subtree.find('\0', end + 1)) {
            ranges_.push_back({subtree.substr(0, end), false});
        }
        ranges_.push_back({subtree, true});
    }
    // A key that is wanted twice is wanted with what is below it if either is.
    std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) {
        return a.key != b.key ? a.key < b.key : a.withBelow > b.withBelow;
    });
    std::vector<Range> distinct;
    std::optional<std::string>
        covering;  // the last subtree taken whole; in sorted order no other can cover what follows
    for (Range& range : ranges_) {
        const bool isRepeated = !distinct.empty() && distinct.back().key == range.key;
        if (isRepeated || (covering && isAtOrBelow(range.key, *covering))) continue;
        if (range.withBelow) covering = range.key;
        distinct.push_back(std::move(range));
    }
    ranges_ = std::move(distinct);
}

const vault::TreeEntry* WantedEntries::next() {
    if (wantsAll_) return cursor_.next() ? &cursor_.entry() : nullptr;
    for (; range_ < ranges_.size(); ++range_, isPlaced_ = false) {
        const Range& range = ranges_[range_];
        const bool isFirst = !isPlaced_;
        isPlaced_ = true;  // also where seek() throws: what can be read then lies behind
        if (isFirst) cursor_.seek(range.key);
        if (!isFirst && !range.withBelow) continue;
        if (cursor_.next() &&
            (range.withBelow ? isAtOrBelow(cursor_.key(), range.key) : cursor_.key() == range.key)) {
            return &cursor_.entry();
        }
    }
    return nullptr;
}

}  // namespace engine
