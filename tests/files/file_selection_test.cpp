// SPDX-License-Identifier: Apache-2.0
// file_selection_test.cpp: which files a backup takes.
#include "connectors/files/file_selection.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using base::Error;
using base::ErrorKind;
using test::hasCode;
using test::Names;
using test::RecordedTree;
using test::Sandbox;

namespace {

void fill(const Sandbox& sandbox) {
    for (const char* path : {"a.txt", "b.log", "dir/c.txt", "dir/sub/d.LOG", "other/e.txt"}) {
        sandbox.write(std::string("source/") + path, "12345");
    }
}

Names selected(Sandbox& sandbox, const std::vector<std::string>& sources) {
    sandbox.options.selection.sources.clear();
    for (const std::string& each : sources) {
        sandbox.options.selection.sources.push_back(sandbox.source() + (each.empty() ? "" : "/" + each));
    }
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(tree.faults.empty());
    return sandbox.paths(tree);
}

Names withExcludes(const std::vector<std::string>& excludes) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.options.selection.excludes = excludes;
    return selected(sandbox, {""});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_selection)

BOOST_AUTO_TEST_CASE(a_source_is_taken_with_everything_below) {
    BOOST_TEST(withExcludes({}) == (Names{"a.txt", "b.log", "dir", "dir/c.txt", "dir/sub", "dir/sub/d.LOG",
                                          "other", "other/e.txt"}));
}

BOOST_AUTO_TEST_CASE(the_folders_above_a_source_come_too_and_nothing_else_in_them) {
    Sandbox sandbox;
    fill(sandbox);
    BOOST_TEST(selected(sandbox, {"dir/sub"}) == (Names{"dir", "dir/sub", "dir/sub/d.LOG"}));
    BOOST_TEST(selected(sandbox, {"dir/c.txt"}) == (Names{"dir", "dir/c.txt"}));
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(tree.find(sandbox.key("")) != nullptr);
}

BOOST_AUTO_TEST_CASE(sources_that_overlap_are_taken_once) {
    Sandbox sandbox;
    fill(sandbox);
    const Names all = selected(sandbox, {""});
    BOOST_TEST(selected(sandbox, {"", "dir"}) == all);
    BOOST_TEST(selected(sandbox, {"dir", ""}) == all);
    BOOST_TEST(selected(sandbox, {"dir", "dir/sub", "dir/sub/d.LOG", "dir"}) ==
               (Names{"dir", "dir/c.txt", "dir/sub", "dir/sub/d.LOG"}));
    BOOST_TEST(selected(sandbox, {"other", "dir/sub", "a.txt"}) ==
               (Names{"a.txt", "dir", "dir/sub", "dir/sub/d.LOG", "other", "other/e.txt"}));
}

BOOST_AUTO_TEST_CASE(a_missing_source_is_a_fault_and_the_others_are_taken) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.options.selection.sources = {sandbox.source() + "/none", sandbox.source() + "/a.txt/x",
                                         sandbox.source() + "/dir"};
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.paths(tree) == (Names{"dir", "dir/c.txt", "dir/sub", "dir/sub/d.LOG"}));
    BOOST_REQUIRE_EQUAL(tree.faults.size(), 2U);
    BOOST_TEST(tree.faults[0].first == sandbox.key("none"));
    BOOST_CHECK(tree.faults[0].second.kind() == ErrorKind::NotFound);
    BOOST_TEST(tree.faults[0].second.code() == "FILES-0004");
    BOOST_TEST(connectors::files::FilesBackup(sandbox.files(), sandbox.options).precheck().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_wildcard_that_matches_nothing_is_a_warning) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.options.selection.sources = {sandbox.source() + "/*.none", sandbox.source() + "/*.txt"};
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.paths(tree) == (Names{"a.txt"}));
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(tree.warnings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(no_source_at_all_is_an_error) {
    Sandbox sandbox;
    sandbox.options.selection.sources.clear();
    BOOST_CHECK_EXCEPTION(static_cast<void>(sandbox.backUp()), Error, hasCode("FILES-0001"));
}

BOOST_AUTO_TEST_CASE(a_source_inside_a_forbidden_folder_is_an_error) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.options.selection.neverEnter = {sandbox.source() + "/dir"};
    for (const char* path : {"/dir", "/dir/sub"}) {
        sandbox.options.selection.sources = {sandbox.source() + path};
        BOOST_CHECK_EXCEPTION(static_cast<void>(sandbox.backUp()), Error, hasCode("FILES-0003"));
    }
    BOOST_TEST(selected(sandbox, {""}) == (Names{"a.txt", "b.log", "other", "other/e.txt"}));
    BOOST_TEST(selected(sandbox, {"dir/*", "other"}) == (Names{"other", "other/e.txt"}));
}

BOOST_AUTO_TEST_CASE(an_excluded_folder_is_left_out_with_everything_below) {
    BOOST_TEST(withExcludes({"dir"}) == (Names{"a.txt", "b.log", "other", "other/e.txt"}));
    BOOST_TEST(withExcludes({"dir/"}) == (Names{"a.txt", "b.log", "other", "other/e.txt"}));
    // As git does: what lies in a folder that is left out cannot be taken back.
    BOOST_TEST(withExcludes({"dir", "!dir/c.txt"}) == (Names{"a.txt", "b.log", "other", "other/e.txt"}));
    BOOST_TEST(withExcludes({"dir/*", "!dir/c.txt"}) ==
               (Names{"a.txt", "b.log", "dir", "dir/c.txt", "other", "other/e.txt"}));
    BOOST_TEST(withExcludes({"dir/**"}) == (Names{"a.txt", "b.log", "dir", "other", "other/e.txt"}));
}

BOOST_AUTO_TEST_CASE(excluded_files_are_left_out) {
    BOOST_TEST(withExcludes({"*.txt", "!a.txt"}) ==
               (Names{"a.txt", "b.log", "dir", "dir/sub", "dir/sub/d.LOG", "other"}));
    BOOST_TEST(withExcludes({"a.txt/"}).front() == "a.txt");
}

BOOST_AUTO_TEST_CASE(a_source_that_a_person_named_is_taken_although_a_rule_excludes_it) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.options.selection.excludes = {"dir", "b.log"};
    BOOST_TEST(selected(sandbox, {"", "dir/sub"}) ==
               (Names{"a.txt", "dir", "dir/sub", "dir/sub/d.LOG", "other", "other/e.txt"}));
    BOOST_TEST(selected(sandbox, {"b.log"}) == (Names{"b.log"}));
    BOOST_TEST(selected(sandbox, {"*.log", "other"}) == (Names{"other", "other/e.txt"}));
}

BOOST_AUTO_TEST_CASE(exclude_files_are_read) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.write("rules/one", "b.log\r\n# nothing\r\nother/\r\n");
    sandbox.options.selection.excludeFiles = {sandbox.folder / "rules/one"};
    BOOST_TEST(selected(sandbox, {""}) == (Names{"a.txt", "dir", "dir/c.txt", "dir/sub", "dir/sub/d.LOG"}));
    sandbox.options.selection.excludeFiles = {sandbox.folder / "rules/none"};
    BOOST_CHECK_EXCEPTION(static_cast<void>(sandbox.backUp()), Error, test::isKind(ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(endings_types_and_sizes_leave_files_out) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.write("source/big", "123456");
    sandbox.options.selection.excludeExtensions = {"log"};
    BOOST_TEST(selected(sandbox, {""}) ==
               (Names{"a.txt", "big", "dir", "dir/c.txt", "dir/sub", "other", "other/e.txt"}));
    sandbox.options.selection.excludeExtensions = {"*.TXT", ".log"};
    sandbox.options.selection.excludeLargerThanBytes = 5;
    BOOST_TEST(selected(sandbox, {""}) == (Names{"dir", "dir/sub", "other"}));
    sandbox.options.selection.excludeExtensions.clear();
    sandbox.options.selection.excludeTypes = {platform::FileType::Regular};
    BOOST_TEST(selected(sandbox, {""}) == (Names{"dir", "dir/sub", "other"}));
}

BOOST_AUTO_TEST_CASE(a_cache_keeps_its_tag_only) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.write("source/cache/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# x");
    sandbox.write("source/cache/deep/thing", "x");
    sandbox.write("source/false/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f0688680");
    sandbox.write("source/false/thing", "x");
    sandbox.options.selection.sources = {sandbox.source() + "/cache", sandbox.source() + "/false"};
    BOOST_TEST(sandbox.paths(sandbox.backUp()) ==
               (Names{"cache", "cache/CACHEDIR.TAG", "cache/deep", "cache/deep/thing", "false",
                      "false/CACHEDIR.TAG", "false/thing"}));
    sandbox.options.selection.leavesOutCaches = true;
    BOOST_TEST(
        selected(sandbox, {""}) ==
        (Names{"a.txt", "b.log", "cache", "cache/CACHEDIR.TAG", "dir", "dir/c.txt", "dir/sub",
               "dir/sub/d.LOG", "false", "false/CACHEDIR.TAG", "false/thing", "other", "other/e.txt"}));
}

BOOST_AUTO_TEST_CASE(files_for_fixed_pages_are_marked) {
    Sandbox sandbox;
    fill(sandbox);
    sandbox.options.pagedFiles = {"*.log"};
    const RecordedTree tree = sandbox.backUp();
    BOOST_CHECK(tree.find(sandbox.key("b.log"))->layout == connectors::ContentLayout::FixedPages);
    BOOST_CHECK(tree.find(sandbox.key("a.txt"))->layout == connectors::ContentLayout::Stream);
}

BOOST_AUTO_TEST_SUITE_END()
