// SPDX-License-Identifier: Apache-2.0
#include "agent/search/record_merge.hpp"

#include <utility>

namespace search {

RecordMerge::RecordMerge(std::vector<SegmentScan> scans)
    : scans_(std::move(scans)), isAtEnd_(scans_.size()) {}

bool RecordMerge::next() {
    if (!hasBegun_) {
        hasBegun_ = true;
        for (std::size_t i = 0; i < scans_.size(); ++i) isAtEnd_[i] = !scans_[i].next();
    } else {
        for (const std::size_t i : here_) isAtEnd_[i] = !scans_[i].next();
    }
    here_.clear();
    // A few segments only, so looking at all of them is fast enough.
    for (std::size_t i = 0; i < scans_.size(); ++i) {
        if (isAtEnd_[i]) continue;
        const int order = here_.empty() ? -1 : scans_[i].key().compare(scans_[here_.front()].key());
        if (order < 0) here_.clear();
        if (order <= 0) here_.push_back(i);
    }
    if (here_.empty()) return false;
    key_ = scans_[here_.front()].key();
    return true;
}

const std::vector<Span>& RecordMerge::spans() {
    spans_.clear();
    for (const std::size_t i : here_) takeOver(spans_, scans_[i].spans());
    return spans_;
}

}  // namespace search
