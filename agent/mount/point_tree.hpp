// SPDX-License-Identifier: Apache-2.0
// point_tree.hpp: finds the entries of a restore point by key and by position.
//
// A position is the way from the root to an entry: which child on each level, which entry in the leaf. A tree
// never changes, so a position names an entry for ever, and nothing has to be remembered of the entries that
// somebody has looked at. That is what keeps a mount of a million files as small as one of ten.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/mount/page_cache.hpp"

namespace mount {

/// Thread-safe. The cache must outlive it.
class PointTree final {
public:
    /// Bits of a position.
    static constexpr unsigned kPositionBits = 50;

    /// Throws Error (Unsupported, "MOUNT-0007") when the tree has more levels than a position has room for:
    /// beyond some 60 million objects.
    PointTree(PageCache& pages, const vault::TreeRoot& root);

    /// An entry and where it stands.
    class Place final {
    public:
        [[nodiscard]] const vault::TreeEntry& entry() const noexcept { return leaf_->entries[path_.back()]; }
        [[nodiscard]] std::uint64_t position() const noexcept;

    private:
        friend class PointTree;
        std::shared_ptr<const Page> leaf_;
        std::vector<std::size_t> path_;  // which child on each level, root first; last the entry
    };

    /// The entry with this key.
    [[nodiscard]] std::optional<Place> find(std::string_view key);
    /// The first entry with a key that is not less.
    [[nodiscard]] std::optional<Place> seek(std::string_view key);
    /// Throws Error (NotFound, "MOUNT-0008") for what is no position.
    [[nodiscard]] Place at(std::uint64_t position);
    [[nodiscard]] std::optional<Place> next(Place place);

private:
    std::optional<Place> descendFrom(Place place, std::size_t depth);

    PageCache& pages_;
    const vault::TreeRoot root_;
};

}  // namespace mount
