// SPDX-License-Identifier: Apache-2.0
// index_maker.cpp: gives a vault an index of many chunks that do not exist, to measure what a large index
// costs.
//
// index_maker VAULT CHUNKS, with the password in HBR_PASSWORD. Entries come in runs as large as a backup
// writes them, and runs are merged as a backup merges them, so the index has the shape that it would have
// grown into. Such a vault opens and takes backups; a verify of it finds every pack missing.
#include <charconv>
#include <cstdio>
#include <cstring>

#include "agent/vault/directory_store.hpp"
#include "agent/vault/random.hpp"
#include "agent/vault/run_merge.hpp"
#include "agent/vault/store_session.hpp"
#include "platform/base/error.hpp"
#include "platform/process.hpp"

namespace {

// As many chunks of 350 KiB as a pack of 16 MiB holds.
constexpr std::size_t kChunksInPack = 46;

std::vector<vault::IndexEntry> madeEntries(std::size_t count) {
    std::vector<vault::IndexEntry> entries(count);
    vault::ChunkLocation location;
    for (std::size_t i = 0; i < count; ++i) {
        const auto place = static_cast<std::uint32_t>(i % kChunksInPack);
        if (place == 0) location.pack = vault::randomId<vault::PackId>();
        location.segmentOffset = 40 + place * 350'000;
        location.segmentBytes = 350'000;
        location.chunkBytes = 500'000;
        entries[i] = {vault::randomId<vault::ChunkId>(), location};
    }
    return entries;
}

void fillIndex(vault::Vault& vault, const platform::Clock& clock, std::uint64_t chunks) {
    vault::StoreSession session(vault, clock, "index_maker");
    while (chunks > 0) {
        const auto count = std::min<std::uint64_t>(chunks, vault::StoreSession::kCheckpointEntries);
        auto entries = madeEntries(static_cast<std::size_t>(count));
        const vault::RunInfo run = vault::writeRun(vault, entries);
        vault.journal().append([&](const vault::VaultState& newest) {
            session.requireOpen(newest);
            vault::VaultChanges changes;
            changes.addRuns.push_back({run, session.id()});
            return std::optional(changes);
        });
        vault.refresh();
        vault::mergeSmallRuns(vault, session.id(), vault::MergeOwner::Session);
        chunks -= count;
    }
}

}  // namespace

int main(int count, char** words) {
    try {
        std::uint64_t chunks = 0;
        const auto password = platform::environmentVariable("HBR_PASSWORD");
        if (count != 3 || !password ||
            std::from_chars(words[2], words[2] + std::strlen(words[2]), chunks).ec != std::errc()) {
            std::fputs("usage: index_maker VAULT CHUNKS, with the password in HBR_PASSWORD\n", stderr);
            return 2;
        }
        const auto fileSystem = platform::makeFileSystem();
        const auto clock = platform::makeSystemClock();
        auto store = vault::openDirectoryStore(*fileSystem, words[1]);
        const vault::VaultKeys keys = vault::unlock(*store, base::SecretBytes(*password));
        const auto vault = vault::Vault::open(std::move(store), keys, vault::Vault::JournalNeed::Required);
        fillIndex(*vault, *clock, chunks);
        return 0;
    } catch (...) {
        std::fprintf(stderr, "index_maker: %s\n", base::currentError().message().c_str());
        return 1;
    }
}
