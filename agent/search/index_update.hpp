// SPDX-License-Identifier: Apache-2.0
// index_update.hpp: brings the index of a vault up to date with what the vault says.
//
// Each new point is one step: what it has otherwise than the point before it on its line is written to a
// segment, small segments are merged, and the manifest makes it visible. A step that is interrupted leaves
// nothing that counts, and the next update goes on from there. Memory is that of a few blocks, however many
// paths there are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "agent/search/index_folder.hpp"
#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/point_record.hpp"
#include "platform/base/cancel.hpp"
#include "platform/clock.hpp"

namespace search {

/// What an update did.
struct UpdateReport {
    std::uint64_t pointsAdded = 0;
    std::uint64_t pointsForgotten = 0;
    std::uint64_t pointsUnreadable = 0;  // all that cannot be searched, also from before
    std::uint64_t pathsWritten = 0;      // merged ones as often as they were
    bool wasMadeAnew = false;            // the one that was there was damaged or of another format
};

/// When segments are merged. A segment stays apart as long as it is more than `apart` times as large as all
/// newer ones together: a path is then written anew as often as the index doubles, and there are as many
/// segments as it has doubled. Smaller ones count as if they had `smallBytes`, so that there are few of them.
struct MergeRule {
    std::uint64_t smallBytes = 256 * base::kKiB;
    std::uint64_t apart = 2;
};

/// Not thread-safe.
class IndexUpdate final {
public:
    /// Called after each point: how many are done, of how many.
    using Progress = std::function<void(std::uint64_t done, std::uint64_t all)>;

    /// References outlive it.
    IndexUpdate(const platform::FileSystem& fileSystem, const IndexFolder& folder,
                const platform::Clock& clock, const base::CancelToken& cancel, MergeRule mergeRule = {});

    /// `points` are all that the vault has. Throws Error: what the vault and the disk throw; Cancelled.
    /// Points whose lists are damaged are left out and reported.
    UpdateReport run(const vault::VaultId& vault, std::span<const vault::PointRecord> points,
                     vault::ChunkReader& reader, const Progress& progress);

    /// The same with changes from elsewhere: for programs that measure, and for tests.
    using Change = std::function<void(std::string_view key, const std::optional<Version>& before,
                                      const std::optional<Version>& after)>;
    /// Tells what a point has otherwise than the base, nullptr for a point with nothing in it, in the order
    /// of keys.
    using Changes = std::function<void(const vault::PointRecord* base, const vault::PointRecord& point,
                                       const Change& change)>;
    UpdateReport run(const vault::VaultId& vault, std::span<const vault::PointRecord> points,
                     const Changes& changes, const Progress& progress);

private:
    void load(const vault::VaultId& vault);
    void beginAnew(const vault::VaultId& vault);
    void forgetMissing(std::span<const vault::PointRecord> points);
    void runOnce(std::span<const vault::PointRecord> points, const Changes& changes,
                 const Progress& progress);
    /// False when the list of the point is damaged.
    bool addPoint(std::span<const vault::PointRecord> points, const vault::PointRecord& point,
                  const Changes& changes);
    [[nodiscard]] std::optional<std::size_t> lineFor(const vault::PointRecord& point) const;
    [[nodiscard]] std::size_t beginLine(const vault::PointRecord& point);
    /// Writes and publishes; throws Corrupt when a list is damaged, and nothing has happened then.
    void extend(std::size_t line, const vault::PointRecord* base, const vault::PointRecord& point,
                const Changes& changes);
    void mergeWhereWorthwhile(Manifest& manifest);
    void mergeFrom(Manifest& manifest, std::size_t first);
    void writeMerged(Manifest& manifest, std::size_t first);
    void publish(Manifest manifest);

    const platform::FileSystem& fileSystem_;
    const IndexFolder& folder_;
    const platform::Clock& clock_;
    const base::CancelToken& cancel_;
    const MergeRule mergeRule_;
    Manifest manifest_;  // as published
    UpdateReport report_;
};

}  // namespace search
