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
// An entry holds the whole state instead of changes while that is small, and every kFullEvery-th always, so a
// reader starts at the newest of those: mostly the newest entry of all, and then nothing else is read. A
// listing is used only as a hint at where to start looking.
//
// prune() removes old entries in ascending order and keeps the newest kKeptEntries, so the name of a removed
// entry can be taken again by a client that slept meanwhile. Nobody is misled by that. A client remembers the
// header of the entry that its state ends with, which no other entry has (its salt is random). While that
// very entry stands, no later one has been removed: then a name behind it that is free was never taken, and
// one that is taken is what it seems. So the entry is looked at again after reading ahead, and after creating
// the next one; when it is gone the client starts anew from a listing. Whoever starts anew finds the next
// name free before it reads the newest entry, which comes to the same. A writer need not find it free: it
// learns that when it creates its own entry there, and looks at the one before again.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "agent/vault/keys.hpp"
#include "agent/vault/object_store.hpp"
#include "agent/vault/sealed_object.hpp"
#include "agent/vault/vault_state.hpp"

namespace vault {

std::string journalName(std::uint64_t sequence);
std::optional<std::uint64_t> sequenceOfName(std::string_view name);

/// Reads and extends a vault's journal. Thread-safe.
class Journal final {
public:
    static constexpr std::uint64_t kFullEvery = 64;
    /// States up to this size, encoded, are written in full each time: some twenty restore points. An entry
    /// costs no more requests then, and whoever opens the vault reads one instead of up to kFullEvery.
    static constexpr std::size_t kSmallStateBytes = 8 * base::kKiB;
    static constexpr std::uint64_t kKeptEntries = 1024;

    Journal(const VaultKeys& keys, ObjectStore& store) : keys_(keys), store_(store) {}

    /// Writes entry 0 of a new vault.
    void begin();

    /// Reads up to the newest entry. Throws Error (Corrupt) when an entry on the way is damaged or there are
    /// none.
    VaultState refresh();

    /// Reads up to the newest entry that a listing shows, behind which there may be others. One request less
    /// than refresh(), for whoever appends before it relies on the state. Throws as refresh() does.
    VaultState refreshToAppend();

    /// The state as last read or written by this object.
    [[nodiscard]] VaultState state() const;

    /// Works out the changes of a step from the newest state. Returns nothing to give up. Must not remember
    /// anything from one call to the next: it is called with states that turn out to be old.
    using Decide = std::function<std::optional<VaultChanges>(const VaultState& newest)>;

    /// Appends one entry. `decide` is called again whenever its state proves not to be the newest: another
    /// client was first, or the state was only what is known here and `decide` gave up or threw an Error.
    /// Returns the state after the new entry, or nothing when `decide` gave up. Durable on return.
    std::optional<VaultState> append(const Decide& decide);

    /// Makes a new journal entry out of a state that repair worked out, behind all entries that exist.
    /// Clients that still follow the old ones find that these have ended: Error (Corrupt).
    void restart(VaultState state);

    /// Removes entries that nobody needs to read any more.
    void dropOldEntries();

private:
    using EntryHeader = std::array<base::Byte, kHeaderBytes>;

    /// A state, and the header of the entry that it ends with.
    struct Place {
        VaultState state;
        EntryHeader header{};
    };

    /// Stored entries that were read before they are gone through.
    using Entries = std::map<std::uint64_t, base::Bytes>;

    std::optional<base::Bytes> readEntry(std::uint64_t sequence, const Entries& early);
    enum class Taken { Nothing, Yes, End };
    Taken takeEntry(std::optional<Place>& place, std::uint64_t sequence, const Entries& early);
    std::optional<Place> follow(Place start);
    void readInto(Entries& entries, std::uint64_t first, std::uint64_t end);
    enum class NextName { FoundFree, NotAsked };
    Place startAnew(NextName nextName);
    [[nodiscard]] bool stillStands(const Place& place);
    [[nodiscard]] std::optional<Place> knownPlace() const;
    Place refreshPlace(NextName nextName);
    static std::optional<VaultChanges> decideUnlessStale(const Decide& decide, const VaultState& known);
    std::optional<VaultState> tryAppend(const Place& before, const VaultChanges& changes);
    std::optional<EntryHeader> tryWrite(std::uint64_t sequence, base::ByteView plain);
    void sweepStrays(std::uint64_t firstKept);
    std::vector<std::uint64_t> listEntries();

    const VaultKeys& keys_;
    ObjectStore& store_;
    mutable std::mutex mutex_;  // guards place_
    std::optional<Place> place_;
};

}  // namespace vault
