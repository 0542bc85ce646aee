// SPDX-License-Identifier: Apache-2.0
// repair.hpp: makes a damaged vault consistent again, keeps all that is whole, and says exactly what is lost.
//
// Nothing is invented: a chunk that is damaged is taken out of the index, so that restores name the objects
// that need it and the next backup that meets its content stores it anew, which heals every restore point at
// once. Nothing is thrown away either: restore points stay listed, and damaged packs are only condemned
// (prune removes them).
//
// What a disk cannot read today it may read tomorrow, but whether, nobody knows, and a vault that waits for
// it is never whole. So sectors here and there that a working disk has lost (life_sign.hpp) are damage like
// any other. When very many packs have lost something, a disk is missing or dying: repair then reports and
// changes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "agent/vault/verify.hpp"

namespace vault {

struct RepairOptions {
    unsigned workers = 1;
    bool dryRun = false;
    /// Works every index run out again from the packs, even if the index looks sound.
    bool rebuildIndex = false;
};

struct RepairReport {
    std::vector<Problem> problems;  // what was found
    std::vector<Problem> mended;    // what was done about it
    std::uint64_t packsChecked = 0;
    std::uint64_t chunksRecovered =
        0;                         // moved out of damaged packs, or found again in packs that no index named
    std::uint64_t chunksLost = 0;  // that some index named, and are gone
    std::vector<PointDamage> damagedPoints;  // as they are after the repair

    [[nodiscard]] bool foundNothing() const noexcept { return problems.empty(); }
};

/// Always ends with a report, whatever is damaged; throws Error only when the store cannot be read or
/// written, or the work is cancelled. A repair that is interrupted has changed nothing that matters: run it
/// again. Opens and rewrites a damaged journal, so the vault may have been opened with JournalNeed::Optional.
RepairReport repair(Vault& vault, const RepairOptions& options, const StageProgress& progress,
                    const base::CancelToken& cancel);

}  // namespace vault
