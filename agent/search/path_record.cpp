// SPDX-License-Identifier: Apache-2.0
#include "agent/search/path_record.hpp"

#include <algorithm>

namespace search {

void takeOver(std::vector<Span>& spans, std::span<const Span> newer) {
    for (const Span& span : newer) {
        if (span.from == kBeganBefore) {
            // A path has one version at a time on a line, so one span at most is open there.
            const auto open = std::ranges::find_if(spans, [&](const Span& known) {
                return known.to == kStillThere && known.line == span.line && known.version == span.version;
            });
            if (open != spans.end()) {
                open->to = span.to;
                continue;
            }
        }
        spans.push_back(span);
    }
}

}  // namespace search
