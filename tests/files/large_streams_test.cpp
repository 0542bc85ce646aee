// SPDX-License-Identifier: Apache-2.0
// large_streams_test.cpp: alternate data streams that are too large for an object's metadata, on a file
// system that has them, from the source to the vault and back.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "agent/engine/backup_job.hpp"
#include "agent/engine/copy_job.hpp"
#include "agent/engine/restore_job.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/verify.hpp"
#include "tests/files/sandbox.hpp"
#include "tests/support/sample_vault.hpp"
#include "tests/support/stream_file_system.hpp"

namespace {

using connectors::files::Difference;
using connectors::files::FilesBackup;
using connectors::files::FilesCompare;
using connectors::files::FilesRestore;
using test::RecordedTree;
using test::Sandbox;
using test::StreamFileSystem;

std::string noise(std::uint64_t seed, std::size_t sizeBytes) {
    return std::string(base::asText(test::Random(seed).bytes(sizeBytes)));
}

/// A sandbox on a file system with streams: a plain file, a sparse one and a folder, each with some.
struct WithStreams {
    WithStreams() : streams(sandbox.files()) {
        sandbox.write("source/dir/plain", "content");
        const auto sparse = sandbox.in("source")->createFile("sparse");
        sparse->writeAt(1'000'000, base::asBytes("data"));
        sparse->truncate(2'000'000);
        streams.streamsOf(in("source/dir/plain")) = {
            {"first", noise(1, 3'000'000)}, {"none", ""}, {"second", "small"}};
        streams.streamsOf(in("source/sparse")) = {{"beside", noise(2, 200'000)}};
        streams.streamsOf(in("source/dir")) = {{"of the folder", noise(3, 150'000)}};
    }

    [[nodiscard]] std::string in(const std::string& path) const { return sandbox.folder / path; }

    void backUpInto(connectors::ObjectSink& sink) const {
        FilesBackup(streams, sandbox.options, sandbox.clock).run(sink, {});
    }
    [[nodiscard]] RecordedTree backUp() const {
        RecordedTree tree;
        backUpInto(tree);
        return tree;
    }
    test::PlaybackResult restore(const RecordedTree& tree, const test::Playback& playback = {}) const {
        FilesRestore target(streams, sandbox.restoreOptions());
        return test::play(tree, target, playback);
    }
    std::vector<std::string> compare(const RecordedTree& tree) const {
        std::vector<std::string> found;
        FilesCompare target(
            streams, sandbox.restoreOptions(),
            [&](std::string_view key, Difference difference, const std::string&) {
                found.push_back(sandbox.pathBelowSource(key) + ": " + std::string(toString(difference)));
            });
        test::play(tree, target);
        return found;
    }
    void requireRestored() const {
        for (const char* path : {"/dir/plain", "/sparse", "/dir"}) {
            BOOST_CHECK(streams.streamsOf(in(std::string("target") + path)) ==
                        streams.streamsOf(in(std::string("source") + path)));
        }
        BOOST_TEST(sandbox.read("target/dir/plain") == "content");
        BOOST_TEST(sandbox.read("target/sparse") == sandbox.read("source/sparse"));
    }

    const Sandbox sandbox;
    const StreamFileSystem streams;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(large_streams)

BOOST_AUTO_TEST_CASE(streams_of_any_size_come_back_on_files_and_folders) {
    for (const bool isBackwards : {false, true}) {
        const WithStreams world;
        const RecordedTree tree = world.backUp();
        BOOST_TEST(tree.faults.empty());
        BOOST_TEST(tree.warnings.empty());
        test::Playback playback;
        playback.isBackwards = isBackwards;
        playback.pieceBytes = 70'001;
        BOOST_TEST(world.restore(tree, playback).faults.empty());
        BOOST_TEST(world.sandbox.warnings.empty());
        world.requireRestored();
        BOOST_TEST(world.compare(tree).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_changed_stream_is_a_difference) {
    const WithStreams world;
    const RecordedTree tree = world.backUp();
    world.restore(tree);
    world.streams.streamsOf(world.in("target/dir/plain")).find("first")->second[2'000'000] ^= 1;
    BOOST_TEST(world.compare(tree) == test::Names{"dir/plain: content"});
    world.streams.streamsOf(world.in("target/dir/plain")).erase("first");
    BOOST_TEST(world.compare(tree).front() == "dir/plain: attributes");
}

BOOST_AUTO_TEST_CASE(the_vault_checks_prunes_copies_and_restores_streams_with_their_file) {
    const WithStreams world;
    test::MemoryStore store;
    const auto vault = test::makeVault(store);
    engine::Progress progress;
    engine::BackupRequest request;
    request.client = "client";
    request.plan = "plan";
    request.sources = {world.sandbox.source()};
    request.run = [&](connectors::ObjectSink& sink) { world.backUpInto(sink); };
    const auto point = engine::runBackup(*vault, world.sandbox.clock, request, progress, {}).point;
    const auto again = engine::runBackup(*vault, world.sandbox.clock, request, progress, {}).point;
    BOOST_TEST(again.objects == point.objects);

    const vault::StageProgress nobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};
    static_cast<void>(vault::prune(*vault, world.sandbox.clock, {}, nobodyWatches, {}));
    BOOST_TEST(vault::verify(*vault, {vault::VerifyDepth::Data, 1}, nobodyWatches, {}).isSound());

    test::MemoryStore mirrorStore;
    const auto mirror = test::makeVault(mirrorStore);
    const auto copied = engine::copyPoint(*vault, *mirror, again, 2, world.sandbox.clock, progress, {}).point;
    FilesRestore target(world.streams, world.sandbox.restoreOptions());
    engine::RestoreRequest wanted;
    wanted.point = copied;
    auto outcome = engine::runRestore(*mirror, wanted, target, progress, {});
    engine::finishRestore(target, progress, outcome);
    BOOST_TEST(outcome.faultCount == 0U);
    world.requireRestored();
}

BOOST_AUTO_TEST_CASE(a_stream_that_cannot_be_read_is_a_fault_and_one_that_vanished_is_not) {
    const WithStreams world;
    world.streams.table->vanished.insert("first");
    const RecordedTree without = world.backUp();
    BOOST_TEST(without.faults.empty());
    BOOST_TEST(without.find(world.sandbox.key("dir/plain"))->content == "contentsmall");

    world.streams.table->locked = {"second", "of the folder"};
    const RecordedTree tree = world.backUp();
    BOOST_TEST(tree.faults.size() == 2U);
    BOOST_TEST(tree.find(world.sandbox.key("dir/plain")) == nullptr);
    // The folder keeps its other metadata, and is looked at again by the next run.
    BOOST_REQUIRE(tree.find(world.sandbox.key("dir")) != nullptr);
    BOOST_TEST(tree.find(world.sandbox.key("dir"))->header.changeToken.empty());
}

BOOST_AUTO_TEST_CASE(a_target_without_streams_gets_the_content_and_a_warning_for_each) {
    const WithStreams world;
    const RecordedTree tree = world.backUp();
    world.streams.table->isReadOnly = true;
    BOOST_TEST(world.restore(tree).faults.empty());
    BOOST_TEST(world.sandbox.warnings.size() == 5U);
    BOOST_TEST(world.sandbox.read("target/dir/plain") == "content");
    BOOST_TEST(world.sandbox.read("target/sparse") == world.sandbox.read("source/sparse"));
}

BOOST_AUTO_TEST_CASE(content_that_ends_within_a_stream_is_a_fault_and_leaves_nothing) {
    const WithStreams world;
    RecordedTree tree = world.backUp();
    tree.objects.find(world.sandbox.key("dir/plain"))->second.content.pop_back();
    BOOST_REQUIRE(world.restore(tree).faults.size() == 1U);
    BOOST_TEST(!world.sandbox.exists("target/dir/plain"));
    tree.objects.find(world.sandbox.key("dir/plain"))->second.content += "xy";
    BOOST_TEST(world.restore(tree).faults.front().second.code() == "FILES-0027");
}

BOOST_AUTO_TEST_SUITE_END()
