// SPDX-License-Identifier: Apache-2.0
// announcing_cursor.hpp: walks the data chunks of a content and tells the store what will be read next.
#pragma once

#include <deque>
#include <optional>

#include "agent/vault/content_cursor.hpp"

namespace engine {

/// Yields what a ContentCursor yields, and announces chunks up to `aheadBytes` before they are asked for, in
/// portions of half of that, so that the store can read many of them at once. Not thread-safe.
class AnnouncingCursor final {
public:
    AnnouncingCursor(vault::ChunkReader& reader, const vault::ContentRef& content, std::size_t aheadBytes)
        : reader_(reader), cursor_(reader, content), aheadBytes_(aheadBytes) {}

    /// The next chunk; nothing at the end. Throws Error (Corrupt) when a list cannot be read.
    std::optional<vault::ContentCursor::Place> next();

private:
    void fill();

    vault::ChunkReader& reader_;
    vault::ContentCursor cursor_;
    const std::size_t aheadBytes_;
    std::deque<vault::ContentCursor::Place> upcoming_;
    std::uint64_t upcomingBytes_ = 0;
    bool isAtEnd_ = false;
};

}  // namespace engine
