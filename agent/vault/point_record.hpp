// SPDX-License-Identifier: Apache-2.0
// point_record.hpp: what the vault knows about one restore point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/vault/content_ref.hpp"
#include "platform/base/wire.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace vault {

/// A restore point. Kept in the journal, and once more as an object of its own, from which repair can restore
/// a lost journal.
struct PointRecord {
    PointId id;
    std::string client;  // name of the machine or agent that made it
    std::string
        plan;  // groups the points that follow one another; empty for instant backups of the same sources
    std::vector<std::string> sources;
    std::vector<std::string> tags;
    platform::Timestamp started;
    platform::Timestamp finished;
    ChunkRef root;  // of its tree (tree.hpp); contentBytes is the tree's size
    unsigned treeLevels = 0;
    std::uint64_t objects = 0;
    std::uint64_t logicalBytes = 0;  // sum of the objects' sizes
    std::uint64_t readBytes = 0;     // read from the source in this run
    std::uint64_t newBytes = 0;      // not in the vault before, uncompressed
    std::uint64_t storedBytes = 0;   // written to the vault
    std::uint64_t faults = 0;        // objects that could not be read
    ContentRef faultList;            // JSON lines, one a fault or warning; empty when there were none
    PointId parent;                  // the point it was compared with; all zero when none

    bool operator==(const PointRecord&) const = default;
};

/// The order in which people see points: by the time at which their backups began. A vault lists points as
/// they came to it, and a copy may bring an old one late. Of points that began at one time the one that came
/// last counts as the later.
[[nodiscard]] inline bool beganEarlier(const PointRecord& a, const PointRecord& b) noexcept {
    return a.started < b.started;
}

/// The id of a point's copy in another vault. Its first kOriginBytes are the original's, by which copies, and
/// copies of copies, are recognised; the rest is random, because no object may ever be named twice (invariant
/// I3, rule f).
PointId copyIdOf(const PointId& original);

inline constexpr std::size_t kOriginBytes = 12;

/// True when both are copies of one point, or one is a copy of the other.
[[nodiscard]] bool haveSameOrigin(const PointId& a, const PointId& b) noexcept;

/// Paths of sources as a point keeps them: absolute, each once and in order, so that the same paths in
/// another order follow it.
std::vector<std::string> sourcesOfPoint(const platform::FileSystem& fileSystem,
                                        const std::vector<std::string>& paths);

std::string pointName(const PointId& id);
std::optional<PointId> pointIdOfName(std::string_view name);

void encodePoint(base::Encoder& encoder, const PointRecord& point);
/// Throws Error (Corrupt) on damage.
PointRecord decodePoint(base::Decoder& decoder);

}  // namespace vault
