// SPDX-License-Identifier: Apache-2.0
// exclude_rules_test.cpp: lines mean what they mean in a .gitignore file.
#include "connectors/files/exclude_rules.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/text.hpp"

using connectors::files::ExcludeRules;
using connectors::files::LetterCase;

namespace {

constexpr std::size_t kSourceDepth = 2;  // the source is /home/anna

enum class What { File, Folder };

/// What the lines say of a path; the caller asks for the folders above.
ExcludeRules::Verdict judge(std::string_view lines, std::string_view path, What what = What::File) {
    ExcludeRules rules;
    rules.addText(lines);
    std::vector<std::string_view> names;
    for (const std::string_view name : base::split(path, '/')) {
        if (!name.empty()) names.push_back(name);
    }
    return rules.judge(names, kSourceDepth, what == What::Folder);
}

bool excludes(std::string_view lines, std::string_view path, What what = What::File) {
    return judge(lines, path, what) == ExcludeRules::Verdict::Exclude;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exclude_rules)

BOOST_AUTO_TEST_CASE(a_name_matches_at_any_depth) {
    BOOST_TEST(excludes("*.o", "/home/anna/x.o"));
    BOOST_TEST(excludes("*.o", "/home/anna/a/b/x.o"));
    BOOST_TEST(!excludes("*.o", "/home/anna/x.o/y"));
    BOOST_TEST(excludes("anna", "/home/anna", What::Folder));
}

BOOST_AUTO_TEST_CASE(a_slash_inside_anchors_at_the_source) {
    BOOST_TEST(excludes("a/b", "/home/anna/a/b"));
    BOOST_TEST(!excludes("a/b", "/home/anna/x/a/b"));
    BOOST_TEST(!excludes("home/anna/a", "/home/anna/a"));
    BOOST_TEST(excludes("a/*.txt", "/home/anna/a/x.txt"));
    BOOST_TEST(!excludes("a/*.txt", "/home/anna/a/b/x.txt"));
}

BOOST_AUTO_TEST_CASE(a_leading_slash_anchors_at_the_root_of_the_machine) {
    BOOST_TEST(excludes("/home/anna/a", "/home/anna/a"));
    BOOST_TEST(!excludes("/a", "/home/anna/a"));
    BOOST_TEST(excludes("/home/*/a", "/home/anna/a"));
    BOOST_TEST(excludes("C:/Users/x", "C:/Users/x"));
}

BOOST_AUTO_TEST_CASE(a_final_slash_means_folders_only) {
    BOOST_TEST(excludes("build/", "/home/anna/build", What::Folder));
    BOOST_TEST(!excludes("build/", "/home/anna/build", What::File));
    BOOST_TEST(excludes("build/", "/home/anna/deep/build", What::Folder));
    BOOST_TEST(excludes("a/build/", "/home/anna/a/build", What::Folder));
    BOOST_TEST(!excludes("a/build/", "/home/anna/b/a/build", What::Folder));
    BOOST_TEST(excludes("build//", "/home/anna/build", What::Folder));
}

BOOST_AUTO_TEST_CASE(two_stars_span_folders) {
    BOOST_TEST(excludes("**/a", "/home/anna/x/y/a"));
    BOOST_TEST(excludes("**/a/b", "/home/anna/x/a/b"));
    BOOST_TEST(excludes("a/**", "/home/anna/a/x/y"));
    BOOST_TEST(!excludes("a/**", "/home/anna/a", What::Folder));
    BOOST_TEST(excludes("a/**/b", "/home/anna/a/b"));
    BOOST_TEST(excludes("a/**/b", "/home/anna/a/x/y/b"));
    BOOST_TEST(excludes("/home/**/b", "/home/anna/a/b"));
}

BOOST_AUTO_TEST_CASE(the_last_line_that_matches_decides) {
    BOOST_TEST(!excludes("*.log\n!keep.log", "/home/anna/keep.log"));
    BOOST_CHECK(judge("*.log\n!keep.log", "/home/anna/keep.log") == ExcludeRules::Verdict::Include);
    BOOST_TEST(excludes("*.log\n!keep.log", "/home/anna/other.log"));
    BOOST_TEST(excludes("!keep.log\n*.log", "/home/anna/keep.log"));
    BOOST_CHECK(judge("*.log", "/home/anna/a.txt") == ExcludeRules::Verdict::None);
    BOOST_TEST(!excludes("/home/anna/*\n!/home/anna/src/", "/home/anna/src", What::Folder));
    BOOST_TEST(excludes("/home/anna/*\n!/home/anna/src/", "/home/anna/src", What::File));
}

BOOST_AUTO_TEST_CASE(blank_lines_and_comments_say_nothing) {
    for (const char* lines : {"", "\n\n", "# *", "   ", "\t\r\n", "!", "/", "//", "!/"}) {
        ExcludeRules rules;
        rules.addText(lines);
        BOOST_TEST(rules.empty());
    }
}

BOOST_AUTO_TEST_CASE(a_backslash_quotes_what_has_a_meaning) {
    BOOST_TEST(excludes("\\#a", "/home/anna/#a"));
    BOOST_TEST(excludes("\\!a", "/home/anna/!a"));
    BOOST_TEST(excludes("\\*", "/home/anna/*"));
    BOOST_TEST(!excludes("\\*", "/home/anna/a"));
    BOOST_TEST(excludes("!a\n\\!a", "/home/anna/!a"));
}

BOOST_AUTO_TEST_CASE(blanks_at_the_end_are_dropped_unless_quoted) {
    BOOST_TEST(excludes("a  ", "/home/anna/a"));
    BOOST_TEST(excludes("a\\ ", "/home/anna/a "));
    BOOST_TEST(excludes("a\\   ", "/home/anna/a "));
    BOOST_TEST(!excludes("a\\ ", "/home/anna/a"));
    BOOST_TEST(excludes(" a", "/home/anna/ a"));
    // The first backslash quotes the second, so nothing quotes the blank.
    BOOST_TEST(excludes("a\\\\ ", "/home/anna/a\\"));
}

BOOST_AUTO_TEST_CASE(the_ends_of_lines_may_be_those_of_either_system) {
    for (const char* lines : {"a\nb\n", "a\r\nb\r\n",
                              "\xef\xbb\xbf"
                              "a\nb"}) {
        BOOST_TEST(excludes(lines, "/home/anna/a"));
        BOOST_TEST(excludes(lines, "/home/anna/b"));
        BOOST_TEST(!excludes(lines, "/home/anna/c"));
    }
}

BOOST_AUTO_TEST_CASE(letter_case_is_ignored_where_asked) {
    ExcludeRules rules(LetterCase::Ignored);
    rules.addLine("Thumbs.DB");
    const std::string_view path[] = {"c:", "users", "thumbs.db"};
    BOOST_CHECK(rules.judge(path, 2, false) == ExcludeRules::Verdict::Exclude);
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_the_root) {
    ExcludeRules rules;
    rules.addLine("*");
    BOOST_CHECK(rules.judge({}, 0, true) == ExcludeRules::Verdict::None);
}

BOOST_AUTO_TEST_SUITE_END()
