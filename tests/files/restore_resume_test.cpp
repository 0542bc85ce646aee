// SPDX-License-Identifier: Apache-2.0
// restore_resume_test.cpp: a restore that could not have everything.
#include <boost/test/unit_test.hpp>

#include "tests/files/dated_tree.hpp"

using connectors::files::RestoreOptions;
using test::backUpDatedTree;
using test::hasLeftovers;
using test::kOfBackup;
using test::Names;
using test::Playback;
using test::RecordedTree;
using test::Sandbox;

BOOST_AUTO_TEST_SUITE(restore_resume)

BOOST_AUTO_TEST_CASE(a_file_whose_content_is_lost_leaves_nothing) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
    Playback playback;
    playback.isLost = [&](std::string_view key) { return key == sandbox.key("dir/c"); };
    const auto result = sandbox.restore(tree, sandbox.restoreOptions(), playback);
    BOOST_TEST(result.faults.size() == 1U);
    BOOST_TEST(!sandbox.exists("target/dir/c"));
    BOOST_TEST(!hasLeftovers(sandbox));
    BOOST_CHECK(sandbox.status("target/dir").modified == kOfBackup);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_to_be_replaced_stays_when_its_content_is_lost) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
    sandbox.write("target/a", "theirs");
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = connectors::files::ConflictRule::Overwrite;
    Playback playback;
    playback.isLost = [&](std::string_view key) { return key == sandbox.key("a"); };
    BOOST_TEST(sandbox.restore(tree, options, playback).faults.size() == 1U);
    BOOST_TEST(sandbox.read("target/a") == "theirs");
}

BOOST_AUTO_TEST_CASE(a_folder_named_like_an_unfinished_file_is_left_alone) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
    sandbox.write("target/dir/.hbr-restore-x~/theirs", "theirs");
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.read("target/dir/.hbr-restore-x~/theirs") == "theirs");
    BOOST_TEST(sandbox.exists("target/dir/b"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_an_interrupted_restore_left_gets_its_metadata) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
    sandbox.write("target/.hbr-restore-x-1.folder~", "dir");
    sandbox.write("target/.hbr-restore-x-2.folder~", "dir");
    sandbox.write("target/dir/.hbr-restore-x-3~", "half a file");
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_CHECK(sandbox.status("target/dir").modified == kOfBackup);
    BOOST_TEST(!hasLeftovers(sandbox));
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_there_before_an_interrupted_restore_keeps_its_own) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
    sandbox.write("target/dir/.hbr-restore-x-3~", "half a file");
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_CHECK(sandbox.status("target/dir").modified != kOfBackup);
    BOOST_TEST(!hasLeftovers(sandbox));
}

BOOST_AUTO_TEST_CASE(markers_that_name_no_folder_are_swept) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
    for (const char* text : {"", "dir", "gone", "../target", "."}) {
        sandbox.write("target/.hbr-restore-x-1.folder~", text);
        BOOST_TEST(sandbox.restore(tree).faults.empty());
        BOOST_TEST(!hasLeftovers(sandbox));
    }
}

BOOST_AUTO_TEST_SUITE_END()
