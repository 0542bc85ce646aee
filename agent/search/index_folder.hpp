// SPDX-License-Identifier: Apache-2.0
// index_folder.hpp: the index of one vault as files: "<state folder>/paths/<vault id>/".
//
//   manifest      what there is; replaced as a whole, so readers see the index before or after a step
//   <id>.paths    segments, written once
//   damaged       left by a reader that met damage; the next update begins anew
//
// All of it is a cache of what the vault says. It is never asked whether it is right beyond its checksums,
// and never mended: it is made again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/search/manifest.hpp"
#include "agent/search/segment.hpp"
#include "platform/file_system.hpp"

namespace search {

/// An index as it was at one moment.
struct OpenIndex {
    Manifest manifest;
    std::vector<std::unique_ptr<Segment>> segments;  // the oldest first
};

/// Thread-safe.
class IndexFolder final {
public:
    /// The file system outlives it.
    IndexFolder(const platform::FileSystem& fileSystem, const std::string& stateFolder,
                const std::string& vaultId);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The file that whoever updates holds; it lies beside the folder.
    [[nodiscard]] std::string guardPath() const { return path_ + ".guard"; }

    /// Nothing when there is no index. Throws damagedIndex().
    [[nodiscard]] std::optional<Manifest> manifest() const;

    /// The index with its segments, as one update left it, whatever another does meanwhile. Nothing when
    /// there is none. Throws damagedIndex().
    [[nodiscard]] std::optional<OpenIndex> open() const;

    // For the one who updates:

    /// Makes what the manifest names visible and removes every other segment. The segments are flushed
    /// before.
    void publish(const Manifest& manifest) const;
    /// Removes the index.
    void clear() const;
    /// Removes segments that no manifest names.
    void sweep(const Manifest& manifest) const;

    /// Has the next update begin anew; never fails.
    void markDamaged() const noexcept;
    [[nodiscard]] bool isMarkedDamaged() const;
    /// True when there is no index, or a damaged one.
    [[nodiscard]] bool isWanting() const;

private:
    void removeQuietly(const std::string& name) const noexcept;

    const platform::FileSystem& fileSystem_;
    const std::string path_;
};

}  // namespace search
