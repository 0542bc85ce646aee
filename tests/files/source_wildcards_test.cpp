// SPDX-License-Identifier: Apache-2.0
// source_wildcards_test.cpp: wildcards in sources find what exists.
#include "connectors/files/source_wildcards.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using connectors::files::expandWildcards;
using connectors::files::hasWildcard;
using test::Names;
using test::Sandbox;

namespace {

Names expand(const Sandbox& sandbox, const std::string& pattern) {
    Names found;
    expandWildcards(sandbox.files(), sandbox.files().absolutePath(sandbox.source() + "/" + pattern),
                    [&](const std::vector<std::string>& names) {
                        found.push_back(sandbox.pathBelowSource(connectors::files::keyOf(names)));
                    });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

void fill(const Sandbox& sandbox) {
    for (const char* path :
         {"a.txt", "b.txt", ".hidden.txt", "dir/c.txt", "dir/sub/d.txt", "other/sub/e.txt"}) {
        sandbox.write(std::string("source/") + path, "x");
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(source_wildcards)

BOOST_AUTO_TEST_CASE(wildcards_are_recognised) {
    for (const char* path : {"/a*", "/a?/b", "/[ab]"}) BOOST_TEST(hasWildcard(path));
    for (const char* path : {"/a/b", "", "/a]"}) BOOST_TEST(!hasWildcard(path));
}

BOOST_AUTO_TEST_CASE(a_star_finds_the_names_of_one_folder_with_those_that_begin_with_a_dot) {
    const Sandbox sandbox;
    fill(sandbox);
    BOOST_TEST(expand(sandbox, "*.txt") == (Names{".hidden.txt", "a.txt", "b.txt"}));
    BOOST_TEST(expand(sandbox, "*") == (Names{".hidden.txt", "a.txt", "b.txt", "dir", "other"}));
}

BOOST_AUTO_TEST_CASE(a_wildcard_may_stand_for_a_folder) {
    const Sandbox sandbox;
    fill(sandbox);
    BOOST_TEST(expand(sandbox, "*/sub") == (Names{"dir/sub", "other/sub"}));
    BOOST_TEST(expand(sandbox, "[d]ir/*/?.txt") == (Names{"dir/sub/d.txt"}));
    BOOST_TEST(expand(sandbox, "*/*.txt") == (Names{"dir/c.txt"}));
}

BOOST_AUTO_TEST_CASE(two_stars_find_at_any_depth) {
    const Sandbox sandbox;
    fill(sandbox);
    BOOST_TEST(expand(sandbox, "**/?.txt") ==
               (Names{"a.txt", "b.txt", "dir/c.txt", "dir/sub/d.txt", "other/sub/e.txt"}));
    BOOST_TEST(expand(sandbox, "dir/**/d.txt") == (Names{"dir/sub/d.txt"}));
    BOOST_TEST(expand(sandbox, "other/**") == (Names{"other/sub"}));
}

BOOST_AUTO_TEST_CASE(what_is_not_there_matches_nothing) {
    const Sandbox sandbox;
    fill(sandbox);
    for (const char* pattern : {"*.none", "none/*", "a.txt/*", "dir/*/none"}) {
        BOOST_TEST(expand(sandbox, pattern).empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
