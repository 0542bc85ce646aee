// SPDX-License-Identifier: Apache-2.0
// hard_link_test.cpp: files with several names, out and back.
#include <boost/test/unit_test.hpp>

#include "connectors/files/link_table.hpp"
#include "tests/files/sandbox.hpp"

using connectors::ObjectKind;
using connectors::files::ConflictRule;
using connectors::files::LinkTable;
using connectors::files::RestoreOptions;
using test::Names;
using test::Playback;
using test::ReadTime;
using test::RecordedTree;
using test::Sandbox;

namespace {

void link(const Sandbox& sandbox, const std::string& folder, const std::string& name,
          const std::string& existingFolder, const std::string& existing) {
    sandbox.in(folder)->createHardLink(name, *sandbox.in(existingFolder), existing);
}

/// "one/a", "one/b" and "two/c" are the same file.
void fill(const Sandbox& sandbox) {
    sandbox.write("source/one/a", "content");
    link(sandbox, "source/one", "b", "source/one", "a");
    link(sandbox, "source/two", "c", "source/one", "a");
}

bool isSameFile(const Sandbox& sandbox, const std::string& a, const std::string& b) {
    return sandbox.status(a).fileId == sandbox.status(b).fileId;
}

RestoreOptions only(const Sandbox& sandbox, const std::vector<std::string>& paths) {
    RestoreOptions options = sandbox.restoreOptions();
    for (const std::string& path : paths) options.subtrees.push_back(sandbox.source() + "/" + path);
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hard_links)

BOOST_AUTO_TEST_CASE(the_first_name_carries_the_content_and_the_others_point_to_it) {
    const Sandbox sandbox;
    fill(sandbox);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(tree.find(sandbox.key("one/a"))->content == "content");
    for (const char* path : {"one/b", "two/c"}) {
        BOOST_CHECK(tree.find(sandbox.key(path))->header.kind == ObjectKind::HardLink);
        BOOST_TEST(tree.find(sandbox.key(path))->header.target == sandbox.key("one/a"));
    }
    const RecordedTree second = sandbox.backUp(&tree);
    BOOST_TEST(second.filesRead == 0U);
    BOOST_TEST(second.find(sandbox.key("two/c"))->wasKept);
}

BOOST_AUTO_TEST_CASE(all_names_come_back_as_one_file) {
    for (const bool isBackwards : {false, true}) {
        const Sandbox sandbox;
        fill(sandbox);
        Playback playback;
        playback.isBackwards = isBackwards;
        const RecordedTree tree = sandbox.backUp();
        BOOST_TEST(sandbox.restore(tree, sandbox.restoreOptions(), playback).faults.empty());
        BOOST_TEST(sandbox.read("target/one/a") == "content");
        BOOST_TEST(isSameFile(sandbox, "target/one/a", "target/one/b"));
        BOOST_TEST(isSameFile(sandbox, "target/one/a", "target/two/c"));
        BOOST_TEST(sandbox.compare(tree).empty());
    }
}

BOOST_AUTO_TEST_CASE(names_are_restored_without_the_first_one) {
    const Sandbox sandbox;
    fill(sandbox);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree, only(sandbox, {"one/b", "two"})).faults.empty());
    BOOST_TEST(sandbox.list("target") == (Names{"one", "one/b", "two", "two/c"}));
    BOOST_TEST(sandbox.read("target/two/c") == "content");
    BOOST_TEST(isSameFile(sandbox, "target/one/b", "target/two/c"));
}

BOOST_AUTO_TEST_CASE(the_folder_of_a_name_restored_in_the_second_pass_keeps_its_time) {
    const Sandbox sandbox;
    fill(sandbox);
    link(sandbox, "source/two", "d", "source/one", "a");
    link(sandbox, "source/two", "e", "source/one", "a");
    sandbox.setModified("source/two", {1'000'000'000, 0});
    BOOST_TEST(sandbox.restore(sandbox.backUp(), only(sandbox, {"two"})).faults.empty());
    BOOST_CHECK((sandbox.status("target/two").modified == platform::Timestamp{1'000'000'000, 0}));
}

BOOST_AUTO_TEST_CASE(names_whose_file_is_missing_from_the_point_are_faults) {
    const Sandbox sandbox;
    fill(sandbox);
    RecordedTree tree = sandbox.backUp();
    tree.objects.erase(tree.objects.find(sandbox.key("one/a")));
    const auto result = sandbox.restore(tree);
    Names failed;
    for (const auto& [key, error] : result.faults) failed.push_back(sandbox.pathBelowSource(key));
    std::sort(failed.begin(), failed.end());
    BOOST_TEST(failed == (Names{"one/b", "two/c"}));
}

BOOST_AUTO_TEST_CASE(names_whose_content_is_lost_are_faults) {
    const Sandbox sandbox;
    fill(sandbox);
    Playback playback;
    playback.isLost = [&](std::string_view key) { return key == sandbox.key("one/a"); };
    for (const bool isBackwards : {false, true}) {
        playback.isBackwards = isBackwards;
        BOOST_TEST(sandbox.restore(sandbox.backUp(), sandbox.restoreOptions(), playback).faults.size() == 3U);
        BOOST_TEST(sandbox.list("target") == (Names{"one", "two"}));
    }
}

BOOST_AUTO_TEST_CASE(a_second_restore_finds_every_name_in_place) {
    const Sandbox sandbox;
    fill(sandbox);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    const auto again = sandbox.restore(tree);
    BOOST_TEST(again.faults.empty());
    BOOST_TEST(again.contentAsked == 0U);
    BOOST_TEST(sandbox.status("target/one/a").linkCount == 3U);
}

BOOST_AUTO_TEST_CASE(a_missing_name_is_linked_to_the_file_that_is_there) {
    const Sandbox sandbox;
    fill(sandbox);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    sandbox.in("target/two")->removeFile("c");
    BOOST_TEST(sandbox.restore(tree).contentAsked == 0U);
    BOOST_TEST(isSameFile(sandbox, "target/one/a", "target/two/c"));
}

BOOST_AUTO_TEST_CASE(names_replace_what_is_there_when_everything_is_overwritten) {
    const Sandbox sandbox;
    fill(sandbox);
    const RecordedTree tree = sandbox.backUp();
    sandbox.write("target/one/b", "other");
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::Overwrite;
    for (int round = 0; round < 2; ++round) {
        options.runId = "over" + std::to_string(round);
        BOOST_TEST(sandbox.restore(tree, options).faults.empty());
        BOOST_TEST(isSameFile(sandbox, "target/one/a", "target/one/b"));
        BOOST_TEST(sandbox.list("target") == (Names{"one", "one/a", "one/b", "two", "two/c"}));
    }
}

BOOST_AUTO_TEST_CASE(a_first_name_that_is_skipped_does_not_lend_its_place_to_the_others) {
    const Sandbox sandbox;
    fill(sandbox);
    sandbox.write("target/one/a", "theirs");
    BOOST_TEST(sandbox.restore(sandbox.backUp()).faults.empty());
    BOOST_TEST(sandbox.read("target/one/a") == "theirs");
    BOOST_TEST(sandbox.read("target/one/b") == "content");
    BOOST_TEST(isSameFile(sandbox, "target/one/b", "target/two/c"));
}

BOOST_AUTO_TEST_CASE(the_content_is_there_although_all_names_but_the_links_vanish_early) {
    const Sandbox sandbox;
    fill(sandbox);
    RecordedTree tree(nullptr, ReadTime::AtTheEnd);
    connectors::files::FilesBackup(sandbox.files(), sandbox.options, sandbox.clock).run(tree, {});
    sandbox.in("source/one")->removeFile("a");
    tree.finish();
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.read("target/two/c") == "content");
}

BOOST_AUTO_TEST_CASE(names_that_were_removed_between_the_walk_and_the_reading_are_restored_all_the_same) {
    const Sandbox sandbox;
    // So many that this file is not opened during the walk.
    for (int i = 0; i < 70; ++i) {
        const std::string name = std::to_string(100 + i);
        sandbox.write("source/0/" + name, name);
        link(sandbox, "source/0", name + "x", "source/0", name);
    }
    fill(sandbox);
    RecordedTree tree(nullptr, ReadTime::AtTheEnd);
    connectors::files::FilesBackup(sandbox.files(), sandbox.options, sandbox.clock).run(tree, {});
    sandbox.in("source/one")->removeFile("b");
    sandbox.in("source/two")->removeFile("c");
    tree.finish();
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(sandbox.restore(tree, only(sandbox, {"one/b", "two"})).faults.empty());
    BOOST_TEST(isSameFile(sandbox, "target/one/b", "target/two/c"));
}

BOOST_AUTO_TEST_CASE(a_file_is_forgotten_with_the_last_of_its_names) {
    LinkTable table;
    platform::FileStatus status;
    status.linkCount = 3;
    for (std::uint64_t id = 0; id < 10'000; ++id) {
        status.fileId = id * 7919;
        const std::string first = std::string("folder\0name", 11) + std::to_string(id);
        BOOST_TEST(!table.firstName(status));
        table.addFirst(status, first);
        BOOST_REQUIRE(table.firstName(status) == first);
        if (id % 3 == 0) continue;
        table.addOther(status);
        BOOST_REQUIRE(table.firstName(status) == first);
        table.addOther(status);
        BOOST_REQUIRE(!table.firstName(status));
    }
    BOOST_TEST(table.size() == 3334U);
    status.fileId = 3 * 7919;
    BOOST_TEST(table.firstName(status).value() == std::string("folder\0name3", 12));
    status.linkCount = 1;
    status.fileId = 1;
    table.addFirst(status, "alone");
    BOOST_TEST(!table.firstName(status));
}

BOOST_AUTO_TEST_SUITE_END()
