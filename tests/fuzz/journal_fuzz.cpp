// SPDX-License-Identifier: Apache-2.0
// journal_fuzz.cpp: states and changes, as they are below the seal of a journal entry.
#include "agent/vault/vault_state.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    fuzz::roundTrip(input, vault::decodeState, vault::encodeState);
    fuzz::roundTrip(input, vault::decodeChanges, vault::encodeChanges);
    // A state, then changes to it.
    fuzz::refuses([&] {
        base::Decoder decoder(input);
        vault::VaultState state = vault::decodeState(decoder);
        while (!decoder.atEnd()) state.apply(vault::decodeChanges(decoder));
        fuzz::require(state.points.size() == state.pointSequences.size());
    });
    return 0;
}
