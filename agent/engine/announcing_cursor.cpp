// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/announcing_cursor.hpp"

#include <vector>

namespace engine {

std::optional<vault::ContentCursor::Place> AnnouncingCursor::next() {
    if (!isAtEnd_ && upcomingBytes_ <= aheadBytes_ / 2) fill();
    if (upcoming_.empty()) return std::nullopt;
    const auto place = upcoming_.front();
    upcoming_.pop_front();
    upcomingBytes_ -= place.chunk.contentBytes;
    return place;
}

void AnnouncingCursor::fill() {
    std::vector<vault::ChunkRef> chunks;
    while (upcoming_.empty() || upcomingBytes_ < aheadBytes_) {
        const auto place = cursor_.next();
        isAtEnd_ = !place;
        if (isAtEnd_) break;
        upcoming_.push_back(*place);
        upcomingBytes_ += place->chunk.contentBytes;
        chunks.push_back(place->chunk);
    }
    if (aheadBytes_ != 0) reader_.announce(chunks);
}

}  // namespace engine
