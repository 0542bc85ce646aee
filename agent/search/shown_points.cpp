// SPDX-License-Identifier: Apache-2.0
#include "agent/search/shown_points.hpp"

#include <algorithm>

#include "agent/search/frame.hpp"

namespace search {

namespace {

bool isWanted(const IndexedPoint& point, const std::string& vault, const Query& query) {
    const std::int64_t started = point.started.seconds;
    return !point.isForgotten && (!query.leastStarted || started >= *query.leastStarted) &&
           (!query.mostStarted || started <= *query.mostStarted) &&
           (!query.isShown || query.isShown(vault, point.id));
}

}  // namespace

ShownPoints::ShownPoints(const Manifest& manifest, const std::string& vault, const Query& query) {
    for (const Line& line : manifest.lines) {
        const bool isLineWanted =
            (!query.client || line.client == *query.client) && (!query.plan || line.plan == *query.plan);
        ShownLine shown{&line, {0}};
        shown.before.reserve(line.points.size() + 1);
        for (const IndexedPoint& point : line.points) {
            const bool isPointShown = isLineWanted && isWanted(point, vault, query);
            shown.before.push_back(shown.before.back() + (isPointShown ? 1 : 0));
        }
        lines_.push_back(std::move(shown));
    }
}

const ShownPoints::ShownLine& ShownPoints::lineOf(const Span& span) const {
    const auto found = std::ranges::lower_bound(lines_, span.line, std::ranges::less(),
                                                [](const ShownLine& shown) { return shown.line->id; });
    if (found == lines_.end() || found->line->id != span.line)
        throw damagedIndex("a version belongs to no line of points");
    return *found;
}

ShownPoints::Places ShownPoints::placesOf(const ShownLine& shown, const Span& span) noexcept {
    const std::size_t count = shown.line->points.size();
    if (span.from == kBeganBefore) return {0, 0};  // the end of one that is gone
    const std::size_t end =
        span.to == kStillThere ? count : std::min<std::size_t>(span.to - std::size_t{1}, count);
    return {std::min<std::size_t>(span.from - std::size_t{1}, end), end};
}

std::uint64_t ShownPoints::countIn(const Span& span) const {
    const ShownLine& shown = lineOf(span);
    const Places places = placesOf(shown, span);
    return shown.before[places.end] - shown.before[places.begin];
}

const std::string& ShownPoints::clientOf(const Span& span) const { return lineOf(span).line->client; }

void ShownPoints::addPoints(FoundVersion& version, const Span& span) const {
    const ShownLine& shown = lineOf(span);
    const Places places = placesOf(shown, span);
    for (std::size_t i = places.begin; i < places.end; ++i) {
        if (shown.before[i + 1] == shown.before[i]) continue;
        const IndexedPoint& point = shown.line->points[i];
        if (version.points == 0 || point.started < version.oldest.started) version.oldest = point;
        if (version.points == 0 || version.newest.started < point.started) version.newest = point;
        ++version.points;
    }
}

}  // namespace search
