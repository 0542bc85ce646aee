// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/content_cursor.hpp"

namespace vault {

ContentCursor::ContentCursor(ChunkReader& reader, ContentRef content)
    : reader_(reader), content_(std::move(content)) {
    seek(0);
}

void ContentCursor::seek(std::uint64_t offset) {
    path_.clear();
    path_.push_back({content_.refs, 0, 0});
    skipTo(offset);
    while (path_.size() <= content_.depth && path_.back().at < path_.back().refs.size()) {
        descend();
        skipTo(offset);
    }
}

/// In the innermost open list, steps over what ends at or before the offset.
void ContentCursor::skipTo(std::uint64_t offset) {
    List& list = path_.back();
    while (list.at < list.refs.size() && offset - list.offset >= list.refs[list.at].contentBytes) {
        list.offset += list.refs[list.at].contentBytes;
        ++list.at;
    }
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
        } else if (path_.size() <= content_.depth) {
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
