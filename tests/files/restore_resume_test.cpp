// SPDX-License-Identifier: Apache-2.0
// restore_resume_test.cpp: a restore that ended half way, and the one after it.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using connectors::files::RestoreOptions;
using test::Names;
using test::Playback;
using test::RecordedTree;
using test::Sandbox;

namespace {

constexpr platform::Timestamp kOfBackup{1'500'000'000, 0};

RecordedTree fill(const Sandbox& sandbox) {
    for (const char* path : {"a", "dir/b", "dir/c", "dir/sub/d", "dir/sub/e", "other/f"}) {
        sandbox.write(std::string("source/") + path, std::string(3000, path[0]));
    }
    sandbox.in("source/other")->createHardLink("g", *sandbox.in("source/dir"), "b");
    for (const char* path : {"source/dir/sub", "source/dir", "source/other"})
        sandbox.setModified(path, kOfBackup);
    return sandbox.backUp();
}

bool hasLeftovers(const Sandbox& sandbox) {
    const Names names = sandbox.list("target");
    return std::any_of(names.begin(), names.end(), [](const std::string& path) {
        return path.find(".hbr-restore-") != std::string::npos;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restore_resume)

BOOST_AUTO_TEST_CASE(a_restore_that_died_anywhere_is_completed_by_the_next) {
    const Sandbox sandbox;
    const RecordedTree tree = fill(sandbox);
    std::size_t everLeft = 0;
    for (std::size_t after = 1; after <= tree.objects.size(); ++after) {
        for (const bool isBackwards : {false, true}) {
            Playback dying;
            dying.diesAfter = after;
            dying.isBackwards = isBackwards;
            sandbox.restore(tree, sandbox.restoreOptions(), dying);
            everLeft += hasLeftovers(sandbox) ? 1 : 0;
            BOOST_TEST(sandbox.restore(tree).faults.empty());
            BOOST_TEST(sandbox.list("target") == sandbox.list("source"));
            BOOST_TEST(sandbox.compare(tree).empty());
            for (const char* path : {"target/dir/sub", "target/dir", "target/other"}) {
                BOOST_CHECK(sandbox.status(path).modified == kOfBackup);
            }
            test::TemporaryFolder::empty(*sandbox.in("target"));
        }
    }
    BOOST_TEST(everLeft > 5U);
}

BOOST_AUTO_TEST_CASE(what_was_complete_is_not_restored_again) {
    const Sandbox sandbox;
    const RecordedTree tree = fill(sandbox);
    Playback dying;
    dying.diesAfter = tree.objects.size() - 1;
    sandbox.restore(tree, sandbox.restoreOptions(), dying);
    BOOST_TEST(sandbox.restore(tree).contentAsked == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_whose_content_is_lost_leaves_nothing) {
    const Sandbox sandbox;
    const RecordedTree tree = fill(sandbox);
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
    const RecordedTree tree = fill(sandbox);
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
    const RecordedTree tree = fill(sandbox);
    sandbox.write("target/dir/.hbr-restore-x~/theirs", "theirs");
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.read("target/dir/.hbr-restore-x~/theirs") == "theirs");
    BOOST_TEST(sandbox.exists("target/dir/b"));
}

BOOST_AUTO_TEST_SUITE_END()
