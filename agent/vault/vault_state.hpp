// SPDX-License-Identifier: Apache-2.0
// vault_state.hpp: what a vault consists of after some journal entry, and the changes that lead to the next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/vault/index_entry.hpp"
#include "agent/vault/point_record.hpp"

namespace vault {

/// A writer at work. Its packs and runs are not garbage although no restore point needs them yet.
struct SessionInfo {
    SessionId id;
    std::string client;
    platform::Timestamp lastSeen;  // by that client's clock: a hint about who has died, never a proof

    bool operator==(const SessionInfo&) const = default;
};

/// An index run in use.
struct LiveRun {
    RunInfo info;
    SessionId session;  // the session that wrote it while that is open; zero afterwards

    bool operator==(const LiveRun&) const = default;
};

/// One step of a vault's history. Absent parts change nothing.
struct VaultChanges {
    std::vector<SessionInfo> touchSessions;  // begins a session, or tells that it lives
    std::vector<SessionId> endSessions;
    std::vector<LiveRun> addRuns;
    std::vector<RunId> removeRuns;
    std::vector<PointRecord> addPoints;
    std::vector<PointId> removePoints;
    /// Packs that no run names any more and that may be deleted from now on.
    std::vector<PackId> condemnPacks;
    /// Condemned packs that are gone.
    std::vector<PackId> forgetPacks;
    /// Restore points made so far may lack chunks: do not take unchanged objects from them unchecked.
    bool distrustPoints = false;
    /// Entries before this one have been removed from the journal; 0: no change.
    std::uint64_t journalStart = 0;
    /// Parity of packs that are written from now on; nothing: no change.
    std::optional<unsigned> parityPercent;
};

/// A vault as its journal tells it.
struct VaultState {
    std::uint64_t sequence = 0;  // of the newest entry in it
    std::vector<SessionInfo> sessions;
    std::vector<LiveRun> runs;
    std::vector<PointRecord> points;  // in the order in which they were committed
    std::vector<PackId> condemnedPacks;
    /// Sequence of the last entry that took chunks out of the index; a writer that began before it must check
    /// what it relies on (invariant I3).
    std::uint64_t lastRemoval = 0;
    /// Sequence of the last entry that said distrustPoints.
    std::uint64_t distrusted = 0;
    /// Entries of the journal before this one have been removed, in ascending order and completely.
    std::uint64_t journalStart = 0;
    /// What share of a pack its parity heals; 0: packs are written without parity.
    unsigned parityPercent = 0;
    /// Sequence at which each point of `points` was committed, in the same order.
    std::vector<std::uint64_t> pointSequences;

    /// Takes one step; its sequence is the next.
    void apply(const VaultChanges& changes);

    [[nodiscard]] const SessionInfo* findSession(const SessionId& id) const noexcept;
    [[nodiscard]] const PointRecord* findPoint(const PointId& id) const noexcept;
    /// The point itself, or a copy of it, or what it is a copy of.
    [[nodiscard]] const PointRecord* findCopy(const PointId& id) const noexcept;
    [[nodiscard]] bool hasRun(const RunId& id) const noexcept;
    /// True when the point was committed after the last repair that lost chunks.
    [[nodiscard]] bool isTrusted(const PointId& id) const noexcept;
};

void encodeChanges(base::Encoder& encoder, const VaultChanges& changes);
VaultChanges decodeChanges(base::Decoder& decoder);
void encodeState(base::Encoder& encoder, const VaultState& state);
VaultState decodeState(base::Decoder& decoder);

}  // namespace vault
