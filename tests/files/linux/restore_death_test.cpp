// SPDX-License-Identifier: Apache-2.0
// restore_death_test.cpp: a restore that died half way, and the one after it. The death is played by leaving
// everything open, which Windows, unlike a true death, takes for files in use; tests/wine/round_trip.sh kills
// a process there.
#include <boost/test/unit_test.hpp>

#include "tests/files/dated_tree.hpp"

using test::backUpDatedTree;
using test::hasLeftovers;
using test::kOfBackup;
using test::Playback;
using test::RecordedTree;
using test::Sandbox;

BOOST_AUTO_TEST_SUITE(restore_death)

BOOST_AUTO_TEST_CASE(a_restore_that_died_anywhere_is_completed_by_the_next) {
    const Sandbox sandbox;
    const RecordedTree tree = backUpDatedTree(sandbox);
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
    const RecordedTree tree = backUpDatedTree(sandbox);
    Playback dying;
    dying.diesAfter = tree.objects.size() - 1;
    sandbox.restore(tree, sandbox.restoreOptions(), dying);
    BOOST_TEST(sandbox.restore(tree).contentAsked == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
