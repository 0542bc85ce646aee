// SPDX-License-Identifier: Apache-2.0
// tree_test.cpp: search trees of chunks against std::map.
#include "agent/vault/tree.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <vector>

#include "agent/vault/chunk_storer.hpp"
#include "agent/vault/store_session.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

using Model = std::map<std::string, base::Bytes>;

void expectSame(vault::TreeCursor& cursor, Model::const_iterator from, Model::const_iterator end) {
    for (; from != end; ++from) {
        BOOST_REQUIRE(cursor.next());
        BOOST_REQUIRE(cursor.key() == from->first);
        BOOST_REQUIRE(base::asText(cursor.body()) == base::asText(from->second));
    }
    BOOST_REQUIRE(!cursor.next());
}

/// Writes trees into a vault and reads them.
struct Trees {
    vault::TreeRoot write(const Model& model) {
        vault::StoreSession session(*vault, clock, "client");
        vault::ChunkStorer nodes(session, vault::PackKind::Tree);
        nodeSizes.clear();
        vault::TreeWriter writer(vault->keys(), [&](base::ByteView node) {
            nodeSizes.push_back(node.size());
            return nodes.store(node);
        });
        for (const auto& [key, body] : model) writer.add(key, body);
        const vault::TreeRoot root = writer.finish();
        nodes.flush();
        newBytes = nodes.newBytes();
        session.makeDurable();
        return root;
    }

    vault::TreeRoot expectReadBack(const Model& model) {
        const vault::TreeRoot root = write(model);
        vault::ChunkReader reader(*vault);
        vault::TreeCursor cursor(reader, root);
        expectSame(cursor, model.begin(), model.end());
        return root;
    }

    test::MemoryStore store;
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
    // Of the tree written last:
    std::uint64_t newBytes = 0;
    std::vector<std::size_t> nodeSizes;
};

/// Keys that share long prefixes, hold any byte, and are now and then empty.
Model randomModel(test::Random& random, std::size_t entries) {
    Model model;
    while (model.size() < entries) {
        std::string key = "folder" + std::to_string(random.below(entries / 20 + 1)) + '/';
        const base::Bytes tail = random.bytes(random.below(12));
        key += base::asText(tail);
        model[random.below(500) == 0 ? std::string(base::asText(tail)) : key] =
            random.bytes(random.below(40));
    }
    return model;
}

vault::TreeEntry sampleEntry() {
    test::Random random(1);
    vault::TreeEntry entry;
    entry.kind = 3;
    entry.sizeBytes = 1234;
    entry.modified = {-7, 999'999'999};
    entry.target = "target";
    entry.changeToken = random.bytes(10);
    entry.metadata = random.bytes(20);
    entry.content = vault::ContentRef{2, {{random.id<vault::ChunkId>(), 99}}};
    return entry;
}

bool isDamage(const base::Error& error) { return error.kind() == base::ErrorKind::Corrupt; }

}  // namespace

BOOST_AUTO_TEST_SUITE(trees)

BOOST_AUTO_TEST_CASE(trees_of_every_size_are_read_back_in_order) {
    Trees trees;
    test::Random random(2);
    for (const std::size_t entries : {0, 1, 2, 255, 256, 257, 3000})
        trees.expectReadBack(randomModel(random, entries));
}

BOOST_AUTO_TEST_CASE(a_tree_of_three_levels_is_read_back_in_order) {
    test::Random random(2);
    const Model model = randomModel(random, 40'000);
    // The vault's key decides where nodes end: eleven in twelve make a third level of so many entries.
    unsigned levels = 0;
    for (int vaults = 0; vaults < 20 && levels < 3; ++vaults) levels = Trees().expectReadBack(model).levels;
    BOOST_TEST(levels >= 3U);
}

BOOST_AUTO_TEST_CASE(seeking_finds_what_a_map_finds) {
    Trees trees;
    test::Random random(3);
    const Model model = randomModel(random, 20'000);
    const vault::TreeRoot root = trees.write(model);
    vault::ChunkReader reader(*trees.vault);
    vault::TreeCursor cursor(reader, root);
    std::vector<std::string> wanted = {"",
                                       "folder",
                                       "zzz",
                                       std::string(1, '\xFF'),
                                       model.begin()->first,
                                       model.rbegin()->first,
                                       model.rbegin()->first + "x"};
    for (int i = 0; i < 300; ++i) {
        auto found = model.begin();
        std::advance(found, static_cast<std::ptrdiff_t>(random.below(model.size())));
        wanted.push_back(found->first);
        wanted.push_back(found->first + '\0');
        wanted.push_back(found->first.substr(0, found->first.size() / 2));
    }
    for (const std::string& key : wanted) {
        auto expected = model.lower_bound(key);
        cursor.seek(key);
        for (int i = 0; i < 3 && expected != model.end(); ++i, ++expected) {
            BOOST_REQUIRE(cursor.next());
            BOOST_REQUIRE(cursor.key() == expected->first);
            BOOST_REQUIRE(base::asText(cursor.body()) == base::asText(expected->second));
        }
        if (expected == model.end()) BOOST_REQUIRE(!cursor.next());
    }
}

BOOST_AUTO_TEST_CASE(after_a_seek_reading_goes_on_to_the_end) {
    Trees trees;
    test::Random random(4);
    const Model model = randomModel(random, 5000);
    const vault::TreeRoot root = trees.write(model);
    vault::ChunkReader reader(*trees.vault);
    vault::TreeCursor cursor(reader, root);
    expectSame(cursor, model.begin(), model.end());
    auto middle = model.begin();
    std::advance(middle, 2500);
    cursor.seek(middle->first);
    expectSame(cursor, middle, model.end());
    cursor.seek({});
    expectSame(cursor, model.begin(), model.end());
}

BOOST_AUTO_TEST_CASE(an_empty_tree_has_no_entries_however_one_looks) {
    Trees trees;
    const vault::TreeRoot root = trees.write({});
    vault::ChunkReader reader(*trees.vault);
    vault::TreeCursor cursor(reader, root);
    BOOST_TEST(!cursor.next());
    cursor.seek("a");
    BOOST_TEST(!cursor.next());
}

BOOST_AUTO_TEST_CASE(equal_content_gives_an_equal_root_and_costs_nothing_again) {
    Trees trees;
    test::Random random(5);
    const Model model = randomModel(random, 5000);
    const vault::TreeRoot first = trees.write(model);
    BOOST_TEST(trees.newBytes > 0U);
    Model again;  // the same entries, put in another order
    for (auto entry = model.rbegin(); entry != model.rend(); ++entry) again.insert(*entry);
    const vault::TreeRoot second = trees.write(again);
    BOOST_TEST((first.root.id == second.root.id));
    BOOST_TEST(first.levels == second.levels);
    BOOST_TEST(trees.newBytes == 0U);
}

BOOST_AUTO_TEST_CASE(a_small_change_shares_nearly_all_nodes) {
    Trees trees;
    test::Random random(6);
    Model model = randomModel(random, 20'000);
    const vault::TreeRoot before = trees.write(model);
    const std::uint64_t whole = trees.newBytes;
    model["folder3/inserted"] = random.bytes(30);
    const vault::TreeRoot after = trees.write(model);
    BOOST_TEST((before.root.id != after.root.id));
    BOOST_TEST(trees.newBytes > 0U);
    BOOST_TEST(trees.newBytes * 5 < whole);
    model.erase("folder3/inserted");
    BOOST_TEST((trees.write(model).root.id == before.root.id));
}

BOOST_AUTO_TEST_CASE(two_vaults_cut_the_same_entries_differently) {
    Trees one;
    Trees other;
    test::Random random(7);
    const Model model = randomModel(random, 3000);
    one.write(model);
    other.write(model);
    BOOST_TEST((one.nodeSizes != other.nodeSizes));
}

BOOST_AUTO_TEST_CASE(keys_out_of_order_or_twice_are_refused) {
    const vault::VaultKeys keys({}, vault::makeMasterKey());
    for (const char* second : {"b", "a", ""}) {
        vault::TreeWriter writer(keys, [](base::ByteView) { return vault::ChunkId(); });
        writer.add("b", {});
        BOOST_CHECK_EXCEPTION(writer.add(second, {}), base::Error,
                              [](const base::Error& error) { return error.code() == "VAULT-0012"; });
    }
}

BOOST_AUTO_TEST_CASE(an_entry_comes_back_as_it_was_written) {
    vault::TreeEntry entry = sampleEntry();
    base::Bytes body;
    vault::encodeEntryBody(body, entry);
    vault::TreeEntry back;
    vault::decodeEntryBody(body, back);
    BOOST_TEST((back == entry));
    entry.content.reset();
    body.clear();
    vault::encodeEntryBody(body, entry);
    vault::decodeEntryBody(body, back);
    BOOST_TEST((back == entry));
}

BOOST_AUTO_TEST_CASE(an_entry_cut_anywhere_or_grown_is_refused) {
    base::Bytes body;
    vault::encodeEntryBody(body, sampleEntry());
    vault::TreeEntry entry;
    for (std::size_t size = 0; size < body.size(); ++size) {
        BOOST_REQUIRE_EXCEPTION(vault::decodeEntryBody(base::ByteView(body).first(size), entry), base::Error,
                                isDamage);
    }
    body.push_back(0);
    BOOST_CHECK_EXCEPTION(vault::decodeEntryBody(body, entry), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(nodes_that_are_cut_or_random_are_refused) {
    std::vector<base::Bytes> nodes;
    const vault::VaultKeys keys({}, vault::makeMasterKey());
    vault::TreeWriter writer(keys, [&](base::ByteView node) {
        nodes.emplace_back(node.begin(), node.end());
        return vault::ChunkId();
    });
    base::Bytes body;
    vault::encodeEntryBody(body, sampleEntry());
    for (int i = 0; i < 3000; ++i) writer.add("key" + std::to_string(100'000 + i), body);
    writer.finish();
    const auto walk = [](base::ByteView node) {
        if (vault::nodeLevel(node) == 0) {
            vault::forEachEntry(node, [](const vault::TreeEntry&) {});
        } else {
            vault::forEachChild(node, [](const vault::TreeChild&) {});
        }
    };
    test::Random random(8);
    for (base::Bytes& node : nodes) {
        walk(node);
        for (std::size_t size = 0; size < node.size(); size += 1 + node.size() / 50) {
            BOOST_REQUIRE_EXCEPTION(walk(base::ByteView(node).first(size)), base::Error, isDamage);
        }
        for (int i = 0; i < 50; ++i) {
            base::Bytes changed = i % 2 == 0 ? node : random.bytes(random.below(200));
            if (!changed.empty())
                changed[random.below(changed.size())] = static_cast<base::Byte>(random.next());
            try {
                walk(changed);
            } catch (const base::Error& error) {
                BOOST_REQUIRE(isDamage(error));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cursor_over_senseless_nodes_throws_and_nothing_else) {
    Trees trees;
    test::Random random(9);
    std::vector<vault::ChunkId> ids;
    {
        vault::StoreSession session(*trees.vault, trees.clock, "client");
        vault::ChunkStorer nodes(session, vault::PackKind::Tree);
        for (int i = 0; i < 300; ++i) {
            base::Bytes node = random.bytes(1 + random.below(100));
            node[0] = static_cast<base::Byte>(i % 3);
            if (i % 2 == 0 && node.size() > 3) {
                node[1] = 2;  // items that the bytes may or may not hold
                node[2] = 0;
            }
            ids.push_back(nodes.store(node));
        }
        nodes.flush();
        session.makeDurable();
    }
    vault::ChunkReader reader(*trees.vault);
    for (const vault::ChunkId& id : ids) {
        for (const unsigned levels : {0U, 1U, 2U, 3U, 65U}) {
            const auto walk = [&] {
                vault::TreeCursor cursor(reader, {{id, 0}, levels});
                cursor.seek("k");
                while (cursor.next()) static_cast<void>(cursor.entry());
            };
            BOOST_REQUIRE_EXCEPTION(walk(); throw base::Error(base::ErrorKind::Corrupt, "", ""), base::Error,
                                            isDamage);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
