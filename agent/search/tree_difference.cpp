// SPDX-License-Identifier: Apache-2.0
#include "agent/search/tree_difference.hpp"

#include <utility>
#include <vector>

#include "agent/vault/tree.hpp"
#include "platform/base/error.hpp"

namespace search {

namespace {

/// A place in a tree: before a node that was not read yet, or on an entry.
class TreePlace final {
public:
    TreePlace(vault::ChunkReader& reader, const vault::PointRecord* point) : reader_(reader) {
        if (point == nullptr || point->treeLevels == 0) return;
        Level top;
        top.level = point->treeLevels;
        // The first key of the root is known to nobody yet; the empty one is never behind it.
        top.children.push_back({point->root.id, std::string()});
        levels_.push_back(std::move(top));
    }

    [[nodiscard]] bool isAtEnd() const noexcept { return levels_.empty(); }
    [[nodiscard]] bool isOnEntry() const noexcept { return levels_.back().level == 0; }
    /// Of the node that it stands before; 0 is a leaf's.
    [[nodiscard]] unsigned nodeLevel() const noexcept { return levels_.back().level - 1; }
    [[nodiscard]] const vault::ChunkId& node() const noexcept {
        return levels_.back().children[levels_.back().at].id;
    }
    [[nodiscard]] const std::string& key() const noexcept {
        const Level& level = levels_.back();
        return level.level == 0 ? level.entries[level.at].key : level.children[level.at].firstKey;
    }
    [[nodiscard]] const Version& version() const noexcept {
        return levels_.back().entries[levels_.back().at].version;
    }

    /// Steps over the node or entry.
    void skip() {
        ++levels_.back().at;
        while (!levels_.empty() && levels_.back().at == levels_.back().size()) {
            levels_.pop_back();
            if (!levels_.empty()) ++levels_.back().at;
        }
    }

    /// Reads the node and stands before, or on, the first that is in it.
    void enter() {
        const base::Bytes bytes = reader_.read(node());
        Level below;
        below.level = nodeLevel();
        if (vault::nodeLevel(bytes) != below.level) throwDamaged();
        if (below.level == 0) {
            vault::forEachEntry(bytes, [&](const vault::TreeEntry& entry) {
                below.entries.push_back({entry.key, {entry.kind, entry.sizeBytes, entry.modified.seconds}});
            });
        } else {
            vault::forEachChild(bytes,
                                [&](const vault::TreeChild& child) { below.children.push_back(child); });
        }
        if (below.size() == 0) {
            skip();  // the root of a point that holds nothing
            return;
        }
        levels_.push_back(std::move(below));
    }

private:
    struct Entry {
        std::string key;
        Version version;
    };
    struct Level {
        unsigned level = 0;  // one above that of its children; 0: entries
        std::vector<vault::TreeChild> children;
        std::vector<Entry> entries;
        std::size_t at = 0;

        [[nodiscard]] std::size_t size() const noexcept {
            return level == 0 ? entries.size() : children.size();
        }
    };

    [[noreturn]] static void throwDamaged() {
        throw base::Error(base::ErrorKind::Corrupt, "VAULT-0013",
                          "A node of a tree is damaged: it stands on the wrong level",
                          "Run 'hbr verify' to see which restore points are affected, then 'hbr repair'.");
    }

    vault::ChunkReader& reader_;
    std::vector<Level> levels_;
};

/// Which of the two stands before the other one's key, or has to be entered for that to be known.
enum class Turn { Before, After, Both };

Turn turnOf(const TreePlace& before, const TreePlace& after) {
    if (before.isAtEnd()) return Turn::After;
    if (after.isAtEnd()) return Turn::Before;
    const int order = before.key().compare(after.key());
    if (order != 0) return order < 0 ? Turn::Before : Turn::After;
    if (before.isOnEntry() && after.isOnEntry()) return Turn::Both;
    if (before.isOnEntry()) return Turn::After;
    if (after.isOnEntry()) return Turn::Before;
    if (before.nodeLevel() != after.nodeLevel())
        return before.nodeLevel() > after.nodeLevel() ? Turn::Before : Turn::After;
    // Equal nodes are skipped together; of others the one that is entered first makes no difference.
    return before.node() == after.node() ? Turn::Both : Turn::Before;
}

}  // namespace

void forEachChange(vault::ChunkReader& reader, const vault::PointRecord* before,
                   const vault::PointRecord& after, const std::function<void(const PathChange&)>& visit,
                   const base::CancelToken& cancel) {
    TreePlace old(reader, before);
    TreePlace fresh(reader, &after);
    while (!old.isAtEnd() || !fresh.isAtEnd()) {
        cancel.throwIfCancelled();
        const Turn turn = turnOf(old, fresh);
        if (turn == Turn::Both) {
            if (old.isOnEntry() && old.version() != fresh.version())
                visit({old.key(), old.version(), fresh.version()});
            old.skip();
            fresh.skip();
            continue;
        }
        TreePlace& place = turn == Turn::Before ? old : fresh;
        if (!place.isOnEntry()) {
            place.enter();
        } else {
            PathChange change{place.key(), std::nullopt, std::nullopt};
            (turn == Turn::Before ? change.before : change.after) = place.version();
            visit(change);
            place.skip();
        }
    }
}

}  // namespace search
