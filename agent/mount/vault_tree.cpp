// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/vault_tree.hpp"

#include <algorithm>

#include "agent/mount/entry_node.hpp"
#include "agent/mount/node_id.hpp"
#include "agent/mount/stored_file.hpp"
#include "connectors/object_stream.hpp"

namespace mount {

namespace {

using connectors::ObjectKind;
using platform::MountedNode;
using Kind = NodeId::Kind;

// Looking for new points reads the journal's next entry; nobody waits for a point more eagerly than this.
constexpr std::chrono::seconds kRefreshAfter{1};
constexpr std::string_view kLatest = "latest";

base::Error noSuchNode() {
    return base::Error(base::ErrorKind::NotFound, "MOUNT-0008", "There is no such file in the mount",
                       "List its folder again.");
}

bool isKind(const vault::TreeEntry& entry, ObjectKind kind) noexcept {
    return static_cast<ObjectKind>(entry.kind) == kind;
}

std::string childKey(const std::string& folder, std::string_view name) {
    std::string key = folder;
    if (!key.empty()) key += '\0';
    return key.append(name);
}

}  // namespace

VaultTree::VaultTree(vault::Vault& vault, const platform::Clock& clock, unsigned threads)
    : vault_(vault),
      clock_(clock),
      reader_(vault),
      pages_(reader_),
      chunks_(reader_, kContentCacheBytes, threads) {
    take(vault.state());
    requireAllShown();
    refreshed_ = clock_.steady();
}

void VaultTree::refresh() {
    {
        const std::lock_guard lock(mutex_);
        const auto now = clock_.steady();
        if (vault_.usesFallbackState() || now - *refreshed_ < kRefreshAfter) return;
        refreshed_ = now;
    }
    take(vault_.refresh());
}

void VaultTree::requireAllShown() {
    const std::lock_guard lock(mutex_);
    if (isAllShown_) return;
    throw base::Error(
        base::ErrorKind::Unsupported, "MOUNT-0012",
        "The vault holds more restore points than the " + std::to_string(kMostPoints) +
            " that a mount can number",
        "Forget some with 'hbr point forget' and mount again, or use 'hbr browse', 'hbr find' and "
        "'hbr restore'.");
}

void VaultTree::take(const vault::VaultState& state) {
    const std::lock_guard lock(mutex_);
    // Mostly nothing is new; and another thread may have been faster with a newer one.
    if (sequence_ && state.sequence <= *sequence_) return;
    for (ShownPoint& shown : points_) shown.isThere = false;
    isAllShown_ = true;
    for (const vault::PointRecord& point : state.points) {
        const auto known = numbers_.find(point.id);
        if (known != numbers_.end())
            points_[known->second].isThere = true;
        else if (points_.size() < kMostPoints)
            addPoint(point);
        else
            isAllShown_ = false;
    }
    findLatest();
    sequence_ = state.sequence;
}

/// The caller holds mutex_.
void VaultTree::addPoint(const vault::PointRecord& point) {
    ShownPoint& shown = points_.emplace_back();
    shown.point = point;
    shown.client = clientOf(point.client);
    shown.folder = folderNameOf(point);
    numbers_.emplace(point.id, points_.size() - 1);
}

/// The point that 'latest' names: of those that began at one time the one that came last has the greatest
/// number. The caller holds mutex_.
void VaultTree::findLatest() {
    for (Client& client : clients_) client.latest.reset();
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const ShownPoint& shown = points_[i];
        if (!shown.isThere) continue;
        auto& latest = clients_[shown.client].latest;
        if (!latest || !vault::beganEarlier(shown.point, points_[*latest].point)) latest = i;
    }
}

/// The caller holds mutex_.
std::size_t VaultTree::clientOf(const std::string& name) {
    const auto known = std::ranges::find(clients_, name, &Client::client);
    if (known != clients_.end()) return static_cast<std::size_t>(known - clients_.begin());
    std::string folder = folderNameOf(name);
    while (std::ranges::find(clients_, folder, &Client::folder) != clients_.end()) folder += '_';
    clients_.push_back({name, folder, std::nullopt});
    return clients_.size() - 1;
}

VaultTree::ShownPoint& VaultTree::pointAt(std::size_t number) {
    const std::lock_guard lock(mutex_);
    if (number >= points_.size()) throw noSuchNode();
    return points_[number];
}

PointTree& VaultTree::treeOf(std::size_t number) {
    ShownPoint& shown = pointAt(number);
    const std::lock_guard lock(shown.mutex);
    if (!shown.tree) shown.tree.emplace(pages_, vault::TreeRoot{shown.point.root, shown.point.treeLevels});
    return *shown.tree;
}

std::optional<std::size_t> VaultTree::latestOf(std::size_t client) {
    const std::lock_guard lock(mutex_);
    return client < clients_.size() ? clients_[client].latest : std::nullopt;
}

MountedNode VaultTree::madeFolder(std::uint64_t id, const platform::Timestamp& time) {
    MountedNode made;
    made.id = id;
    made.status.type = platform::FileType::Directory;
    made.status.mode = 0555;
    made.status.linkCount = 2;
    made.status.modified = time;
    made.status.changed = time;
    return made;
}

MountedNode VaultTree::latestLink(std::size_t client) {
    const auto latest = latestOf(client);
    if (!latest) throw noSuchNode();
    const ShownPoint& shown = pointAt(*latest);
    MountedNode link = madeFolder(NodeId{Kind::Latest, client}.encoded(), shown.point.started);
    link.status.type = platform::FileType::Symlink;
    link.status.mode = 0777;
    link.status.linkCount = 1;
    link.status.sizeBytes = shown.folder.size();
    return link;
}

MountedNode VaultTree::pointFolder(std::size_t number) {
    const std::uint64_t id = NodeId{Kind::Point, number}.encoded();
    const ShownPoint& shown = pointAt(number);
    MountedNode folder = madeFolder(id, shown.point.started);
    folder.isConstant = true;
    try {
        const auto root = treeOf(number).find("");
        if (root && isKind(root->entry(), ObjectKind::Directory)) folder.status = statusOf(root->entry());
    } catch (const base::Error& error) {
        // The other points can be looked at all the same; this one tells of its damage when it is entered.
        if (error.kind() != base::ErrorKind::Corrupt && error.kind() != base::ErrorKind::Unsupported) throw;
    }
    return folder;
}

MountedNode VaultTree::nodeOf(std::size_t point, const PointTree::Place& place) {
    const vault::TreeEntry& entry = place.entry();
    if (isKind(entry, ObjectKind::HardLink)) {
        // All names of a file are one file. A first name that is missing was a fault of the backup.
        const auto first = treeOf(point).find(entry.target);
        if (first && !isKind(first->entry(), ObjectKind::HardLink)) return nodeOf(point, *first);
    }
    return {NodeId{Kind::Entry, point, place.position()}.encoded(), statusOf(entry), true};
}

std::optional<VaultTree::Found> VaultTree::entryOf(std::uint64_t id) {
    const auto decoded = NodeId::decode(id);
    if (!decoded) throw noSuchNode();
    if (decoded->kind == Kind::Entry)
        return Found{decoded->number, treeOf(decoded->number).at(decoded->position)};
    if (decoded->kind != Kind::Point) return std::nullopt;
    const auto root = treeOf(decoded->number).find("");
    if (!root) return std::nullopt;
    return Found{decoded->number, *root};
}

std::optional<std::pair<std::size_t, std::string>> VaultTree::folderInPoint(std::uint64_t id) {
    const auto decoded = NodeId::decode(id);
    if (!decoded) throw noSuchNode();
    if (decoded->kind == Kind::Point) return std::pair(decoded->number, std::string());
    if (decoded->kind != Kind::Entry) return std::nullopt;
    return std::pair(decoded->number, treeOf(decoded->number).at(decoded->position).entry().key);
}

MountedNode VaultTree::node(std::uint64_t id) {
    const auto decoded = NodeId::decode(id);
    if (!decoded) throw noSuchNode();
    switch (decoded->kind) {
        case Kind::Point:
            return pointFolder(decoded->number);
        case Kind::Entry:
            return nodeOf(decoded->number, treeOf(decoded->number).at(decoded->position));
        case Kind::Latest:
            return latestLink(decoded->number);
        case Kind::Root:
        case Kind::Client:
            break;
    }
    return madeFolder(id, clock_.now());
}

std::optional<MountedNode> VaultTree::lookUp(std::uint64_t folder, std::string_view name) {
    if (const auto inside = folderInPoint(folder)) {
        const auto place = treeOf(inside->first).find(childKey(inside->second, name));
        if (!place) return std::nullopt;
        return nodeOf(inside->first, *place);
    }
    refresh();
    const auto decoded = NodeId::decode(folder);
    auto found = decoded->kind == Kind::Root ? lookUpClient(name) : lookUpPoint(decoded->number, name);
    if (!found || name == kLatest) requireAllShown();
    return found;
}

std::optional<MountedNode> VaultTree::lookUpClient(std::string_view name) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(clients_, name, &Client::folder);
    if (found == clients_.end()) return std::nullopt;
    const auto number = static_cast<std::size_t>(found - clients_.begin());
    return madeFolder(NodeId{Kind::Client, number}.encoded(), clock_.now());
}

std::optional<MountedNode> VaultTree::lookUpPoint(std::size_t client, std::string_view name) {
    if (name == kLatest && latestOf(client)) return latestLink(client);
    std::optional<std::size_t> number;
    {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (points_[i].client == client && points_[i].folder == name) number = i;
        }
    }
    if (!number) return std::nullopt;
    return pointFolder(*number);
}

void VaultTree::list(std::uint64_t folder, std::uint64_t place, const TakeChild& take) {
    if (const auto inside = folderInPoint(folder))
        return listInPoint(inside->first, inside->second, place, take);
    if (place == 0) refresh();
    requireAllShown();
    const auto decoded = NodeId::decode(folder);
    if (decoded->kind == Kind::Root) return listClients(place, take);
    listPoints(decoded->number, place, take);
}

void VaultTree::listClients(std::uint64_t place, const TakeChild& take) {
    for (std::size_t i = static_cast<std::size_t>(place);; ++i) {
        std::string name;
        {
            const std::lock_guard lock(mutex_);
            if (i >= clients_.size()) return;
            name = clients_[i].folder;
        }
        if (!latestOf(i)) continue;  // all of its points have been forgotten
        if (!take(name, madeFolder(NodeId{Kind::Client, i}.encoded(), clock_.now()), i + 1)) return;
    }
}

/// The places: 0 for the link to the newest point, then one more than the point's number.
void VaultTree::listPoints(std::size_t client, std::uint64_t place, const TakeChild& take) {
    if (place == 0 && latestOf(client) && !take(kLatest, latestLink(client), 1)) return;
    for (std::size_t i = place == 0 ? 0 : static_cast<std::size_t>(place - 1);; ++i) {
        std::string name;
        {
            const std::lock_guard lock(mutex_);
            if (i >= points_.size()) return;
            if (points_[i].client != client || !points_[i].isThere) continue;
            name = points_[i].folder;
        }
        if (!take(name, pointFolder(i), i + 2)) return;
    }
}

/// A place is one more than the position of the child that was listed last.
void VaultTree::listInPoint(std::size_t point, const std::string& key, std::uint64_t place,
                            const TakeChild& take) {
    PointTree& tree = treeOf(point);
    const std::string prefix = key.empty() ? key : key + '\0';
    // What follows a child: behind everything that lies in it, if it is a folder. '\1' is the first byte
    // after the '\0' that joins names.
    const auto behind = [&](const PointTree::Place& child) {
        const bool isFolder = isKind(child.entry(), ObjectKind::Directory);
        return isFolder ? tree.seek(child.entry().key + '\1') : tree.next(child);
    };
    auto child = place == 0 ? tree.seek(prefix) : behind(tree.at(place - 1));
    while (child && child->entry().key.starts_with(prefix)) {
        const std::string_view name = std::string_view(child->entry().key).substr(prefix.size());
        if (const std::size_t end = name.find('\0'); end != std::string_view::npos) {
            // Its folder is not listed: nobody can get there.
            child = tree.seek(prefix + std::string(name.substr(0, end)) + '\1');
            continue;
        }
        if (isPossibleName(name) && !take(name, nodeOf(point, *child), child->position() + 1)) return;
        child = name.empty() ? tree.next(*child) : behind(*child);  // the root has an empty name
    }
}

std::string VaultTree::readLink(std::uint64_t id) {
    const auto decoded = NodeId::decode(id);
    if (decoded && decoded->kind == Kind::Latest) {
        const auto latest = latestOf(decoded->number);
        if (!latest) throw noSuchNode();
        return pointAt(*latest).folder;
    }
    const auto found = entryOf(id);
    if (!found || !isKind(found->place.entry(), ObjectKind::Symlink)) {
        throw base::Error(base::ErrorKind::Invalid, "MOUNT-0010", "The file is no symbolic link",
                          "Look at its type first.");
    }
    return found->place.entry().target;
}

platform::ExtraMetadata VaultTree::extraMetadata(std::uint64_t id) {
    const auto found = entryOf(id);
    return found ? extraOf(found->place.entry()) : platform::ExtraMetadata{};
}

std::unique_ptr<platform::MountedFile> VaultTree::open(std::uint64_t id) {
    const auto found = entryOf(id);
    if (!found || !isKind(found->place.entry(), ObjectKind::File)) {
        throw base::Error(base::ErrorKind::Corrupt, "MOUNT-0011",
                          "The file has no content in the restore point: it could not be read by the backup",
                          "'hbr point show ID --faults' tells why.");
    }
    return std::make_unique<StoredFile>(reader_, chunks_, found->place.entry());
}

}  // namespace mount
