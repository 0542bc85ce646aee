// SPDX-License-Identifier: Apache-2.0
// shown_points.hpp: which points of an index a search is about, and which of them have a version.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "agent/search/manifest.hpp"
#include "agent/search/search.hpp"

namespace search {

/// Thread-safe (never changes). The manifest outlives it.
class ShownPoints final {
public:
    ShownPoints(const Manifest& manifest, const std::string& vault, const Query& query);

    /// How many points of the span are shown. Throws damagedIndex() for a line that is not there.
    [[nodiscard]] std::uint64_t countIn(const Span& span) const;

    [[nodiscard]] const std::string& clientOf(const Span& span) const;

    /// Widens what is known of a version by the points of one more span.
    void addPoints(FoundVersion& version, const Span& span) const;

private:
    struct ShownLine {
        const Line* line = nullptr;
        std::vector<std::uint32_t> before;  // how many are shown before each place; one more than points
    };

    [[nodiscard]] const ShownLine& lineOf(const Span& span) const;
    struct Places {
        std::size_t begin;
        std::size_t end;
    };
    [[nodiscard]] static Places placesOf(const ShownLine& line, const Span& span) noexcept;

    std::vector<ShownLine> lines_;  // in the order of their ids
};

}  // namespace search
