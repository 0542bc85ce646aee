// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/content_ref.hpp"

namespace vault {

void encodeRefs(base::Encoder& encoder, const std::vector<ChunkRef>& refs) {
    encoder.number(refs.size());
    for (const ChunkRef& ref : refs) {
        encoder.raw(ref.id.view());
        encoder.number(ref.contentBytes);
    }
}

std::vector<ChunkRef> decodeRefs(base::Decoder& decoder) {
    std::vector<ChunkRef> refs(static_cast<std::size_t>(decoder.numberUpTo(kListFanOut)));
    for (ChunkRef& ref : refs) {
        ref.id = ChunkId::fromBytes(decoder.raw(ChunkId::kSizeBytes));
        ref.contentBytes = decoder.number();
    }
    return refs;
}

void encodeContent(base::Encoder& encoder, const ContentRef& content) {
    encoder.number(content.depth);
    encodeRefs(encoder, content.refs);
}

ContentRef decodeContent(base::Decoder& decoder) {
    ContentRef content;
    content.depth = static_cast<unsigned>(decoder.numberUpTo(kMaxListDepth));
    content.refs = decodeRefs(decoder);
    return content;
}

}  // namespace vault
