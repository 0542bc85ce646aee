// SPDX-License-Identifier: Apache-2.0
// pack_check.hpp: examines packs, several at a time.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "agent/vault/pack_reader.hpp"
#include "agent/vault/vault.hpp"
#include "agent/vault/verify.hpp"

namespace vault {

/// What examining one pack found.
struct PackFinding {
    PackId pack;
    std::string why;                        // empty when the pack's directory could be read
    std::vector<SegmentInfo> badSegments;   // that parity did not bring back
    std::vector<SegmentInfo> goodSegments;  // with those that it did
    unsigned parityPercent = 0;             // as far as the pack tells
    std::string
        decay;  // a sentence about parity at work, or damaged itself; empty when there is nothing to say

    bool isUnreadable = false;  // the disk has lost a part of it

    [[nodiscard]] bool isSound() const noexcept { return isComplete() && decay.empty(); }
    /// True when nothing is lost.
    [[nodiscard]] bool isComplete() const noexcept { return why.empty() && badSegments.empty(); }
    /// What is wrong with a pack that has a directory (lost_directory.hpp tells of others), in a sentence;
    /// empty when it is sound.
    [[nodiscard]] std::string problem() const;
};

/// Examines every pack in the list to the given depth (Seals or Data) with several threads. `found` is called
/// for each, one call at a time. `bytesDone` counts sealed bytes as they are read.
void checkPacks(Vault& vault, const std::vector<PackId>& packs, VerifyDepth depth, unsigned workers,
                const base::CancelToken& cancel, std::atomic<std::uint64_t>& bytesDone,
                const std::function<void(const PackFinding&)>& found);

}  // namespace vault
