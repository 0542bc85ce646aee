// SPDX-License-Identifier: Apache-2.0
// name_search_test.cpp: what 'hbr find' finds.
#include "agent/app/name_search.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/sample_vault.hpp"

namespace {

bool matches(const std::string& text, std::string path) {
    for (char& letter : path) letter = letter == '/' ? '\0' : letter;
    return app::NameMatcher(text).matches(path);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(name_searches)

BOOST_AUTO_TEST_CASE(plain_text_is_found_anywhere_in_a_name_in_any_case) {
    BOOST_TEST(matches("host", "etc/hosts"));
    BOOST_TEST(matches("HOST", "etc/hosts"));
    BOOST_TEST(matches("host", "etc/MyHosts"));
    BOOST_TEST(matches("\xC3\xA4", "b\xC3\xA4r"));
    BOOST_TEST(!matches("etc", "etc/hosts"));
    BOOST_TEST(!matches("hosts2", "etc/hosts"));
}

BOOST_AUTO_TEST_CASE(a_pattern_matches_whole_names) {
    BOOST_TEST(matches("*.conf", "etc/a.conf"));
    BOOST_TEST(matches("?.conf", "etc/a.conf"));
    BOOST_TEST(matches("[a-c].conf", "etc/a.conf"));
    BOOST_TEST(!matches("*.conf", "etc/a.conf.old"));
    BOOST_TEST(!matches("*.conf", "a.conf/x"));
    BOOST_TEST(!matches("?.conf", "etc/ab.conf"));
}

BOOST_AUTO_TEST_CASE(with_a_slash_the_whole_path_counts) {
    BOOST_TEST(matches("/etc/hosts", "etc/hosts"));
    BOOST_TEST(matches("/etc/**/hosts", "etc/a/b/hosts"));
    BOOST_TEST(matches("/etc/*/hosts", "etc/a/hosts"));
    BOOST_TEST(!matches("/etc/*/hosts", "etc/a/b/hosts"));
    BOOST_TEST(!matches("/hosts", "etc/hosts"));
}

BOOST_AUTO_TEST_CASE(a_version_that_several_points_share_is_told_once) {
    test::MemoryStore store;
    const auto vault = test::makeVault(store);
    const test::ManualClock clock;
    test::Random random(1);
    test::Contents contents = test::makeContents(random, "file", 50, 100);
    const auto older = test::writePoint(*vault, clock, contents);
    contents["file7"] = random.bytes(100);
    const auto newer = test::writePoint(*vault, clock, contents);

    const app::NameMatcher matcher("file");
    app::NameSearch search(*vault, matcher);
    const auto keysIn = [&](const vault::PointRecord& point) {
        std::vector<std::string> keys;
        search.search(point, [&](const vault::TreeEntry& entry) { keys.push_back(entry.key); }, {});
        return keys;
    };
    BOOST_TEST(keysIn(newer).size() == 50U);
    BOOST_TEST(keysIn(older) == std::vector<std::string>({"file7"}), boost::test_tools::per_element());
    BOOST_TEST(keysIn(newer).empty());
}

BOOST_AUTO_TEST_SUITE_END()
