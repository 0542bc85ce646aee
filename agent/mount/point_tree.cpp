// SPDX-License-Identifier: Apache-2.0
#include "agent/mount/point_tree.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace mount {

namespace {

// A node ends when its items reach 128 KiB (vault/tree.cpp). An item of a leaf has at least 13 bytes, one of
// an inner node 36, so these bits are enough for their numbers.
constexpr unsigned kLeafBits = 14;
constexpr unsigned kInnerBits = 12;
constexpr unsigned kMostLevels = 1 + (PointTree::kPositionBits - kLeafBits) / kInnerBits;

base::Error tooLarge() {
    return base::Error(base::ErrorKind::Unsupported, "MOUNT-0007",
                       "The restore point holds more objects than a mount can number",
                       "Use 'hbr browse', 'hbr find' and 'hbr restore'.");
}

base::Error noSuchPlace() {
    return base::Error(base::ErrorKind::NotFound, "MOUNT-0008", "There is no such file in the mount",
                       "List its folder again.");
}

}  // namespace

std::uint64_t PointTree::Place::position() const noexcept {
    std::uint64_t position = 0;
    for (const std::size_t number : path_) position = (position << kInnerBits) | number;
    // The entry's number has more bits than a child's.
    return ((position >> kInnerBits) << kLeafBits) | path_.back();
}

PointTree::PointTree(PageCache& pages, const vault::TreeRoot& root) : pages_(pages), root_(root) {
    if (root.levels == 0 || root.levels > kMostLevels) throw tooLarge();
}

/// Goes on down to a leaf; what stands in the path up to `depth` is chosen, below it the first of everything.
/// Nothing when a chosen number is past the end of its node.
std::optional<PointTree::Place> PointTree::descendFrom(Place place, std::size_t depth) {
    vault::ChunkId id = root_.root.id;
    for (std::size_t level = 0; level < root_.levels; ++level) {
        if (level > depth) place.path_[level] = 0;
        const std::size_t number = place.path_[level];
        auto page = pages_.read(id, static_cast<unsigned>(root_.levels - 1 - level));
        if (level + 1 == root_.levels) {
            if (page->entries.size() > std::size_t{1} << kLeafBits) throw tooLarge();
            if (number >= page->entries.size()) return std::nullopt;
            place.leaf_ = std::move(page);
            return place;
        }
        if (page->children.size() > std::size_t{1} << kInnerBits) throw tooLarge();
        if (number >= page->children.size()) return std::nullopt;
        id = page->children[number].id;
    }
    return std::nullopt;
}

std::optional<PointTree::Place> PointTree::seek(std::string_view key) {
    Place place;
    place.path_.resize(root_.levels);
    vault::ChunkId id = root_.root.id;
    for (std::size_t level = 0; level + 1 < root_.levels; ++level) {
        const auto page = pages_.read(id, static_cast<unsigned>(root_.levels - 1 - level));
        // The last child whose first key is not past the key may hold it.
        const auto behind = std::ranges::upper_bound(
            page->children, key, {},
            [](const vault::TreeChild& child) { return std::string_view(child.firstKey); });
        const auto number = behind - page->children.begin();
        place.path_[level] = number == 0 ? 0 : static_cast<std::size_t>(number - 1);
        if (page->children.empty()) return std::nullopt;
        id = page->children[place.path_[level]].id;
    }
    place.leaf_ = pages_.read(id, 0);
    const auto found =
        std::ranges::lower_bound(place.leaf_->entries, key, {},
                                 [](const vault::TreeEntry& entry) { return std::string_view(entry.key); });
    const auto number = static_cast<std::size_t>(found - place.leaf_->entries.begin());
    place.path_.back() = number;
    if (number < place.leaf_->entries.size()) return place;
    if (number == 0) return std::nullopt;
    place.path_.back() = number - 1;
    return next(std::move(place));
}

std::optional<PointTree::Place> PointTree::find(std::string_view key) {
    auto place = seek(key);
    if (place && place->entry().key != key) place.reset();
    return place;
}

PointTree::Place PointTree::at(std::uint64_t position) {
    Place place;
    place.path_.resize(root_.levels);
    place.path_.back() = static_cast<std::size_t>(position & ((1U << kLeafBits) - 1));
    position >>= kLeafBits;
    for (std::size_t level = root_.levels - 1; level-- > 0; position >>= kInnerBits)
        place.path_[level] = static_cast<std::size_t>(position & ((1U << kInnerBits) - 1));
    auto found = descendFrom(std::move(place), root_.levels);
    if (!found) throw noSuchPlace();
    return *std::move(found);
}

std::optional<PointTree::Place> PointTree::next(Place place) {
    if (place.path_.back() + 1 < place.leaf_->entries.size()) {
        ++place.path_.back();
        return place;
    }
    // The deepest level above that has another child leads on.
    for (std::size_t level = root_.levels - 1; level-- > 0;) {
        ++place.path_[level];
        if (auto found = descendFrom(place, level)) return found;
    }
    return std::nullopt;
}

}  // namespace mount
