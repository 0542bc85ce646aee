// SPDX-License-Identifier: Apache-2.0
// tree_fuzz.cpp: tree nodes and the entries in them.
#include "agent/vault/tree.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    fuzz::refuses([&] {
        if (vault::nodeLevel(input) == 0) {
            vault::forEachEntry(input, [](const vault::TreeEntry&) {});
        } else {
            vault::forEachChild(input, [](const vault::TreeChild&) {});
        }
    });
    fuzz::refuses([&] {
        vault::TreeEntry entry;
        vault::decodeEntryBody(input, entry);
        base::Bytes body;
        vault::encodeEntryBody(body, entry);
        vault::TreeEntry again;
        vault::decodeEntryBody(body, again);
        fuzz::require(entry == again);
    });
    return 0;
}
