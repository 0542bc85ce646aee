// SPDX-License-Identifier: Apache-2.0
// file_walker_test.cpp: the order and the faults of the walk.
#include "connectors/files/file_walker.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using connectors::ObjectKind;
using test::Names;
using test::RecordedTree;
using test::Sandbox;

BOOST_AUTO_TEST_SUITE(file_walker)

// RecordedTree checks the order at every call.
BOOST_AUTO_TEST_CASE(names_that_sort_around_the_separator_come_in_key_order) {
    const Sandbox sandbox;
    for (const char* path : {"a/z", "a/b/c", "a-b", "a.b", "a b", "a0/x", "B/x", "a/b-c", "a/b.c/d"}) {
        sandbox.write(std::string("source/") + path, path);
    }
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(sandbox.paths(tree) == (Names{"B", "B/x", "a", "a/b", "a/b/c", "a/b-c", "a/b.c", "a/b.c/d",
                                             "a/z", "a b", "a-b", "a.b", "a0", "a0/x"}));
    BOOST_TEST(tree.find(sandbox.key("a/b/c"))->content == "a/b/c");
}

BOOST_AUTO_TEST_CASE(a_walk_deeper_than_the_open_folders_allow_reads_every_file) {
    const Sandbox sandbox;
    constexpr int kDepth = 300;
    std::string path = "source";
    for (int i = 0; i < kDepth; ++i) {
        path += "/d";
        sandbox.write(path + "/file", std::to_string(i));
    }
    RecordedTree tree(nullptr, test::ReadTime::AtTheEnd);
    sandbox.backUpInto(tree);
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(tree.warnings.empty());
    path.clear();
    for (int i = 0; i < kDepth; ++i) {
        path += "d/";
        BOOST_REQUIRE(tree.find(sandbox.key(path + "file")) != nullptr);
        BOOST_TEST(tree.find(sandbox.key(path + "file"))->content == std::to_string(i));
    }
}

BOOST_AUTO_TEST_CASE(a_cancelled_walk_ends) {
    const Sandbox sandbox;
    sandbox.write("source/a", "x");
    const base::CancelToken cancel;
    cancel.cancel();
    RecordedTree tree;
    BOOST_CHECK_EXCEPTION(connectors::files::FilesBackup(sandbox.files(), sandbox.options).run(tree, cancel),
                          base::Error, test::isKind(base::ErrorKind::Cancelled));
}

BOOST_AUTO_TEST_CASE(the_header_says_what_the_file_is) {
    const Sandbox sandbox;
    sandbox.write("source/file", "12345");
    sandbox.setModified("source/file", {1'000'000'000, 123'456'700});
    const RecordedTree tree = sandbox.backUp();
    const connectors::ObjectHeader& header = tree.find(sandbox.key("file"))->header;
    BOOST_CHECK(header.kind == ObjectKind::File);
    BOOST_TEST(header.sizeBytes == 5U);
    BOOST_CHECK((header.modified == platform::Timestamp{1'000'000'000, 123'456'700}));
    BOOST_TEST(!header.changeToken.empty());
    BOOST_CHECK(tree.find(sandbox.key(""))->header.kind == ObjectKind::Directory);
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_replaced_while_its_files_wait_does_not_lead_elsewhere) {
    const Sandbox sandbox;
    constexpr int kFolders = 250;  // more than stay open
    for (int i = 0; i < kFolders; ++i) {
        sandbox.write("source/d" + std::to_string(1000 + i) + "/file", "old");
    }
    RecordedTree tree(nullptr, test::ReadTime::AtTheEnd);
    connectors::files::FilesBackup(sandbox.files(), sandbox.options, sandbox.clock).run(tree, {});
    sandbox.in("source")->renameChild("d1000", "moved");
    sandbox.write("source/d1000/file", "new");
    tree.finish();
    BOOST_TEST(tree.find(sandbox.key("d1000/file")) == nullptr);
    BOOST_TEST(tree.find(sandbox.key("d1001/file"))->content == "old");
    BOOST_TEST(tree.warnings.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
