// SPDX-License-Identifier: Apache-2.0
// pack_fuzz.cpp: the first byte chooses: a whole pack as it is stored, or a footer, a directory, a segment or
// a pack end below its seal.
#include <string>

#include "agent/vault/pack_format.hpp"
#include "agent/vault/pack_reader.hpp"
#include "tests/fuzz/fuzz_support.hpp"
#include "tests/support/memory_store.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    if (size < 1) return 0;
    const base::ByteView rest = input.subspan(1);
    const vault::PackId id;
    const std::string name = vault::packName(id);
    fuzz::SealedBytes pack(vault::ObjectKind::Pack, name);
    const auto at = static_cast<std::uint32_t>(pack.bytes.size());
    if (data[0] % 4 == 0) {
        test::MemoryStore store;
        base::Bytes stored = data[0] < 128 ? base::Bytes() : pack.bytes;
        base::append(stored, rest);
        store.create(name, stored);
        std::string why;
        fuzz::require(!vault::PackReader::open(fuzz::testKeys(), store, id, why) && !why.empty());
    } else if (data[0] % 4 == 1) {
        pack.add(vault::PartRole::Footer, 0, rest);
        vault::openFooter(pack.cipher(), base::ByteView(pack.bytes).subspan(at));
    } else if (data[0] % 4 == 2) {
        vault::SegmentCodec codec;
        pack.add(vault::PartRole::Segment, at, rest);
        const auto sealed = base::ByteView(pack.bytes).subspan(at);
        codec.open(pack.cipher(), at, sealed);
        codec.reopen(pack.cipher(), at, sealed);
        codec.isIntact(pack.cipher(), at, sealed);
    } else {
        test::MemoryStore store;
        const base::Bytes end = vault::sealPackEnd(pack.cipher(), at, base::Bytes(rest.begin(), rest.end()));
        base::append(pack.bytes, end);
        store.create(name, pack.bytes);
        std::string why;
        if (auto reader = vault::PackReader::open(fuzz::testKeys(), store, id, why)) {
            for (const vault::SegmentInfo& segment : reader->segments()) reader->readSealed(segment);
            std::vector<vault::IndexEntry> entries;
            vault::appendEntries(id, reader->segments(), entries);
        }
    }
    return 0;
}
