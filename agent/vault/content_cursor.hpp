// SPDX-License-Identifier: Apache-2.0
// content_cursor.hpp: walks the data chunks of a content, from any place, when the caller asks for them.
#pragma once

#include <optional>
#include <vector>

#include "agent/vault/chunk_reader.hpp"

namespace vault {

/// Yields the data chunks of a content one by one. Holds one list a level, so memory does not grow with the
/// content. Not thread-safe; the reader must outlive it.
class ContentCursor final {
public:
    ContentCursor(ChunkReader& reader, ContentRef content);

    struct Place {
        ChunkRef chunk;
        std::uint64_t offset = 0;  // of the chunk's first byte in the content
    };

    /// The next chunk; nothing at the end. Throws Error (Corrupt) when a list cannot be read.
    std::optional<Place> next();

private:
    struct List {
        std::vector<ChunkRef> refs;
        std::size_t at = 0;
        std::uint64_t offset = 0;  // of refs[at]
    };

    void descend();

    ChunkReader& reader_;
    const unsigned depth_;    // lists above the data chunks
    std::vector<List> path_;  // the outermost list first
};

}  // namespace vault
