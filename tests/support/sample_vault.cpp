// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sample_vault.hpp"

#include <algorithm>

#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/content_writer.hpp"
#include "agent/vault/random.hpp"
#include "agent/vault/tree.hpp"

namespace test {

namespace {

vault::ContentRef storeContent(vault::ChunkStorer& data, vault::ChunkStorer& lists, base::ByteView content) {
    vault::ContentWriter writer;
    const auto storeList = [&](base::ByteView list) { return lists.store(list); };
    for (std::size_t at = 0; at < content.size(); at += kPieceBytes) {
        const auto piece = content.subspan(at, std::min(kPieceBytes, content.size() - at));
        writer.add({data.store(piece), piece.size()}, storeList);
    }
    return writer.finish(storeList);
}

/// Reads the entries below one node, around what is lost.
void readNode(vault::ChunkReader& reader, const vault::ChunkId& id, unsigned level, ReadBack& result) {
    base::Bytes node;
    try {
        node = reader.read(id);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        result.isListWhole = false;
        return;
    }
    if (level > 0) {
        vault::forEachChild(
            node, [&](const vault::TreeChild& child) { readNode(reader, child.id, level - 1, result); });
        return;
    }
    vault::forEachEntry(node, [&](const vault::TreeEntry& entry) {
        try {
            result.contents[entry.key] = reader.readContent(entry.content.value(), base::kGiB);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            result.failed.insert(entry.key);
        }
    });
}

}  // namespace

base::SecretBytes testPassword() { return base::SecretBytes("open sesame"); }

std::unique_ptr<vault::Vault> makeVault(vault::ObjectStore& store) {
    return vault::Vault::create(borrowStore(store), testPassword(), {1'795'000'000, 0}, kNoCost);
}

std::unique_ptr<vault::Vault> openVault(vault::ObjectStore& store, const vault::VaultKeys& keys,
                                        vault::Vault::JournalNeed need) {
    return vault::Vault::open(borrowStore(store), keys, need);
}

vault::PointRecord storeContents(vault::StoreSession& session, const platform::Clock& clock,
                                 const Contents& contents) {
    vault::ChunkStorer data(session, vault::PackKind::Data);
    vault::ChunkStorer nodes(session, vault::PackKind::Tree);
    vault::TreeWriter tree(session.vault().keys(), [&](base::ByteView node) { return nodes.store(node); });
    vault::PointRecord point;
    base::Bytes body;
    for (const auto& [key, content] : contents) {
        vault::TreeEntry entry;
        entry.sizeBytes = content.size();
        entry.content = storeContent(data, nodes, content);
        body.clear();
        vault::encodeEntryBody(body, entry);
        tree.add(key, body);
        ++point.objects;
        point.logicalBytes += content.size();
    }
    const vault::TreeRoot root = tree.finish();
    data.flush();
    nodes.flush();
    session.makeDurable();
    point.id = vault::randomId<vault::PointId>();
    point.client = "client";
    point.sources = {"/srv"};
    point.started = clock.now();
    point.finished = clock.now();
    point.root = root.root;
    point.treeLevels = root.levels;
    point.newBytes = data.newBytes() + nodes.newBytes();
    point.storedBytes = session.storedBytes();
    return point;
}

vault::PointRecord writePoint(vault::Vault& vault, const platform::Clock& clock, const Contents& contents) {
    vault::StoreSession session(vault, clock, "client");
    for (;;) {
        const vault::PointRecord point = storeContents(session, clock, contents);
        if (session.commit(point) == vault::StoreSession::Commit::Done) return point;
    }
}

ReadBack readPoint(vault::Vault& vault, const vault::PointRecord& point) {
    ReadBack result;
    vault::ChunkReader reader(vault);
    readNode(reader, point.root.id, point.treeLevels - 1, result);
    return result;
}

Contents makeContents(Random& random, const std::string& prefix, std::size_t objects, std::size_t bytesEach) {
    Contents contents;
    for (std::size_t i = 0; i < objects; ++i) {
        contents[prefix + std::to_string(i)] = random.bytes(bytesEach);
    }
    return contents;
}

}  // namespace test
