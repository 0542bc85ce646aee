// SPDX-License-Identifier: Apache-2.0
// record_merge.hpp: several segments as one: every path once, with what all of them tell of it.
#pragma once

#include <string>
#include <vector>

#include "agent/search/segment.hpp"

namespace search {

/// Not thread-safe.
class RecordMerge final {
public:
    /// Scans over the segments of one index, the oldest first.
    explicit RecordMerge(std::vector<SegmentScan> scans);

    /// Moves to the next path; false at the end. Throws damagedIndex().
    bool next();

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    /// Everything that the segments tell of it.
    [[nodiscard]] const std::vector<Span>& spans();

private:
    std::vector<SegmentScan> scans_;
    std::vector<bool> isAtEnd_;
    std::vector<std::size_t> here_;  // the scans that stand on the path, the oldest first
    bool hasBegun_ = false;
    std::string key_;
    std::vector<Span> spans_;
};

}  // namespace search
