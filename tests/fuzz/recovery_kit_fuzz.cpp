// SPDX-License-Identifier: Apache-2.0
// recovery_kit_fuzz.cpp: the text of a recovery kit.
#include "agent/vault/key_store.hpp"
#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    fuzz::refuses([&] {
        const std::string text(base::asText(input));
        const vault::VaultKeys keys = vault::keysFromRecoveryKit(text);
        const vault::VaultKeys again = vault::keysFromRecoveryKit(vault::recoveryKit(keys, "anywhere"));
        fuzz::require(keys.vaultId() == again.vaultId());
    });
    return 0;
}
