// SPDX-License-Identifier: Apache-2.0
// restore_safety_test.cpp: links planted in the target lead nowhere, and metadata comes after content.
#include <linux/fs.h>

#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using connectors::files::ConflictRule;
using connectors::files::RestoreOptions;
using platform::FileType;
using test::Names;
using test::RecordedTree;
using test::Sandbox;

namespace {

void setMode(const Sandbox& sandbox, const std::string& folder, const std::string& name, std::uint32_t mode) {
    platform::MetadataToApply values;
    values.mode = mode;
    BOOST_TEST(sandbox.in(folder)->applyMetadata(name, values).empty());
}

void setFlags(const Sandbox& sandbox, const std::string& folder, const std::string& name,
              std::uint32_t flags) {
    const platform::ExtraMetadata extra{{}, flags};
    platform::MetadataToApply values;
    values.extra = &extra;
    for (const std::string& sentence : sandbox.in(folder)->applyMetadata(name, values)) {
        BOOST_TEST_MESSAGE("refused: " << sentence);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restore_safety)

BOOST_AUTO_TEST_CASE(a_link_in_place_of_a_folder_is_never_followed) {
    for (const ConflictRule rule : {ConflictRule::Skip, ConflictRule::OverwriteIfNewer,
                                    ConflictRule::Overwrite, ConflictRule::KeepBoth}) {
        const Sandbox sandbox;
        sandbox.write("source/dir/sub/file", "ours");
        sandbox.makeFolder("victim/sub");
        sandbox.in("target")->createSymlink("dir", sandbox.folder / "victim", true);
        RestoreOptions options = sandbox.restoreOptions();
        options.conflict = rule;
        const auto result = sandbox.restore(sandbox.backUp(), options);
        BOOST_TEST(sandbox.list("victim") == (Names{"sub"}));
        const bool isReplaced = rule == ConflictRule::Overwrite;
        BOOST_TEST(result.faults.empty() == isReplaced);
        BOOST_CHECK(sandbox.status("target/dir").type ==
                    (isReplaced ? FileType::Directory : FileType::Symlink));
    }
}

BOOST_AUTO_TEST_CASE(a_link_in_place_of_a_file_is_replaced_and_not_written_through) {
    const Sandbox sandbox;
    sandbox.write("source/file", "ours");
    sandbox.write("victim/file", "precious");
    sandbox.in("target")->createSymlink("file", sandbox.folder / "victim/file", false);
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::Overwrite;
    BOOST_TEST(sandbox.restore(sandbox.backUp(), options).faults.empty());
    BOOST_TEST(sandbox.read("victim/file") == "precious");
    BOOST_CHECK(sandbox.status("target/file").type == FileType::Regular);
}

BOOST_AUTO_TEST_CASE(a_link_that_was_restored_does_not_lead_the_objects_behind_it) {
    const Sandbox sandbox;
    sandbox.makeFolder("victim");
    sandbox.write("source/dir/file", "ours");
    RecordedTree tree = sandbox.backUp();
    // A forged point: "dir" is a link, and there is something below it all the same.
    connectors::ObjectHeader& header = tree.objects.find(sandbox.key("dir"))->second.header;
    header.kind = connectors::ObjectKind::Symlink;
    header.target = sandbox.folder / "victim";
    const auto result = sandbox.restore(tree);
    BOOST_TEST(result.faults.size() == 1U);
    BOOST_TEST(sandbox.list("victim").empty());
}

BOOST_AUTO_TEST_CASE(a_hard_link_to_a_planted_link_is_not_made_through_it) {
    const Sandbox sandbox;
    sandbox.write("source/a", "ours");
    sandbox.in("source")->createHardLink("b", *sandbox.in("source"), "a");
    sandbox.write("victim/file", "precious");
    sandbox.in("target")->createSymlink("b", sandbox.folder / "victim/file", false);
    RestoreOptions options = sandbox.restoreOptions();
    options.conflict = ConflictRule::Overwrite;
    BOOST_TEST(sandbox.restore(sandbox.backUp(), options).faults.empty());
    BOOST_TEST(sandbox.read("victim/file") == "precious");
    BOOST_TEST(sandbox.status("target/a").fileId == sandbox.status("target/b").fileId);
}

BOOST_AUTO_TEST_CASE(a_folder_without_write_permission_gets_its_content_first) {
    const Sandbox sandbox;
    sandbox.write("source/dir/file", "ours");
    setMode(sandbox, "source", "dir", 0555);
    BOOST_TEST(sandbox.restore(sandbox.backUp()).faults.empty());
    BOOST_TEST(sandbox.read("target/dir/file") == "ours");
    BOOST_TEST(sandbox.status("target/dir").mode == 0555U);
    setMode(sandbox, "source", "dir", 0755);
    setMode(sandbox, "target", "dir", 0755);
}

BOOST_AUTO_TEST_CASE(links_and_fifos_with_several_names_come_back_as_one) {
    const Sandbox sandbox;
    const auto in = sandbox.in("source");
    in->createSymlink("link", "nowhere", false);
    platform::FileStatus fifo;
    fifo.type = FileType::Fifo;
    in->createSpecial("fifo", fifo);
    for (const std::string name : {"link", "fifo"}) {
        in->createHardLink(name + "2", *in, name);
        in->createHardLink(name + "3", *in, name);
    }
    const RecordedTree tree = sandbox.backUp();
    for (int round = 0; round < 2; ++round) {
        BOOST_TEST(sandbox.restore(tree).faults.empty());
        BOOST_TEST(sandbox.status("target/link").linkCount == 3U);
        BOOST_TEST(sandbox.status("target/fifo").linkCount == 3U);
        BOOST_TEST(sandbox.compare(tree).empty());
    }
    RestoreOptions options = sandbox.restoreOptions();
    options.targetFolder += "/part";
    options.subtrees = {sandbox.source() + "/link2", sandbox.source() + "/link3"};
    BOOST_TEST(sandbox.restore(tree, options).faults.empty());
    BOOST_TEST(sandbox.list("target/part") == (Names{"link2", "link3"}));
    BOOST_TEST(sandbox.status("target/part/link3").linkCount == 2U);
}

BOOST_AUTO_TEST_CASE(an_immutable_file_with_several_names_gets_all_of_them) {
    const Sandbox sandbox;
    sandbox.write("source/a", "ours");
    sandbox.in("source")->createHardLink("b", *sandbox.in("source"), "a");
    setFlags(sandbox, "source", "a", FS_IMMUTABLE_FL);
    const RecordedTree tree = sandbox.backUp();
    const auto result = sandbox.restore(tree);
    const Names differences = sandbox.compare(tree);
    setFlags(sandbox, "source", "a", 0);
    setFlags(sandbox, "target", "a", 0);
    BOOST_TEST(result.faults.empty());
    BOOST_TEST(differences.empty());
    BOOST_TEST(sandbox.status("target/a").linkCount == 2U);
}

BOOST_AUTO_TEST_CASE(other_modes_attributes_and_targets_are_found_by_a_comparison) {
    const Sandbox sandbox;
    for (const char* name : {"mode", "attributes"}) sandbox.write(std::string("source/") + name, "x");
    sandbox.in("source")->createSymlink("link", "here", false);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.compare(tree).empty());
    setMode(sandbox, "target", "mode", 0711);
    const platform::ExtraMetadata extra{{{"user.a", {1}}}, 0};
    platform::MetadataToApply values;
    values.extra = &extra;
    BOOST_TEST(sandbox.in("target")->applyMetadata("attributes", values).empty());
    const auto modified = sandbox.status("target/link").modified;
    sandbox.in("target")->removeFile("link");
    sandbox.in("target")->createSymlink("link", "there", false);
    sandbox.setModified("target/link", modified);
    BOOST_TEST(sandbox.compare(tree) == (Names{"attributes: attributes", "link: target", "mode: mode"}));
}

BOOST_AUTO_TEST_CASE(setuid_without_anything_of_roots_is_no_difference) {
    const Sandbox sandbox;
    sandbox.write("source/tool", "x");
    setMode(sandbox, "source", "tool", 04755);
    RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.compare(tree).empty());
}

BOOST_AUTO_TEST_SUITE_END()
