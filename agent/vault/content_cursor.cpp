// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/content_cursor.hpp"

namespace vault {

ContentCursor::ContentCursor(ChunkReader& reader, ContentRef content)
    : reader_(reader), depth_(content.depth) {
    path_.push_back({std::move(content.refs), 0, 0});
}

/// Opens the list that the innermost open list stands at, and steps over it there.
void ContentCursor::descend() {
    List& list = path_.back();
    const ChunkRef ref = list.refs[list.at];
    const std::uint64_t offset = list.offset;
    list.offset += ref.contentBytes;
    ++list.at;
    const base::Bytes bytes = reader_.read(ref.id);
    base::Decoder decoder(bytes);
    List below{decodeRefs(decoder), 0, offset};
    decoder.expectEnd();
    path_.push_back(std::move(below));
}

std::optional<ContentCursor::Place> ContentCursor::next() {
    for (;;) {
        List& list = path_.back();
        if (list.at == list.refs.size()) {
            if (path_.size() == 1) return std::nullopt;
            path_.pop_back();
        } else if (path_.size() <= depth_) {
            descend();
        } else {
            const Place place{list.refs[list.at], list.offset};
            list.offset += place.chunk.contentBytes;
            ++list.at;
            return place;
        }
    }
}

}  // namespace vault
