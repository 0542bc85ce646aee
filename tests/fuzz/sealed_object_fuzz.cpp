// SPDX-License-Identifier: Apache-2.0
// sealed_object_fuzz.cpp: whole objects: their bytes as they are stored, and what is below a seal that is
// right.
#include <array>
#include <string>

#include "tests/fuzz/fuzz_support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    using vault::ObjectKind;
    const std::string name = "journal/0000000000000000";
    for (const auto kind : std::array{ObjectKind::JournalEntry, ObjectKind::Point, ObjectKind::KeyLabel}) {
        fuzz::require(fuzz::refuses([&] { vault::openObject(fuzz::testKeys(), kind, name, input); }));
    }
    fuzz::SealedBytes object(ObjectKind::JournalEntry, name);
    object.add(vault::PartRole::Body, 0, input);
    fuzz::refuses([&] { vault::openObject(fuzz::testKeys(), ObjectKind::JournalEntry, name, object.bytes); });
    if (size == 0) return 0;
    // A sound object of which some bytes were changed.
    base::Bytes stored = vault::sealObject(fuzz::testKeys(), ObjectKind::JournalEntry, name, input);
    stored[data[0] % stored.size()] ^= 1;
    fuzz::require(
        fuzz::refuses([&] { vault::openObject(fuzz::testKeys(), ObjectKind::JournalEntry, name, stored); }));
    return 0;
}
