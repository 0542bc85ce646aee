// SPDX-License-Identifier: Apache-2.0
// glob_pattern_test.cpp: patterns for names and for paths of names.
#include "connectors/files/glob_pattern.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/text.hpp"

using connectors::files::GlobPattern;
using connectors::files::LetterCase;
using connectors::files::PathPattern;

namespace {

bool matches(std::string_view pattern, std::string_view name, LetterCase letterCase = LetterCase::Matters) {
    return GlobPattern(pattern, letterCase).matches(name);
}

bool pathMatches(std::string_view pattern, std::string_view path) {
    std::vector<std::string_view> names;
    for (const std::string_view name : base::split(path, '/')) {
        if (!name.empty()) names.push_back(name);
    }
    return PathPattern(pattern).matches(names);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(glob_pattern)

BOOST_AUTO_TEST_CASE(a_plain_pattern_is_one_name) {
    BOOST_TEST(matches("abc", "abc"));
    BOOST_TEST(!matches("abc", "abcd"));
    BOOST_TEST(!matches("abc", "ABC"));
    BOOST_TEST(matches("a\\bc", "abc"));
}

BOOST_AUTO_TEST_CASE(a_star_takes_any_bytes) {
    for (const char* name : {"", ".x", "a.txt", "\xff\xfe"}) BOOST_TEST(matches("*", name));
    BOOST_TEST(matches("*.txt", "a.txt"));
    BOOST_TEST(matches("*.txt", ".txt"));
    BOOST_TEST(!matches("*.txt", "txt"));
    BOOST_TEST(!matches("*.txt", "a.txt~"));
    BOOST_TEST(matches("a*b*c", "aXbXbXc"));
    BOOST_TEST(!matches("a*b*c", "aXbX"));
    BOOST_TEST(matches("*a*", "a"));
    BOOST_TEST(matches("a**", "a"));
}

BOOST_AUTO_TEST_CASE(a_question_mark_takes_one_character_of_any_length) {
    BOOST_TEST(matches("?", "a"));
    BOOST_TEST(matches("?", "\xc3\xa9"));
    BOOST_TEST(matches("?", "\xe4\xb8\xad"));
    BOOST_TEST(matches("?", "\xff"));
    BOOST_TEST(matches("a?", "a\xc3"));
    BOOST_TEST(!matches("??", "\xc3\xa9"));
    BOOST_TEST(!matches("?", ""));
}

BOOST_AUTO_TEST_CASE(a_set_takes_one_of_its_members) {
    BOOST_TEST(matches("[abc]", "b"));
    BOOST_TEST(matches("[a-c]x", "bx"));
    BOOST_TEST(!matches("[a-c]", "d"));
    BOOST_TEST(matches("[!a-c]", "d"));
    BOOST_TEST(matches("[^a-c]", "d"));
    BOOST_TEST(!matches("[!a-c]", "a"));
    BOOST_TEST(matches("[]a]", "]"));
    BOOST_TEST(matches("[a-]", "-"));
    BOOST_TEST(matches("[\\]]", "]"));
    BOOST_TEST(matches("[\xc3\xa0-\xc3\xbf]", "\xc3\xa9"));
}

BOOST_AUTO_TEST_CASE(a_bracket_that_is_not_closed_is_itself) {
    BOOST_TEST(matches("[abc", "[abc"));
    BOOST_TEST(!matches("[abc", "a"));
    BOOST_TEST(matches("a[", "a["));
    BOOST_TEST(matches("[\\]", "[]"));
}

BOOST_AUTO_TEST_CASE(a_backslash_quotes) {
    BOOST_TEST(matches("\\*", "*"));
    BOOST_TEST(!matches("\\*", "a"));
    BOOST_TEST(matches("*\\?", "what?"));
    BOOST_TEST(!matches("*\\?", "what"));
    BOOST_TEST(matches("a\\", "a\\"));
}

BOOST_AUTO_TEST_CASE(letter_case_is_ignored_where_asked) {
    BOOST_TEST(matches("ABC", "abc", LetterCase::Ignored));
    BOOST_TEST(matches("*.TXT", "a.txt", LetterCase::Ignored));
    BOOST_TEST(matches("[A-C]*1", "b1", LetterCase::Ignored));
    BOOST_TEST(!matches("[A-C]", "b"));
}

BOOST_AUTO_TEST_CASE(many_stars_do_not_take_for_ever) {
    const std::string name(250, 'a');
    std::string pattern;
    for (int i = 0; i < 60; ++i) pattern += "a*";
    BOOST_TEST(!matches(pattern + "b", name));
}

BOOST_AUTO_TEST_CASE(a_path_matches_component_by_component) {
    BOOST_TEST(pathMatches("a/b", "a/b"));
    BOOST_TEST(pathMatches("/a//b/", "a/b"));
    BOOST_TEST(!pathMatches("a/b", "a/b/c"));
    BOOST_TEST(!pathMatches("a*c", "a/c"));
    BOOST_TEST(pathMatches("a/*/c", "a/b/c"));
    BOOST_TEST(!pathMatches("a/*/c", "a/c"));
}

BOOST_AUTO_TEST_CASE(two_stars_take_any_number_of_components) {
    BOOST_TEST(pathMatches("**/c", "c"));
    BOOST_TEST(pathMatches("**/c", "a/b/c"));
    BOOST_TEST(pathMatches("a/**/c", "a/c"));
    BOOST_TEST(pathMatches("a/**/c", "a/x/y/c"));
    BOOST_TEST(pathMatches("a/**/**/c", "a/c"));
    BOOST_TEST(!pathMatches("a/**/c", "b/c"));
    BOOST_TEST(pathMatches("a/**", "a/b"));
    BOOST_TEST(pathMatches("a/**", "a/b/c"));
    BOOST_TEST(!pathMatches("a/**", "a"));
    BOOST_TEST(pathMatches("**/b/**/d", "a/b/b/c/d"));
    BOOST_TEST(!pathMatches("**/b/**/d", "a/b/c"));
}

BOOST_AUTO_TEST_SUITE_END()
