// SPDX-License-Identifier: Apache-2.0
// vault_tree.hpp: a vault as a tree of files: every client a folder, in it every restore point a folder, in
// it what was backed up under its own path.
#pragma once

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "agent/mount/chunk_cache.hpp"
#include "agent/mount/node_id.hpp"
#include "agent/mount/page_cache.hpp"
#include "agent/mount/point_tree.hpp"
#include "agent/vault/vault.hpp"
#include "platform/mount_host.hpp"

namespace mount {

/// Shows all restore points, and those that come while it is looked at. Thread-safe. Memory: the caches, and
/// one record a restore point.
class VaultTree final : public platform::MountedTree {
public:
    /// What it keeps of the contents of files.
    static constexpr std::size_t kContentCacheBytes = 64 * base::kMiB;

    /// Most restore points that a mount can number, the forgotten ones among those that it has shown.
    static constexpr std::size_t kMostPoints = NodeId::kMost;

    /// `threads` fetch ahead. Both references must outlive it. Throws Error (Unsupported, "MOUNT-0012") when
    /// the vault holds more than kMostPoints. When it comes to hold more later, listing clients and points
    /// fails with that error, and so does looking for 'latest' or for one that is not shown; those shown stay
    /// as they are.
    VaultTree(vault::Vault& vault, const platform::Clock& clock, unsigned threads);

    [[nodiscard]] platform::MountedNode node(std::uint64_t id) override;
    [[nodiscard]] std::optional<platform::MountedNode> lookUp(std::uint64_t folder,
                                                              std::string_view name) override;
    void list(std::uint64_t folder, std::uint64_t place, const TakeChild& take) override;
    [[nodiscard]] std::string readLink(std::uint64_t id) override;
    [[nodiscard]] platform::ExtraMetadata extraMetadata(std::uint64_t id) override;
    [[nodiscard]] std::unique_ptr<platform::MountedFile> open(std::uint64_t id) override;

private:
    struct Client {
        std::string client;  // as the points say
        std::string folder;
        std::optional<std::size_t> latest;  // of its points that are there
    };
    struct ShownPoint {
        vault::PointRecord point;
        std::size_t client = 0;
        std::string folder;
        bool isThere = true;  // in the vault's newest state
        std::mutex mutex;     // guards tree
        std::optional<PointTree> tree;
    };
    /// An entry of a point.
    struct Found {
        std::size_t point = 0;
        PointTree::Place place;
    };

    void refresh();
    void requireAllShown();
    void take(const vault::VaultState& state);
    void addPoint(const vault::PointRecord& point);
    void findLatest();
    std::size_t clientOf(const std::string& name);
    ShownPoint& pointAt(std::size_t number);
    PointTree& treeOf(std::size_t number);
    std::optional<std::size_t> latestOf(std::size_t client);

    platform::MountedNode madeFolder(std::uint64_t id, const platform::Timestamp& time);
    platform::MountedNode latestLink(std::size_t client);
    platform::MountedNode pointFolder(std::size_t number);
    platform::MountedNode nodeOf(std::size_t point, const PointTree::Place& place);
    std::optional<Found> entryOf(std::uint64_t id);
    /// The point and the key of a folder; nothing when the folder is not inside of a point.
    std::optional<std::pair<std::size_t, std::string>> folderInPoint(std::uint64_t id);

    std::optional<platform::MountedNode> lookUpClient(std::string_view name);
    std::optional<platform::MountedNode> lookUpPoint(std::size_t client, std::string_view name);
    void listClients(std::uint64_t place, const TakeChild& take);
    void listPoints(std::size_t client, std::uint64_t place, const TakeChild& take);
    void listInPoint(std::size_t point, const std::string& key, std::uint64_t place, const TakeChild& take);

    vault::Vault& vault_;
    const platform::Clock& clock_;
    vault::ChunkReader reader_;
    PageCache pages_;
    ChunkCache chunks_;
    std::mutex mutex_;  // guards everything below; references to their elements stay valid
    std::deque<Client> clients_;
    std::deque<ShownPoint> points_;                            // in the order of their commits
    std::unordered_map<vault::PointId, std::size_t> numbers_;  // where each is in points_
    std::optional<std::uint64_t> sequence_;                    // of the state that all this shows
    bool isAllShown_ = true;  // false when there are more points than numbers
    std::optional<std::chrono::nanoseconds> refreshed_;
};

}  // namespace mount
