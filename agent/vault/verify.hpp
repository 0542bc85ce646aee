// SPDX-License-Identifier: Apache-2.0
// verify.hpp: proves that a vault is whole, as deeply as one has time for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/vault/damage.hpp"
#include "agent/vault/prune.hpp"

namespace vault {

enum class VerifyDepth {
    Structure,  // journal, index, trees; every chunk that a point needs is in the index, its pack is there
                // with a fitting size
    Seals,      // and every sealed part of every pack opens; the index names each chunk's place in its pack
    Data,       // and every chunk decompresses and has the content that its id names
};

/// Something that is wrong.
struct Problem {
    std::string object;  // name of the vault object
    std::string sentence;
};

struct VerifyReport {
    std::uint64_t points = 0;
    std::uint64_t packs = 0;
    std::uint64_t chunks = 0;
    std::uint64_t bytesRead = 0;
    std::vector<Problem> problems;
    std::vector<PointDamage> damagedPoints;  // that are not whole
    DamageMap lost;

    [[nodiscard]] bool isSound() const noexcept { return problems.empty() && damagedPoints.empty(); }
};

struct VerifyOptions {
    VerifyDepth depth = VerifyDepth::Seals;
    unsigned workers = 1;
};

/// What is wrong with an index run that has lost some of its blocks.
std::string problemOfRun(IndexRun& run, const IndexRun::Losses& losses);

/// What is wrong with the copy of a restore point's record that lies beside the journal; empty when nothing
/// is.
std::string problemOfPointCopy(Vault& vault, const PointId& point);

/// Changes nothing; when a reading fails, a probe is written to the store and removed (life_sign.hpp). Always
/// ends with a report, whatever is damaged; throws Error only when the store cannot be reached or the work is
/// cancelled. Progress is told in bytes for the pack stage.
VerifyReport verify(Vault& vault, const VerifyOptions& options, const StageProgress& progress,
                    const base::CancelToken& cancel);

}  // namespace vault
