// SPDX-License-Identifier: Apache-2.0
// file_reader_test.cpp: files that change while they are backed up.
#include "connectors/files/file_reader.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using base::ErrorKind;
using connectors::files::decodeMetadata;
using connectors::files::FileMetadata;
using test::ReadTime;
using test::RecordedObject;
using test::RecordedTree;
using test::Sandbox;

namespace {

/// Does something to the file "a" when so much of it was read.
RecordedTree changeWhileReading(const Sandbox& sandbox, std::optional<std::uint64_t> when,
                                const std::function<void(platform::File&)>& change) {
    RecordedTree tree;
    tree.onRead = [&, done = false](std::string_view key, std::optional<std::uint64_t> bytesRead) mutable {
        if (done || key != sandbox.key("a") || bytesRead != when) return;
        done = true;
        change(*sandbox.in("source")->openForWriting("a"));
    };
    sandbox.backUpInto(tree);
    return tree;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_reader)

BOOST_AUTO_TEST_CASE(a_file_that_shrinks_ends_early_with_a_warning) {
    const Sandbox sandbox;
    sandbox.write("source/a", std::string(5000, 'x'));
    const RecordedTree tree =
        changeWhileReading(sandbox, 2000, [](platform::File& file) { file.truncate(2500); });
    const RecordedObject& object = *tree.find(sandbox.key("a"));
    BOOST_TEST(object.content == std::string(2500, 'x'));
    BOOST_TEST(object.header.sizeBytes == 2500U);
    BOOST_TEST(object.header.changeToken.empty());
    BOOST_TEST(tree.warnings.size() == 1U);
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.read("target/a") == std::string(2500, 'x'));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_emptied_leaves_what_was_read) {
    const Sandbox sandbox;
    sandbox.write("source/a", std::string(5000, 'x'));
    const RecordedTree tree = changeWhileReading(sandbox, 0, [](platform::File& file) { file.truncate(0); });
    BOOST_TEST(tree.find(sandbox.key("a"))->header.sizeBytes == 0U);
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.read("target/a").empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_grows_ends_where_it_ended) {
    const Sandbox sandbox;
    sandbox.write("source/a", std::string(3000, 'x'));
    const RecordedTree tree = changeWhileReading(
        sandbox, 1000, [](platform::File& file) { file.writeAt(3000, base::asBytes("more")); });
    const RecordedObject& object = *tree.find(sandbox.key("a"));
    BOOST_TEST(object.content == std::string(3000, 'x'));
    BOOST_TEST(object.header.sizeBytes == 3000U);
    BOOST_TEST(object.header.changeToken.empty());
    BOOST_TEST(tree.warnings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_that_changed_before_it_was_opened_is_taken_as_it_is_then) {
    const Sandbox sandbox;
    sandbox.write("source/a", "old");
    const RecordedTree tree = changeWhileReading(
        sandbox, std::nullopt, [](platform::File& file) { file.writeAt(0, base::asBytes("newer")); });
    const RecordedObject& object = *tree.find(sandbox.key("a"));
    BOOST_TEST(object.content == "newer");
    BOOST_TEST(object.header.sizeBytes == 5U);
    BOOST_TEST(tree.warnings.empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_vanished_is_a_warning_and_no_fault) {
    const Sandbox sandbox;
    sandbox.write("source/a", "one");
    sandbox.write("source/b", "two");
    RecordedTree tree;
    tree.onRead = [&](std::string_view key, std::optional<std::uint64_t> bytesRead) {
        if (key == sandbox.key("a") && !bytesRead) sandbox.in("source")->removeFile("a");
    };
    sandbox.backUpInto(tree);
    BOOST_TEST(tree.find(sandbox.key("a")) == nullptr);
    BOOST_TEST(tree.find(sandbox.key("b")) != nullptr);
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(tree.warnings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_with_the_name_of_a_file_means_that_the_file_is_gone) {
    const Sandbox sandbox;
    sandbox.write("source/a", "one");
    RecordedTree tree;
    tree.onRead = [&](std::string_view, std::optional<std::uint64_t> bytesRead) {
        if (bytesRead) return;
        sandbox.in("source")->removeFile("a");
        sandbox.makeFolder("source/a");
    };
    sandbox.backUpInto(tree);
    BOOST_TEST(tree.find(sandbox.key("a")) == nullptr);
    BOOST_TEST(tree.faults.empty());
}

BOOST_AUTO_TEST_CASE(holes_are_not_stored_and_come_back) {
    const Sandbox sandbox;
    const std::uint64_t size = 8 * base::kMiB;
    sandbox.write("source/a", "");
    {
        const auto file = sandbox.in("source")->openForWriting("a");
        file->writeAt(2 * base::kMiB, base::asBytes("middle"));
        file->truncate(size);
    }
    const RecordedTree tree = sandbox.backUp();
    const RecordedObject& object = *tree.find(sandbox.key("a"));
    BOOST_TEST(object.header.sizeBytes == size);
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.status("target/a").sizeBytes == size);
    BOOST_TEST(sandbox.compare(tree).empty());
    if (sandbox.status("source/a").allocatedBytes >= size) return;  // this file system keeps no holes
    BOOST_TEST(object.content.size() < base::kMiB);
    BOOST_TEST(sandbox.status("target/a").allocatedBytes < base::kMiB);
}

BOOST_AUTO_TEST_CASE(a_file_with_holes_that_grows_before_its_data_is_looked_for_can_be_restored) {
    const Sandbox sandbox;
    sandbox.write("source/a", "");
    const auto in = sandbox.in("source");
    in->openForWriting("a")->truncate(base::kMiB);
    in->createHardLink("b", *in, "a");  // several names: it is opened when the walk sees it
    RecordedTree tree(nullptr, ReadTime::AtTheEnd);
    connectors::files::FilesBackup(sandbox.files(), sandbox.options, sandbox.clock).run(tree, {});
    in->openForWriting("a")->writeAt(3 * base::kMiB, base::asBytes("far away"));
    tree.finish();
    const RecordedObject& object = *tree.find(sandbox.key("a"));
    BOOST_TEST(object.header.sizeBytes == base::kMiB);
    BOOST_CHECK_NO_THROW(decodeMetadata(object.header.metadata, object.header.sizeBytes));
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.status("target/b").sizeBytes == base::kMiB);
}

BOOST_AUTO_TEST_CASE(a_file_with_holes_that_shrinks_keeps_what_is_left_of_it) {
    const Sandbox sandbox;
    sandbox.write("source/a", std::string(4096, 'x'));
    const auto in = sandbox.in("source");
    in->openForWriting("a")->writeAt(base::kMiB, base::asBytes(std::string(4096, 'y')));
    const RecordedTree tree =
        changeWhileReading(sandbox, 4000, [](platform::File& file) { file.truncate(base::kMiB / 2); });
    const RecordedObject& object = *tree.find(sandbox.key("a"));
    BOOST_TEST(tree.warnings.size() == 1U);
    BOOST_CHECK_NO_THROW(decodeMetadata(object.header.metadata, object.header.sizeBytes));
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.status("target/a").sizeBytes == base::kMiB / 2);
}

BOOST_AUTO_TEST_SUITE_END()
