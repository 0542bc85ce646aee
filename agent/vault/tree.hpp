// SPDX-License-Identifier: Apache-2.0
// tree.hpp: the list of a restore point's objects, as a search tree of chunks.
//
// Entries stand in order of their keys in leaves; inner nodes list their children with the first key of each.
// Where a node ends is decided by a keyed hash of the key before the cut, so that the same entries always
// fall into the same nodes: a point that differs little from the one before shares nearly all of its nodes
// with it, and one that does not differ shares the root. Writing and reading hold one node a level.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/content_ref.hpp"
#include "agent/vault/keys.hpp"
#include "platform/clock.hpp"

namespace vault {

/// One object of a restore point. `kind`, `changeToken` and `metadata` mean something to connectors only.
struct TreeEntry {
    std::string key;
    std::uint8_t kind = 0;
    std::uint64_t sizeBytes = 0;
    platform::Timestamp modified;
    std::string target;
    base::Bytes changeToken;
    base::Bytes metadata;
    std::optional<ContentRef> content;

    bool operator==(const TreeEntry&) const = default;
};

/// The encoding of an entry without its key.
void encodeEntryBody(base::Bytes& to, const TreeEntry& entry);
/// Fills everything but the key. Throws Error (Corrupt) on damage.
void decodeEntryBody(base::ByteView body, TreeEntry& entry);

/// The root of a tree and what lies under it.
struct TreeRoot {
    ChunkRef root;  // contentBytes: the encoded size of all nodes
    unsigned levels = 0;
};

/// Writes a tree from entries in strictly ascending key order. Not thread-safe.
class TreeWriter final {
public:
    /// Stores a node and names it; the usual one is ChunkStorer::store.
    using StoreNode = std::function<ChunkId(base::ByteView node)>;

    TreeWriter(const VaultKeys& keys, StoreNode storeNode);

    /// Throws Error (Internal, "VAULT-0012") when the key is not greater than the last one.
    void add(std::string_view key, base::ByteView body);

    TreeRoot finish();

private:
    struct Level {
        base::Bytes node;  // items only; the head is put before them when the node ends
        std::uint64_t items = 0;
        std::string firstKey;
        std::string lastKey;
    };

    void addItem(std::size_t level, std::string_view key, base::ByteView payload, bool endsNode);
    void endNode(std::size_t level);
    [[nodiscard]] bool cutsAfter(std::string_view key, std::uint64_t mask) const noexcept;

    const StoreNode storeNode_;
    std::uint64_t hashKey0_ = 0;
    std::uint64_t hashKey1_ = 0;
    std::vector<Level> levels_;
    ChunkId lastNode_;
    std::uint64_t encodedBytes_ = 0;
    std::string previousKey_;
    bool hasEntries_ = false;
};

/// Reads a tree in key order. Not thread-safe; the reader must outlive it.
class TreeCursor final {
public:
    TreeCursor(ChunkReader& reader, const TreeRoot& root);

    /// Moves to the next entry; false at the end. The entry, and the views, are valid until the next call.
    /// After an Error (Corrupt) the next call goes on behind the node that cannot be read.
    bool next();

    /// Moves so that next() yields the first entry with a key not less than this one. After an Error
    /// (Corrupt) next() goes on behind the node that cannot be read.
    void seek(std::string_view key);

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] base::ByteView body() const noexcept { return body_; }
    /// The whole entry, decoded.
    [[nodiscard]] const TreeEntry& entry();

private:
    struct Node {
        base::Bytes bytes;
        std::size_t at = 0;  // offset of the next item
        std::uint64_t left = 0;
        std::string key;  // of the item read last
        base::ByteView payload;
    };

    void load(std::size_t depth, const ChunkId& id);
    bool nextItem(Node& node);
    bool descend();

    ChunkReader& reader_;
    const TreeRoot root_;
    std::vector<Node> path_;  // root first, leaf last
    std::string key_;
    base::ByteView body_;
    TreeEntry entry_;
    bool isDecoded_ = false;
    bool isPending_ = false;  // seek() stands on an entry that next() has yet to yield
};

/// A child of an inner node, for those who walk nodes and not entries (prune, verify).
struct TreeChild {
    ChunkId id;
    std::string firstKey;
};

/// Level of an encoded node; 0 is a leaf. Throws Error (Corrupt).
unsigned nodeLevel(base::ByteView node);

/// Calls back for every child of an inner node, or every entry of a leaf. Throws Error (Corrupt) on damage.
void forEachChild(base::ByteView node, const std::function<void(const TreeChild&)>& visit);
void forEachEntry(base::ByteView node, const std::function<void(const TreeEntry&)>& visit);

}  // namespace vault
