// SPDX-License-Identifier: Apache-2.0
// restore_flush_test.cpp: what a restore has brought is on stable storage when it says that it is done.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"
#include "tests/support/stream_file_system.hpp"

namespace {

using connectors::files::FilesRestore;
using test::RecordedTree;
using test::Sandbox;
using test::StreamFileSystem;
using WholeFlush = test::StreamTable::WholeFlush;

/// Three files in two folders, one with a stream.
struct Restored {
    explicit Restored(WholeFlush wholeFlush) : streams(sandbox.files()) {
        sandbox.write("source/one", "1");
        sandbox.write("source/dir/two", "2");
        sandbox.write("source/dir/three", "3");
        streams.streamsOf(sandbox.folder / "source/one") = {{"beside", std::string(100'000, 'x')}};
        connectors::files::FilesBackup(streams, sandbox.options, sandbox.clock).run(tree, {});
        tree.finish();
        streams.table->wholeFlush = wholeFlush;
    }

    test::PlaybackResult restore(bool isDryRun = false) {
        auto options = sandbox.restoreOptions();
        options.isDryRun = isDryRun;
        FilesRestore target(streams, options);
        return test::play(tree, target);
    }
    [[nodiscard]] std::ptrdiff_t flushesOf(const std::string& what) const {
        return std::count(streams.table->flushed.begin(), streams.table->flushed.end(), what);
    }

    Sandbox sandbox;
    StreamFileSystem streams;
    RecordedTree tree;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(restore_flushes)

BOOST_AUTO_TEST_CASE(a_file_system_that_can_be_flushed_as_a_whole_is_flushed_once_at_the_end) {
    Restored restored(WholeFlush::Works);
    BOOST_TEST(restored.restore().faults.empty());
    BOOST_TEST(restored.streams.table->flushed == std::vector<std::string>{"volume"},
               boost::test_tools::per_element());
    BOOST_TEST(restored.sandbox.read("target/dir/two") == "2");
}

BOOST_AUTO_TEST_CASE(elsewhere_each_file_stream_and_folder_is_flushed) {
    Restored restored(WholeFlush::Impossible);
    BOOST_TEST(restored.restore().faults.empty());
    BOOST_TEST(restored.flushesOf("file") == 3);
    BOOST_TEST(restored.flushesOf("stream") == 1);
    BOOST_TEST(restored.flushesOf("folder") >= 2);
    BOOST_TEST(restored.flushesOf("volume") == 0);
    BOOST_TEST(restored.streams.table->flushed.back() == "folder");  // the target, which holds the others
}

BOOST_AUTO_TEST_CASE(a_flush_that_fails_is_a_fault) {
    Restored restored(WholeFlush::Fails);
    const auto result = restored.restore();
    BOOST_TEST_REQUIRE(result.faults.size() == 1U);
    BOOST_TEST(result.faults[0].second.code() == "TEST-0010");
}

BOOST_AUTO_TEST_CASE(a_dry_run_flushes_nothing) {
    Restored restored(WholeFlush::Impossible);
    restored.restore(true);
    BOOST_TEST(restored.streams.table->flushed.empty());
}

BOOST_AUTO_TEST_SUITE_END()
