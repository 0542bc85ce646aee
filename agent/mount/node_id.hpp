// SPDX-License-Identifier: Apache-2.0
// node_id.hpp: the numbers of a mount's files and folders, from which they are found again.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/mount/point_tree.hpp"
#include "platform/mount_host.hpp"

namespace mount {

/// What a number names. Clients and points are numbered in the order in which the mount met them.
struct NodeId {
    enum class Kind : std::uint8_t { Root, Client, Latest, Point, Entry };

    Kind kind = Kind::Root;
    std::size_t number = 0;      // of the client or the point
    std::uint64_t position = 0;  // of an entry in the point's tree

    /// Most clients, and most points, that numbers are for.
    static constexpr std::size_t kMost = (std::size_t{1} << (64 - PointTree::kPositionBits)) - 1;

    [[nodiscard]] std::uint64_t encoded() const noexcept {
        constexpr unsigned kKindBits = 40;
        switch (kind) {
            case Kind::Root:
                return platform::kMountRoot;
            case Kind::Entry:
                return ((std::uint64_t{number} + 1) << PointTree::kPositionBits) | position;
            default:
                return (std::uint64_t{static_cast<std::uint8_t>(kind)} << kKindBits) | number;
        }
    }

    /// Nothing for what encoded() does not make.
    static std::optional<NodeId> decode(std::uint64_t id) noexcept {
        constexpr unsigned kKindBits = 40;
        if (id == platform::kMountRoot) return NodeId{};
        if (const std::uint64_t point = id >> PointTree::kPositionBits; point != 0) {
            return NodeId{Kind::Entry, static_cast<std::size_t>(point - 1),
                          id & ((std::uint64_t{1} << PointTree::kPositionBits) - 1)};
        }
        const std::uint64_t kind = id >> kKindBits;
        if (kind < static_cast<std::uint8_t>(Kind::Client) || kind > static_cast<std::uint8_t>(Kind::Point))
            return std::nullopt;
        return NodeId{static_cast<Kind>(kind),
                      static_cast<std::size_t>(id & ((std::uint64_t{1} << kKindBits) - 1)), 0};
    }
};

}  // namespace mount
