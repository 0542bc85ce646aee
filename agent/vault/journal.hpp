// SPDX-License-Identifier: Apache-2.0
// journal.hpp: the one order of events on which all clients of a vault agree.
//
// Entry n is the object "journal/<n as 16 hex digits>". Whoever creates it first has made the n-th step; the
// store's conditional create decides races, and reading by name tells the truth, so neither clocks, host
// names, lock objects nor fresh listings are needed. A client that wants to take a step works out its changes
// from the state after entry n - 1 and tries to create entry n; when another was first it reads that entry
// and works out its changes anew. All that is safe for many clients rests on this (agent/doc/invariants.md,
// I3).
//
// Every kFullEvery-th entry holds the whole state instead of changes, so a reader starts at the newest of
// those. A listing is used only as a hint at where to start looking.
//
// prune() removes old entries in ascending order and keeps the newest kKeptEntries. A client that slept
// meanwhile might "win" the name of a removed entry; it therefore checks, after creating entry n, that entry
// n - 1 is there: removal is ascending, so where n - 1 stands, n was never removed.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "agent/vault/keys.hpp"
#include "agent/vault/object_store.hpp"
#include "agent/vault/vault_state.hpp"

namespace vault {

std::string journalName(std::uint64_t sequence);
std::optional<std::uint64_t> sequenceOfName(std::string_view name);

/// Reads and extends a vault's journal. Thread-safe.
class Journal final {
public:
    static constexpr std::uint64_t kFullEvery = 64;
    static constexpr std::uint64_t kKeptEntries = 1024;

    Journal(const VaultKeys& keys, ObjectStore& store) : keys_(keys), store_(store) {}

    /// Writes entry 0 of a new vault.
    void begin();

    /// Reads up to the newest entry. Throws Error (Corrupt) when an entry on the way is damaged or there are
    /// none.
    VaultState refresh();

    /// The state as last read or written by this object.
    [[nodiscard]] VaultState state() const;

    /// Appends one entry. `decide` works out the changes from the newest state; it is called again whenever
    /// another client was first, and returns nothing to give up. Returns the state after the new entry, or
    /// nothing when `decide` gave up. Durable on return.
    std::optional<VaultState> append(
        const std::function<std::optional<VaultChanges>(const VaultState& newest)>& decide);

    /// Makes a new journal entry out of a state that repair worked out, behind all entries that exist.
    /// Clients that still follow the old ones find that these have ended: Error (Corrupt).
    void restart(VaultState state);

    /// Removes entries that nobody needs to read any more.
    void dropOldEntries();

private:
    std::optional<VaultState> readFull(std::uint64_t sequence);
    bool advance(VaultState& state);
    bool tryWrite(std::uint64_t sequence, const VaultState& after, const VaultChanges& changes);
    bool tryWriteEnd(std::uint64_t sequence);
    std::optional<std::uint64_t> newestListed();

    const VaultKeys& keys_;
    ObjectStore& store_;
    mutable std::mutex mutex_;  // guards state_
    std::optional<VaultState> state_;
};

}  // namespace vault
