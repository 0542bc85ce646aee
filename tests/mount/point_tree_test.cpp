// SPDX-License-Identifier: Apache-2.0
// point_tree_test.cpp: the entries of a restore point by key and by position.
#include "agent/mount/point_tree.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "agent/vault/chunk_storer.hpp"
#include "platform/base/error.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

/// A tree of this many entries "key 000000", "key 000002", ... and what reads it.
struct Fixture {
    explicit Fixture(std::size_t entries) {
        vault::StoreSession session(*vault, clock, "client");
        vault::ChunkStorer nodes(session, vault::PackKind::Tree);
        vault::TreeWriter writer(vault->keys(), [&](base::ByteView node) { return nodes.store(node); });
        for (std::size_t i = 0; i < entries; ++i) {
            vault::TreeEntry entry;
            entry.key = keyOf(2 * i);
            entry.sizeBytes = i;
            base::Bytes body;
            vault::encodeEntryBody(body, entry);
            writer.add(entry.key, body);
        }
        root = writer.finish();
        nodes.flush();
        session.makeDurable();
        reader.emplace(*vault);
        pages.emplace(*reader);
        tree.emplace(*pages, root);
    }

    static std::string keyOf(std::size_t number) {
        const std::string digits = std::to_string(number);
        return "key " + std::string(6 - digits.size(), '0') + digits;
    }

    test::MemoryStore store;
    test::ManualClock clock;
    std::unique_ptr<vault::Vault> vault = test::makeVault(store);
    vault::TreeRoot root;
    std::optional<vault::ChunkReader> reader;
    std::optional<mount::PageCache> pages;
    std::optional<mount::PointTree> tree;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(PointTree)

BOOST_AUTO_TEST_CASE(every_entry_is_found_by_key_and_by_a_position_of_its_own) {
    constexpr std::size_t kEntries = 30'000;
    // The vault's key decides where nodes end: nearly all keys make a third level of so many entries, not
    // every one.
    std::optional<Fixture> deep;
    for (int vaults = 0; vaults < 20 && (!deep || deep->root.levels < 3); ++vaults) deep.emplace(kEntries);
    Fixture& fixture = *deep;
    BOOST_REQUIRE(fixture.root.levels >= 3);
    std::map<std::uint64_t, std::size_t> positions;
    for (std::size_t i = 0; i < kEntries; ++i) {
        const auto place = fixture.tree->find(Fixture::keyOf(2 * i));
        BOOST_REQUIRE(place.has_value());
        BOOST_REQUIRE(place->entry().sizeBytes == i);
        BOOST_REQUIRE(place->position() >> mount::PointTree::kPositionBits == 0);
        BOOST_REQUIRE(positions.emplace(place->position(), i).second);
    }
    for (const auto& [position, i] : positions) {
        BOOST_REQUIRE(fixture.tree->at(position).entry().sizeBytes == i);
        BOOST_REQUIRE(fixture.tree->at(position).position() == position);
    }
    BOOST_TEST(!fixture.tree->find("key 000001").has_value());
}

BOOST_AUTO_TEST_CASE(next_goes_through_all_entries_in_order) {
    Fixture fixture(3'000);
    std::size_t number = 0;
    for (auto place = fixture.tree->seek(""); place; place = fixture.tree->next(*place)) {
        BOOST_REQUIRE(place->entry().sizeBytes == number);
        ++number;
    }
    BOOST_TEST(number == 3'000U);
}

BOOST_AUTO_TEST_CASE(seek_finds_the_first_that_is_not_less) {
    Fixture fixture(3'000);
    for (std::size_t i = 0; i + 1 < 3'000; ++i) {
        const auto place = fixture.tree->seek(Fixture::keyOf(2 * i + 1));
        BOOST_REQUIRE(place.has_value());
        BOOST_REQUIRE(place->entry().sizeBytes == i + 1);
    }
    BOOST_TEST(fixture.tree->seek("")->entry().sizeBytes == 0U);
    BOOST_TEST(!fixture.tree->seek("z").has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_tree_holds_nothing) {
    Fixture fixture(0);
    BOOST_TEST(!fixture.tree->seek("").has_value());
    BOOST_TEST(!fixture.tree->find("x").has_value());
}

BOOST_AUTO_TEST_CASE(a_position_that_is_none_is_refused) {
    Fixture fixture(10);
    const auto isNotFound = [](const base::Error& error) { return error.code() == "MOUNT-0008"; };
    BOOST_CHECK_EXCEPTION(fixture.tree->at(10), base::Error, isNotFound);
    BOOST_CHECK_EXCEPTION(mount::PointTree(*fixture.pages, {{}, 9}), base::Error,
                          [](const base::Error& error) { return error.code() == "MOUNT-0007"; });
}

BOOST_AUTO_TEST_SUITE_END()
