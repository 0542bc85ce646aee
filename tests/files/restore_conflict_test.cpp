// SPDX-License-Identifier: Apache-2.0
// restore_conflict_test.cpp: what a restore does with names that are taken, and what a dry run does not do.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "connectors/files/restore_session.hpp"
#include "tests/files/sandbox.hpp"

using connectors::files::ConflictRule;
using connectors::files::nameBeside;
using connectors::files::RestoreEvent;
using connectors::files::RestoreOptions;
using connectors::files::RestoreStep;
using test::Names;
using test::Playback;
using test::RecordedTree;
using test::Sandbox;

namespace {

constexpr platform::Timestamp kOfBackup{1'500'000'000, 0};

/// "source/file" from the backup, and another one in the target.
RecordedTree fill(const Sandbox& sandbox, std::int64_t theirsModified) {
    sandbox.write("source/file.txt", "ours");
    sandbox.setModified("source/file.txt", kOfBackup);
    sandbox.write("target/file.txt", "theirs");
    sandbox.setModified("target/file.txt", {theirsModified, 0});
    return sandbox.backUp();
}

std::string contentAfter(ConflictRule rule, std::int64_t theirsModified) {
    const Sandbox sandbox;
    const RecordedTree tree = fill(sandbox, theirsModified);
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = rule;
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    return sandbox.read("target/file.txt");
}

/// "path: step" of everything in the source.
Names steps(const Sandbox& sandbox, const RecordedTree& tree, RestoreOptions options) {
    Names told;
    options.onEvent = [&](const RestoreEvent& event) {
        told.push_back(sandbox.pathBelowSource(event.key) + ": " + std::string(toString(event.step)));
    };
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    return told;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restore_conflict)

BOOST_AUTO_TEST_CASE(everything_comes_back_with_its_times) {
    const Sandbox sandbox;
    for (const char* path : {"a", "dir/b", "dir/sub/c"}) sandbox.write(std::string("source/") + path, path);
    sandbox.makeFolder("source/empty");
    for (const char* path : {"source/a", "source/dir/b", "source/dir/sub", "source/dir", "source/empty"}) {
        sandbox.setModified(path, kOfBackup);
    }
    const RecordedTree tree = sandbox.backUp();
    for (const bool isBackwards : {false, true}) {
        Playback playback;
        playback.isBackwards = isBackwards;
        RestoreOptions options = sandbox.restoreOptions();
        options.targetFolder += isBackwards ? "/1" : "/2";
        BOOST_TEST(sandbox.restore(tree, options, playback).faults.empty());
        const std::string target = isBackwards ? "target/1/" : "target/2/";
        BOOST_TEST(sandbox.list(target) == sandbox.list("source"));
        BOOST_TEST(sandbox.read(target + "dir/sub/c") == "dir/sub/c");
        for (const char* path : {"a", "dir/b", "dir/sub", "dir", "empty"}) {
            BOOST_CHECK(sandbox.status(target + path).modified == kOfBackup);
        }
    }
    BOOST_TEST(sandbox.warnings.empty());
}

BOOST_AUTO_TEST_CASE(skip_leaves_what_is_there) {
    BOOST_TEST(contentAfter(ConflictRule::Skip, 1) == "theirs");
}

BOOST_AUTO_TEST_CASE(overwrite_if_newer_replaces_what_is_older) {
    BOOST_TEST(contentAfter(ConflictRule::OverwriteIfNewer, kOfBackup.seconds - 1) == "ours");
    BOOST_TEST(contentAfter(ConflictRule::OverwriteIfNewer, kOfBackup.seconds + 1) == "theirs");
    BOOST_TEST(contentAfter(ConflictRule::OverwriteIfNewer, kOfBackup.seconds) == "theirs");
}

BOOST_AUTO_TEST_CASE(overwrite_replaces_everything_even_what_looks_alike) {
    BOOST_TEST(contentAfter(ConflictRule::Overwrite, kOfBackup.seconds + 1) == "ours");
    const Sandbox sandbox;
    RecordedTree tree = fill(sandbox, 1);
    sandbox.write("target/two", "x");
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::Overwrite;
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    sandbox.in("target")->openForWriting("file.txt")->writeAt(0, base::asBytes("evil"));
    sandbox.setModified("target/file.txt", kOfBackup);
    options.runId = "again";
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    BOOST_TEST(sandbox.read("target/file.txt") == "ours");
    BOOST_TEST(sandbox.list("target") == (Names{"file.txt", "two"}));
}

BOOST_AUTO_TEST_CASE(keep_both_restores_beside_and_only_once) {
    const Sandbox sandbox;
    const RecordedTree tree = fill(sandbox, 1);
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::KeepBoth;
    for (int round = 0; round < 2; ++round) {
        options.runId = "round" + std::to_string(round);
        BOOST_TEST(sandbox.restore(tree, options).faults.empty());
        BOOST_TEST(sandbox.list("target") == (Names{"file (restored).txt", "file.txt"}));
        BOOST_TEST(sandbox.read("target/file (restored).txt") == "ours");
        BOOST_TEST(sandbox.read("target/file.txt") == "theirs");
    }
}

BOOST_AUTO_TEST_CASE(keep_both_does_not_take_the_name_of_an_object_to_come) {
    for (const bool isBackwards : {false, true}) {
        const Sandbox sandbox;
        sandbox.write("source/f", "f");
        sandbox.write("source/f (restored)", "an older copy");
        sandbox.write("target/f", "theirs");
        const RecordedTree tree = sandbox.backUp();
        RestoreOptions options = sandbox.restoreOptions();
        options.conflict = ConflictRule::KeepBoth;
        Playback playback;
        playback.isBackwards = isBackwards;
        BOOST_TEST(sandbox.restore(tree, options, playback).faults.empty());
        std::vector<std::string> contents;
        for (const std::string& name : sandbox.list("target"))
            contents.push_back(sandbox.read("target/" + name));
        std::sort(contents.begin(), contents.end());
        BOOST_TEST(contents == (Names{"an older copy", "f", "theirs"}));
    }
}

BOOST_AUTO_TEST_CASE(names_beside_keep_the_extension) {
    BOOST_TEST(nameBeside("a.txt", 1) == "a (restored).txt");
    BOOST_TEST(nameBeside("a.txt", 2) == "a (restored 2).txt");
    BOOST_TEST(nameBeside("a", 1) == "a (restored)");
    BOOST_TEST(nameBeside(".bashrc", 1) == ".bashrc (restored)");
}

BOOST_AUTO_TEST_CASE(a_folder_is_never_replaced_by_a_file) {
    for (const ConflictRule rule : {ConflictRule::Skip, ConflictRule::Overwrite, ConflictRule::KeepBoth}) {
        const Sandbox sandbox;
        sandbox.write("source/x", "ours");
        sandbox.write("target/x/theirs", "theirs");
        RestoreOptions options = sandbox.restoreOptions();
        options.conflict = rule;
        const auto result = sandbox.restore(sandbox.backUp(), options);
        BOOST_REQUIRE_EQUAL(result.faults.size(), 1U);
        BOOST_TEST(result.faults[0].second.code() == "FILES-0025");
        BOOST_TEST(sandbox.read("target/x/theirs") == "theirs");
    }
}

BOOST_AUTO_TEST_CASE(a_file_in_the_way_of_a_folder_goes_only_where_everything_is_overwritten) {
    const Sandbox sandbox;
    sandbox.write("source/dir/a", "ours");
    sandbox.write("target/dir", "theirs");
    const RecordedTree tree = sandbox.backUp();
    const auto result = sandbox.restore(tree);
    BOOST_TEST(result.faults.size() == 2U);
    BOOST_TEST(result.faults[0].second.code() == "FILES-0022");
    BOOST_TEST(sandbox.read("target/dir") == "theirs");
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::Overwrite;
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    BOOST_TEST(sandbox.read("target/dir/a") == "ours");
}

BOOST_AUTO_TEST_CASE(a_folder_that_was_there_keeps_its_time_unless_it_is_overwritten) {
    const Sandbox sandbox;
    sandbox.write("source/dir/a", "ours");
    sandbox.setModified("source/dir", kOfBackup);
    sandbox.write("target/dir/b", "theirs");
    sandbox.setModified("target/dir", {7, 0});
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.read("target/dir/a") == "ours");
    BOOST_CHECK((sandbox.status("target/dir").modified == platform::Timestamp{7, 0}));
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::Overwrite;
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    BOOST_CHECK(sandbox.status("target/dir").modified == kOfBackup);
}

BOOST_AUTO_TEST_CASE(a_dry_run_tells_what_a_restore_does_and_changes_nothing) {
    for (const ConflictRule rule : {ConflictRule::Skip, ConflictRule::OverwriteIfNewer,
                                    ConflictRule::Overwrite, ConflictRule::KeepBoth}) {
        const Sandbox sandbox;
        const RecordedTree nothing = fill(sandbox, 1);
        sandbox.write("source/dir/new", "new");
        const RecordedTree tree = sandbox.backUp();
        const Names before = sandbox.list("target");
        const auto modified = sandbox.status("target/file.txt").modified;
        RestoreOptions options = sandbox.restoreOptions();
        options.conflict = rule;
        options.isDryRun = true;
        const Names announced = steps(sandbox, tree, options);
        BOOST_TEST(sandbox.list("target") == before);
        BOOST_TEST(sandbox.read("target/file.txt") == "theirs");
        BOOST_CHECK(sandbox.status("target/file.txt").modified == modified);
        options.isDryRun = false;
        BOOST_TEST(steps(sandbox, tree, options) == announced);
    }
}

BOOST_AUTO_TEST_CASE(a_dry_run_does_not_make_its_target) {
    const Sandbox sandbox;
    sandbox.write("source/dir/a", "ours");
    RestoreOptions options = sandbox.restoreOptions();
    options.isDryRun = true;
    BOOST_TEST(steps(sandbox, sandbox.backUp(), options) == (Names{"dir: create", "dir/a: create"}));
    BOOST_TEST(!sandbox.files().status(sandbox.target()).has_value());
}

BOOST_AUTO_TEST_CASE(subtrees_includes_and_excludes_choose) {
    const Sandbox sandbox;
    for (const char* path : {"a/x.txt", "a/y.log", "b/x.txt", "c/sub/x.txt"}) {
        sandbox.write(std::string("source/") + path, "x");
    }
    const RecordedTree tree = sandbox.backUp();
    unsigned run = 0;
    const auto chosen = [&](const std::function<void(RestoreOptions&)>& choose) {
        RestoreOptions options = sandbox.restoreOptions();
        const std::string name = std::to_string(++run);
        options.targetFolder += "/" + name;
        choose(options);
        BOOST_TEST(sandbox.restore(tree, options).faults.empty());
        return sandbox.list("target/" + name);
    };
    BOOST_TEST(chosen([&](RestoreOptions& options) {
                   options.subtrees = {sandbox.source() + "/c/sub", sandbox.source() + "/a/y.log"};
               }) == (Names{"a", "a/y.log", "c", "c/sub", "c/sub/x.txt"}));
    BOOST_TEST(chosen([](RestoreOptions& options) { options.includes = {"*.log"}; }) ==
               (Names{"a", "a/y.log"}));
    BOOST_TEST(chosen([](RestoreOptions& options) { options.includes = {"sub/"}; }) ==
               (Names{"c", "c/sub", "c/sub/x.txt"}));
    BOOST_TEST(chosen([](RestoreOptions& options) { options.excludes = {"a", "sub"}; }) ==
               (Names{"b", "b/x.txt", "c"}));
    BOOST_TEST(chosen([&](RestoreOptions& options) {
                   options.stripComponents += 1;
                   options.excludes = {"*.txt"};
               }) == (Names{"sub", "y.log"}));
}

BOOST_AUTO_TEST_CASE(a_subtree_that_is_no_absolute_path_is_an_error) {
    const Sandbox sandbox;
    RestoreOptions options = sandbox.restoreOptions();
    options.subtrees = {"relative/path"};
    BOOST_CHECK_EXCEPTION(connectors::files::FilesRestore(sandbox.files(), options), base::Error,
                          test::hasCode("FILES-0020"));
}

BOOST_AUTO_TEST_CASE(names_that_could_lead_out_of_the_target_are_faults) {
    for (const std::string& name : {std::string(".."), std::string("."), std::string("../../escaped"),
                                    std::string("a/b"), std::string("/abs")}) {
        const Sandbox sandbox;
        sandbox.write("source/file", "ours");
        RecordedTree tree = sandbox.backUp();
        auto moved = tree.objects.extract(tree.objects.find(sandbox.key("file")));
        moved.key() = sandbox.key("") + std::string(1, '\0') + name;
        moved.mapped().header.key = moved.key();
        tree.objects.insert(std::move(moved));
        const auto result = sandbox.restore(tree);
        BOOST_REQUIRE_EQUAL(result.faults.size(), 1U);
        BOOST_TEST(result.faults[0].second.code() == "FILES-0021");
        BOOST_TEST(sandbox.list("target").empty());
    }
}

BOOST_AUTO_TEST_SUITE_END()
