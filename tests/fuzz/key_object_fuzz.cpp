// SPDX-License-Identifier: Apache-2.0
// key_object_fuzz.cpp: key objects as they are stored.
#include "agent/vault/key_store.hpp"
#include "tests/fuzz/fuzz_support.hpp"
#include "tests/support/memory_store.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    base::Bytes object(input.begin(), input.end());
    // Costs within the limits would take minutes.
    if (size > 12 && object[7] <= 22) object[7] %= 4;
    if (size > 12 && object[8] <= 64) object[8] %= 4;
    test::MemoryStore store;
    store.create("keys/0000000000000000/1", object);
    if (!object.empty()) object.back() ^= 1;
    store.create("keys/0000000000000000/2", object);
    fuzz::refuses([&] { vault::unlock(store, base::SecretBytes("password")); });
    fuzz::refuses([&] { vault::listPasswords(store, fuzz::testKeys()); });
    fuzz::refuses([&] { vault::vaultIdsOfKeys(store); });
    fuzz::refuses([&] { vault::checkKeyCopies(store, true); });
    return 0;
}
