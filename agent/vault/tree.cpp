// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/tree.hpp"

#include <utility>

#include "agent/vault/chunker.hpp"
#include "platform/base/error.hpp"
#include "platform/timestamp_wire.hpp"

namespace vault {

namespace {

// On average 256 entries a leaf (about 32 KiB) and 64 children an inner node.
constexpr std::uint64_t kLeafMask = 255;
constexpr std::uint64_t kInnerMask = 63;
// Cuts that content does not ask for, to bound memory.
constexpr std::size_t kMaxNodeBytes = 128 * base::kKiB;
constexpr unsigned kMaxLevels = 64;

base::Error damagedTree(const char* why) {
    return base::Error(base::ErrorKind::Corrupt, "VAULT-0013",
                       std::string("A node of a tree is damaged: ") + why,
                       "Run 'hbr verify' to see which restore points are affected, then 'hbr repair'.");
}

/// Reads one item: shared prefix length, rest of the key, payload.
base::ByteView readItem(base::Decoder& decoder, std::string& key) {
    const std::uint64_t shared = decoder.numberUpTo(key.size());
    key.resize(static_cast<std::size_t>(shared));
    key += decoder.string();
    return decoder.blob();
}

}  // namespace

void encodeEntryBody(base::Bytes& to, const TreeEntry& entry) {
    base::Encoder encoder(to);
    encoder.byte(entry.kind);
    encoder.number(entry.sizeBytes);
    platform::encodeTimestamp(encoder, entry.modified);
    encoder.string(entry.target);
    encoder.blob(entry.changeToken);
    encoder.blob(entry.metadata);
    encoder.byte(entry.content ? 1 : 0);
    if (entry.content) encodeContent(encoder, *entry.content);
}

void decodeEntryBody(base::ByteView body, TreeEntry& entry) {
    base::Decoder decoder(body);
    entry.kind = decoder.byte();
    entry.sizeBytes = decoder.number();
    entry.modified = platform::decodeTimestamp(decoder);
    entry.target.assign(decoder.string());
    const base::ByteView token = decoder.blob();
    entry.changeToken.assign(token.begin(), token.end());
    const base::ByteView metadata = decoder.blob();
    entry.metadata.assign(metadata.begin(), metadata.end());
    if (decoder.byte() != 0) {
        entry.content = decodeContent(decoder);
    } else {
        entry.content.reset();
    }
    decoder.expectEnd();
}

TreeWriter::TreeWriter(const VaultKeys& keys, StoreNode storeNode) : storeNode_(std::move(storeNode)) {
    const auto key = hkdf(keys.boundaryKey().view(), base::asBytes("tree"), {});
    hashKey0_ = base::loadLittleEndian<std::uint64_t>(key.view().data());
    hashKey1_ = base::loadLittleEndian<std::uint64_t>(key.view().data() + 8);
    levels_.emplace_back();
}

bool TreeWriter::cutsAfter(std::string_view key, std::uint64_t mask) const noexcept {
    return (sipHash(hashKey0_, hashKey1_, base::asBytes(key)) & mask) == 0;
}

void TreeWriter::add(std::string_view key, base::ByteView body) {
    if (hasEntries_ && key <= previousKey_) {
        throw base::Error(base::ErrorKind::Internal, "VAULT-0012", "Objects came out of order",
                          "Please report it with the paths that were backed up.", base::Retry::Never)
            .addContext("object", std::string(key));
    }
    hasEntries_ = true;
    previousKey_.assign(key);
    addItem(0, key, body, cutsAfter(key, kLeafMask));
}

void TreeWriter::addItem(std::size_t level, std::string_view key, base::ByteView payload, bool endsNode) {
    if (level == levels_.size()) levels_.emplace_back();
    Level& open = levels_[level];
    std::size_t shared = 0;
    if (open.items == 0) {
        open.firstKey.assign(key);
        open.lastKey.clear();
    }
    const std::size_t most = std::min(open.lastKey.size(), key.size());
    while (shared < most && open.lastKey[shared] == key[shared]) ++shared;
    base::Encoder encoder(open.node);
    encoder.number(shared);
    encoder.string(key.substr(shared));
    encoder.blob(payload);
    open.lastKey.assign(key);
    ++open.items;
    if (endsNode || open.node.size() >= kMaxNodeBytes) endNode(level);
}

void TreeWriter::endNode(std::size_t level) {
    Level& open = levels_[level];
    base::Bytes node;
    base::Encoder encoder(node);
    encoder.byte(static_cast<base::Byte>(level));
    encoder.number(open.items);
    encoder.raw(open.node);
    lastNode_ = storeNode_(node);
    encodedBytes_ += node.size();
    const std::string firstKey = std::move(open.firstKey);
    open = {};
    // Other bits of the hash on every level: a key that did not cut below must be able to cut here.
    const auto shift = static_cast<unsigned>(8 + 6 * std::min<std::size_t>(level, 8));
    addItem(level + 1, firstKey, lastNode_.view(), cutsAfter(firstKey, kInnerMask << shift));
}

TreeRoot TreeWriter::finish() {
    // Every node that has ended stands in the level above; the root is the first node that stands alone
    // there.
    for (std::size_t level = 0;; ++level) {
        const bool isTop = level + 1 >= levels_.size();
        if (isTop && level > 0 && levels_[level].items == 1) {
            return {{lastNode_, encodedBytes_}, static_cast<unsigned>(level)};
        }
        if (levels_[level].items > 0 || isTop) endNode(level);
    }
}

TreeCursor::TreeCursor(ChunkReader& reader, const TreeRoot& root) : reader_(reader), root_(root) {
    if (root.levels == 0 || root.levels > kMaxLevels) throw damagedTree("its number of levels is impossible");
    path_.resize(root.levels);
    load(0, root.root.id);
}

void TreeCursor::load(std::size_t depth, const ChunkId& id) {
    // What an earlier place has left behind must not follow if the node cannot be read.
    for (std::size_t below = depth; below < path_.size(); ++below) path_[below].left = 0;
    Node& node = path_[depth];
    node.bytes = reader_.read(id);
    node.key.clear();
    base::Decoder decoder(node.bytes);
    if (decoder.byte() != path_.size() - 1 - depth) throw damagedTree("a node stands on the wrong level");
    node.left = decoder.number();
    node.at = node.bytes.size() - decoder.rest().size();
}

bool TreeCursor::nextItem(Node& node) {
    if (node.left == 0) return false;
    // If the item makes no sense, nothing behind it does.
    const std::uint64_t left = std::exchange(node.left, 0);
    base::Decoder decoder(base::ByteView(node.bytes).subspan(node.at));
    node.payload = readItem(decoder, node.key);
    node.at = node.bytes.size() - decoder.rest().size();
    node.left = left - 1;
    return true;
}

bool TreeCursor::descend() {
    // The deepest level above the leaf that still has a child leads on.
    std::size_t depth = path_.size() - 1;
    while (depth > 0) {
        --depth;
        if (!nextItem(path_[depth])) {
            if (depth == 0) return false;
            continue;
        }
        for (; depth + 1 < path_.size(); ++depth) {
            if (path_[depth].payload.size() != ChunkId::kSizeBytes) throw damagedTree("a child has no id");
            load(depth + 1, ChunkId::fromBytes(path_[depth].payload));
            if (depth + 2 < path_.size() && !nextItem(path_[depth + 1]))
                throw damagedTree("an inner node is empty");
        }
        return true;
    }
    return false;
}

bool TreeCursor::next() {
    if (isPending_) {
        isPending_ = false;
        return true;
    }
    isDecoded_ = false;
    Node* leaf = &path_.back();
    bool hasLeaf = path_.size() == 1 || !leaf->bytes.empty();
    while (!hasLeaf || !nextItem(*leaf)) {
        if (path_.size() == 1 || !descend()) return false;
        hasLeaf = true;
    }
    key_.assign(leaf->key);
    body_ = leaf->payload;
    return true;
}

void TreeCursor::seek(std::string_view key) {
    isPending_ = false;
    load(0, root_.root.id);
    for (std::size_t depth = 0; depth + 1 < path_.size(); ++depth) {
        // The last child whose first key is not past the key may hold it; to know that it is the last, the
        // child behind it is read and given back.
        Node& node = path_[depth];
        if (!nextItem(node)) throw damagedTree("an inner node is empty");
        for (;;) {
            const std::size_t at = node.at;
            const std::uint64_t left = node.left;
            const std::string current = node.key;
            const base::ByteView payload = node.payload;
            if (nextItem(node) && node.key <= key) continue;
            node.at = at;
            node.left = left;
            node.key = current;
            node.payload = payload;
            break;
        }
        if (node.payload.size() != ChunkId::kSizeBytes) throw damagedTree("a child has no id");
        load(depth + 1, ChunkId::fromBytes(node.payload));
    }
    while (next()) {
        if (key_ >= key) {
            isPending_ = true;
            return;
        }
    }
}

const TreeEntry& TreeCursor::entry() {
    if (!isDecoded_) {
        entry_.key.assign(key_);
        decodeEntryBody(body_, entry_);
        isDecoded_ = true;
    }
    return entry_;
}

unsigned nodeLevel(base::ByteView node) {
    base::Decoder decoder(node);
    return decoder.byte();
}

void forEachChild(base::ByteView node, const std::function<void(const TreeChild&)>& visit) {
    base::Decoder decoder(node);
    if (decoder.byte() == 0) throw damagedTree("a leaf stands where an inner node should");
    const std::uint64_t count = decoder.number();
    TreeChild child;
    for (std::uint64_t i = 0; i < count; ++i) {
        const base::ByteView payload = readItem(decoder, child.firstKey);
        if (payload.size() != ChunkId::kSizeBytes) throw damagedTree("a child has no id");
        child.id = ChunkId::fromBytes(payload);
        visit(child);
    }
    decoder.expectEnd();
}

void forEachEntry(base::ByteView node, const std::function<void(const TreeEntry&)>& visit) {
    base::Decoder decoder(node);
    if (decoder.byte() != 0) throw damagedTree("an inner node stands where a leaf should");
    const std::uint64_t count = decoder.number();
    TreeEntry entry;
    for (std::uint64_t i = 0; i < count; ++i) {
        decodeEntryBody(readItem(decoder, entry.key), entry);
        visit(entry);
    }
    decoder.expectEnd();
}

}  // namespace vault
