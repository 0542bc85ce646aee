// SPDX-License-Identifier: Apache-2.0
// restore_selection_test.cpp: what the words of 'hbr restore' ask of the files connector.
#include "agent/app/restore_selection.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/app/world.hpp"

namespace {

using connectors::files::ConflictRule;
using Words = std::vector<std::string>;

connectors::files::RestoreOptions optionsOf(const Words& words) {
    Words all = {"restore", "latest"};
    all.insert(all.end(), words.begin(), words.end());
    const test::TypedCommand typed(all);
    typed.world.folder.files->createDirectories(typed.world.folder / "vault");
    return app::restoreOptionsOf(typed.command, typed.world.folder / "vault");
}

std::string refusal(const Words& words) {
    return test::errorOf([&] { optionsOf(words); }).code();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restore_selections)

BOOST_AUTO_TEST_CASE(exactly_one_place_to_restore_to_is_given) {
    BOOST_TEST(refusal({}) == "CLI-0040");
    BOOST_TEST(refusal({"--in-place", "--target", "x"}) == "CLI-0040");
    BOOST_TEST(refusal({"--target", ""}) == "CLI-0041");
    BOOST_TEST(optionsOf({"--in-place"}).targetFolder.empty());
    const auto files = platform::makeFileSystem();
    BOOST_TEST(optionsOf({"--target", "x"}).targetFolder == files->absolutePath("x"));
}

BOOST_AUTO_TEST_CASE(nothing_is_restored_into_the_vault) {
    const test::TemporaryFolder folder;
    folder.files->createDirectories(folder / "vault/packs");
    for (const char* inside : {"vault", "vault/packs", "vault/new/deep", "vault/."}) {
        const test::TypedCommand typed({"restore", "latest", "--target", folder / inside});
        const auto work = [&] { app::restoreOptionsOf(typed.command, folder / "vault"); };
        BOOST_TEST(test::errorOf(work).code() == "CLI-0042", inside);
    }
    for (const char* outside : {"vault2", "other/vault", ""}) {
        const test::TypedCommand typed({"restore", "latest", "--target", folder / outside});
        BOOST_CHECK_NO_THROW(app::restoreOptionsOf(typed.command, folder / "vault"));
    }
}

BOOST_AUTO_TEST_CASE(paths_become_subtrees_and_one_pattern_makes_all_of_them_patterns) {
    const auto files = platform::makeFileSystem();
    const auto paths = optionsOf({"--in-place", "-i", "a/b", "--include", "c/"});
    BOOST_TEST(paths.includes.empty());
    BOOST_TEST(paths.subtrees == Words({files->absolutePath("a/b"), files->absolutePath("c/")}),
               boost::test_tools::per_element());
    const auto patterns = optionsOf({"--in-place", "-i", "a/b", "-i", "*.conf"});
    BOOST_TEST(patterns.subtrees.empty());
    BOOST_TEST(patterns.includes == Words({"a/b", "*.conf"}), boost::test_tools::per_element());
    BOOST_TEST(optionsOf({"--in-place", "-i", "hosts"}).includes.size() == 1U);
    BOOST_TEST(optionsOf({"--in-place", "--exclude", "*.o"}).excludes.front() == "*.o");
}

BOOST_AUTO_TEST_CASE(conflict_rules_and_dry_runs_are_passed_on) {
    BOOST_TEST((optionsOf({"--in-place"}).conflict == ConflictRule::Skip));
    const std::pair<const char*, ConflictRule> rules[] = {{"skip", ConflictRule::Skip},
                                                          {"newer", ConflictRule::OverwriteIfNewer},
                                                          {"overwrite", ConflictRule::Overwrite},
                                                          {"keep-both", ConflictRule::KeepBoth}};
    for (const auto& [word, rule] : rules) {
        BOOST_TEST((optionsOf({"--in-place", "--conflict", word}).conflict == rule), word);
    }
    BOOST_TEST(optionsOf({"--in-place", "--dry-run"}).isDryRun);
    BOOST_TEST(!optionsOf({"--in-place"}).isDryRun);
    BOOST_TEST(optionsOf({"--in-place"}).runId != optionsOf({"--in-place"}).runId);
}

BOOST_AUTO_TEST_SUITE_END()
