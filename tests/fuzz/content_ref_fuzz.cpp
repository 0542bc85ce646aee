// SPDX-License-Identifier: Apache-2.0
// content_ref_fuzz.cpp: references to content, and list chunks.
#include "agent/vault/content_ref.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    fuzz::roundTrip(input, vault::decodeContent, vault::encodeContent);
    fuzz::roundTrip(input, vault::decodeRefs, vault::encodeRefs);
    return 0;
}
