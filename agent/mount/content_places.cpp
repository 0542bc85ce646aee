// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/content_places.hpp"

#include <utility>

namespace mount {

ContentPlaces::ContentPlaces(vault::ChunkReader& reader, vault::ContentRef content)
    : reader_(reader), depth_(content.depth) {
    path_.push_back(std::make_shared<const List>(List{std::move(content.refs), 0}));
}

std::optional<ContentPlaces::Found> ContentPlaces::List::below(std::uint64_t at) const {
    if (at < offset) return std::nullopt;
    std::uint64_t begin = offset;
    for (const vault::ChunkRef& ref : refs) {
        if (at - begin < ref.contentBytes) return Found{ref, begin, std::nullopt};
        begin += ref.contentBytes;
    }
    return std::nullopt;
}

std::optional<ContentPlaces::Found> ContentPlaces::find(std::uint64_t offset) {
    Path path = knownPath(offset);
    for (;;) {
        auto found = path.back()->below(offset);
        if (!found) return std::nullopt;
        if (path.size() > depth_) {
            const std::lock_guard lock(mutex_);
            path_ = std::move(path);
            return found;
        }
        try {
            path.push_back(readList(*found));
        } catch (...) {
            found->failure = base::currentError();
            return found;
        }
    }
}

/// Those of the kept lists that the byte lies below, and the outermost.
ContentPlaces::Path ContentPlaces::knownPath(std::uint64_t offset) {
    Path path;
    {
        const std::lock_guard lock(mutex_);
        path = path_;
    }
    while (path.size() > 1 && !path.back()->below(offset)) path.pop_back();
    return path;
}

std::shared_ptr<const ContentPlaces::List> ContentPlaces::readList(const Found& list) const {
    const base::Bytes bytes = reader_.read(list.ref.id);
    base::Decoder decoder(bytes);
    List below{vault::decodeRefs(decoder), list.offset};
    decoder.expectEnd();
    return std::make_shared<const List>(std::move(below));
}

}  // namespace mount
