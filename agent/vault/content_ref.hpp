// SPDX-License-Identifier: Apache-2.0
// content_ref.hpp: how an object's content is named by its chunks, however many there are.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/vault/ids.hpp"
#include "platform/base/wire.hpp"

namespace vault {

struct ChunkRef {
    ChunkId id;
    std::uint64_t contentBytes = 0;  // bytes of content that this chunk stands for

    bool operator==(const ChunkRef&) const = default;
};

/// Most references in one place: an entry, or a list chunk. Small, so that a change of a few pages of a large
/// image costs few and short new lists.
inline constexpr std::size_t kListFanOut = 32;

/// Levels of lists: enough for 32^12 chunks.
inline constexpr unsigned kMaxListDepth = 11;

/// An object's content. At depth 0 the references are the data chunks, in order; at depth d they are lists
/// (chunks of references, see encodeRefs) of depth d - 1.
struct ContentRef {
    unsigned depth = 0;
    std::vector<ChunkRef> refs;

    [[nodiscard]] std::uint64_t sizeBytes() const noexcept {
        std::uint64_t total = 0;
        for (const ChunkRef& ref : refs) total += ref.contentBytes;
        return total;
    }
    bool operator==(const ContentRef&) const = default;
};

/// The content of a list chunk, and of an entry's reference list: a count, then id and content size of each.
void encodeRefs(base::Encoder& encoder, const std::vector<ChunkRef>& refs);
/// Throws Error (Corrupt) on damage.
std::vector<ChunkRef> decodeRefs(base::Decoder& decoder);

void encodeContent(base::Encoder& encoder, const ContentRef& content);
ContentRef decodeContent(base::Decoder& decoder);

}  // namespace vault
