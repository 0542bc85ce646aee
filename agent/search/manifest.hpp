// SPDX-License-Identifier: Apache-2.0
// manifest.hpp: what the index of one vault consists of: its points, in lines, and its segments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/search/segment_writer.hpp"
#include "agent/vault/ids.hpp"
#include "agent/vault/point_record.hpp"
#include "platform/clock.hpp"

namespace search {

struct IndexedPoint {
    vault::PointId id;
    platform::Timestamp started;
    bool isForgotten = false;  // its place stays, so that the others keep their numbers

    bool operator==(const IndexedPoint&) const = default;
};

/// Points that follow one another. Spans number them from 1 on.
struct Line {
    std::uint32_t id = 0;
    std::string client;
    std::string plan;
    std::vector<std::string> sources;  // of backups without a plan, which these tell apart
    std::vector<IndexedPoint> points;

    [[nodiscard]] bool hasPoints() const noexcept;
    /// The next point can be compared with the last one only while the vault has that.
    [[nodiscard]] bool canGoOn() const noexcept { return !points.empty() && !points.back().isForgotten; }
    /// True when the vault has one of these points yet. An open span goes to the end of the line.
    [[nodiscard]] bool hasPointIn(const Span& span) const noexcept;

    bool operator==(const Line&) const = default;
};

/// A point whose list in the vault is damaged; it cannot be searched.
struct UnreadablePoint {
    vault::PointId id;

    bool operator==(const UnreadablePoint&) const = default;
};

struct Manifest {
    vault::VaultId vault;
    platform::Timestamp updated;
    std::uint32_t nextLine = 1;
    std::vector<Line> lines;  // in the order of their ids
    std::vector<UnreadablePoint> unreadable;
    std::vector<SegmentInfo> segments;  // the oldest first
    /// How many points were forgotten since all segments were written anew.
    std::uint64_t forgottenPoints = 0;

    [[nodiscard]] const Line* findLine(std::uint32_t id) const noexcept;
    [[nodiscard]] std::uint64_t livePoints() const noexcept;

    bool operator==(const Manifest&) const = default;
};

base::Bytes encodeManifest(const Manifest& manifest);
/// Throws damagedIndex().
Manifest decodeManifest(base::ByteView bytes);

}  // namespace search
