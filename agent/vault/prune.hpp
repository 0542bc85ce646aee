// SPDX-License-Identifier: Apache-2.0
// prune.hpp: gives back the room of what no restore point needs.
//
// Two phases, safe against any number of writers and other prunes (invariant I3):
//  1. One journal entry takes the dead chunks out of the index and condemns their packs. It is worked out
//     against a state of the journal and only valid behind it; whoever commits a restore point later sees it
//     and checks what it relies on.
//  2. Only then are condemned packs deleted. A prune that dies in between is finished by the next one.
// No clock, lock, host name or fresh listing is relied on. A clock is looked at for one thing, to guess which
// sessions have died; a guess that is wrong costs that session a second run and nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/vault/vault.hpp"
#include "platform/base/cancel.hpp"
#include "platform/clock.hpp"

namespace vault {

struct PruneOptions {
    /// Dead share of all stored chunks that may stay; more costs room, less costs rewriting.
    double allowedWaste = 0.05;
    /// A session last heard of at least so long ago, or so far in the future, is taken for dead; 0 takes all.
    std::chrono::hours sessionTimeout{72};
    /// Threads that move what is needed out of packs.
    unsigned workers = 1;
    bool dryRun = false;
};

struct PruneReport {
    std::uint64_t packsBefore = 0;
    std::uint64_t bytesBefore = 0;
    std::uint64_t packsRemoved = 0;    // nothing in them was needed
    std::uint64_t packsRewritten = 0;  // what was needed moved to new packs
    std::uint64_t bytesRemoved = 0;
    std::uint64_t bytesWritten = 0;
    std::uint64_t chunksRemoved = 0;
    std::uint64_t leftoversRemoved = 0;  // objects of interrupted runs
    std::uint64_t sessionsEnded = 0;
    std::uint64_t openSessions = 0;  // writers at work, whose objects were left alone
    /// Why unfinished uploads stay where they are, in the store's words; empty when they were removed.
    std::string sweepRefusal;
};

/// Tells what the prune is doing: a stage in words, and how far it is.
using StageProgress = std::function<void(const std::string& stage, std::uint64_t done, std::uint64_t total)>;

/// Throws Error: Corrupt ("VAULT-0015") and changes nothing when damage makes it impossible to tell what is
/// needed; Busy ("VAULT-0016") when others changed the vault again and again.
PruneReport prune(Vault& vault, const platform::Clock& clock, const PruneOptions& options,
                  const StageProgress& progress, const base::CancelToken& cancel);

/// Removes restore points from the vault's list; their room is given back by prune(). Points that are not
/// there are ignored. Returns how many were removed.
std::uint64_t forgetPoints(Vault& vault, const std::vector<PointId>& points);

}  // namespace vault
