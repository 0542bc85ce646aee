// SPDX-License-Identifier: Apache-2.0
// index_run_fuzz.cpp: an index run: 48 bytes of footer, then the plain bytes of its blocks, sealed as they
// should be; and the bytes of a run as they are stored.
#include "agent/vault/index_run.hpp"

#include <algorithm>
#include <array>

#include "tests/fuzz/fuzz_support.hpp"
#include "tests/support/memory_store.hpp"

namespace {

constexpr std::size_t kFooterPlainBytes = 48;
constexpr std::uint64_t kMostBlocks = 24;

std::uint64_t quotient(std::uint64_t value, std::uint64_t by) {
    return value / by + (value % by != 0 ? 1 : 0);
}

/// Everything that a run is asked.
void useRun(const base::Bytes& stored, const vault::RunInfo& info) {
    test::MemoryStore store;
    store.create(vault::runName(info.id), stored);
    vault::IndexBlockCache cache(1 << 20);
    fuzz::refuses([&] {
        vault::IndexRun run(fuzz::testKeys(), store, cache, info);
        vault::ChunkId last;
        (void)run.find(last);
        run.forEach([&](const vault::IndexEntry& entry, std::uint64_t) { last = entry.id; });
        (void)run.find(last);
        (void)run.positionOf(last);
        (void)run.packs();
        vault::IndexRun::Cursor cursor(run);
        while (cursor.next()) {
        }
    });
}

/// Seals the blocks that the footer asks for; nothing when they would be too many.
void useSealed(base::ByteView footer, base::ByteView content) {
    const auto number = [&](std::size_t at) { return base::loadLittleEndian<std::uint64_t>(&footer[at]); };
    const std::uint64_t blockBytes = number(0);
    vault::RunInfo info;
    info.entries = number(8);
    info.packs = number(24);
    fuzz::SealedBytes run(vault::ObjectKind::IndexRun, vault::runName(info.id));
    if (blockBytes == 1024 || blockBytes == 4096 || blockBytes == 16384) {
        const std::uint64_t room = blockBytes - vault::kTagBytes;
        const std::uint64_t entryBlocks = quotient(info.entries, room / 48);
        if (entryBlocks > kMostBlocks || info.packs > 10'000 || number(16) > 100'000) return;
        const std::array<std::pair<std::uint64_t, vault::PartRole>, 4> regions{
            {{entryBlocks, vault::PartRole::IndexBlock},
             {quotient(number(16), room), vault::PartRole::FilterBlock},
             {quotient(16 * info.packs, room), vault::PartRole::PackTable},
             {quotient(8 * entryBlocks, room), vault::PartRole::IndexBlock}}};
        std::uint64_t block = 0;
        for (const auto& [blocks, role] : regions) {
            for (std::uint64_t i = 0; i < blocks; ++i, ++block) {
                base::Bytes plain(room);
                const std::size_t taken = std::min<std::size_t>(room, content.size());
                std::copy_n(content.begin(), taken, plain.begin());
                content = content.subspan(taken);
                run.add(role, block, plain);
            }
        }
    }
    run.add(vault::PartRole::Footer, UINT64_MAX, footer);
    info.sizeBytes = run.bytes.size();
    useRun(run.bytes, info);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    vault::RunInfo info;
    info.sizeBytes = size;
    useRun({input.begin(), input.end()}, info);
    if (size >= kFooterPlainBytes)
        useSealed(input.first(kFooterPlainBytes), input.subspan(kFooterPlainBytes));
    return 0;
}
