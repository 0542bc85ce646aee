// SPDX-License-Identifier: Apache-2.0
// path_segment_fuzz.cpp: the files of the index of paths, behind their checksums: the first byte chooses
// which part.
#include "agent/search/block.hpp"
#include "agent/search/frame.hpp"
#include "agent/search/manifest.hpp"
#include "agent/search/name_filter.hpp"
#include "agent/search/text_match.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::uint32_t paths = data[1];
    const base::ByteView input(data + 2, size - 2);
    fuzz::refuses([&] {
        switch (data[0] % 6) {
            case 0: {
                search::BlockKeys keys(input, paths);
                while (keys.next()) fuzz::require(keys.key().size() <= 256 * size);
                break;
            }
            case 1: {
                search::BlockSpans spans;
                spans.decode(input, paths);
                for (std::uint32_t i = 0; i < paths; ++i) fuzz::require(spans.of(i).size() <= input.size());
                break;
            }
            case 2:
                (void)search::mayContain(input, search::trigramsOf("some name"));
                break;
            case 3: {
                base::Bytes content;
                search::FrameOpener().open(input, content);
                break;
            }
            case 4: {
                // A manifest lies in a frame.
                const search::Manifest manifest = search::decodeManifest(search::FramePacker().pack(input));
                fuzz::require(search::decodeManifest(search::encodeManifest(manifest)) == manifest);
                break;
            }
            default: {
                const std::string text(base::asText(input));
                search::TextMatch::Scratch scratch;
                (void)search::TextMatch(text).matches(text, scratch);
            }
        }
    });
    return 0;
}
