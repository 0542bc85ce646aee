// SPDX-License-Identifier: Apache-2.0
// secrecy_test.cpp: what somebody sees who can read the store and has no key.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"

namespace {

bool contains(base::ByteView object, base::ByteView piece) {
    return std::search(object.begin(), object.end(), piece.begin(), piece.end()) != object.end();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(Secrecy)

BOOST_AUTO_TEST_CASE(no_vault_object_contains_a_name_or_a_piece_of_the_source) {
    test::MemoryStore store;
    test::ManualClock clock;
    const auto vault = vault::Vault::create(test::borrowStore(store), base::SecretBytes("correct horse"),
                                            clock.now(), {4, 1, 1});
    const test::MadeTree tree = {{"a telling name", {1, 200'000}}, {"another telling name", {3, 5'000}}};
    test::backUp(*vault, clock, tree, "a telling client");
    const base::Bytes large = test::contentOf(tree.at("a telling name"));
    const base::Bytes small = test::contentOf(tree.at("another telling name"));
    for (const std::string& name : store.names()) {
        BOOST_TEST(name.find("telling") == std::string::npos);
        const base::Bytes object = store.bytesOf(name);
        BOOST_TEST(!contains(object, base::asBytes("telling")), name);
        BOOST_TEST(!contains(object, base::asBytes("made")), name);
        BOOST_TEST(!contains(object, base::asBytes("correct horse")), name);
        // Content that does not compress is stored as it is, but for its encryption.
        for (std::size_t at = 0; at + 8 <= large.size(); at += 1000) {
            BOOST_REQUIRE(!contains(object, base::ByteView(large).subspan(at, 8)));
        }
        BOOST_TEST(!contains(object, base::ByteView(small).first(8)), name);
    }
}

BOOST_AUTO_TEST_CASE(two_vaults_of_one_source_have_nothing_in_common) {
    const test::MadeTree tree = {{"file", {1, 3'000'000}}};
    test::ManualClock clock;
    test::MemoryStore stores[2];
    for (test::MemoryStore& store : stores) {
        const auto vault = vault::Vault::create(test::borrowStore(store), base::SecretBytes("correct horse"),
                                                clock.now(), {4, 1, 1});
        test::backUp(*vault, clock, tree, "a");
    }
    // The magic and the version stand in both; ids, chunk borders and bytes depend on the keys.
    constexpr std::size_t kClearBytes = 8;
    for (const std::string& name : stores[0].names("packs/")) {
        BOOST_TEST(!stores[1].contains(name));
        const base::Bytes object = stores[0].bytesOf(name);
        for (const std::string& other : stores[1].names("packs/")) {
            const base::Bytes content = stores[1].bytesOf(other);
            for (std::size_t at = kClearBytes; at + 8 <= object.size(); at += 4099) {
                BOOST_REQUIRE(!contains(content, base::ByteView(object).subspan(at, 8)));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
