// SPDX-License-Identifier: Apache-2.0
// special_file_test.cpp: fifos, sockets, devices, holes, and files that shrink.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

using base::Error;
using platform::DataExtent;
using platform::FileStatus;
using platform::FileType;
using platform::OpenMode;
using test::hasCode;
using test::TemporaryFolder;
using test::writeFile;

BOOST_AUTO_TEST_SUITE(special_files)

BOOST_AUTO_TEST_CASE(fifos_and_sockets_are_made_and_never_opened) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    for (const FileType type : {FileType::Fifo, FileType::Socket}) {
        FileStatus like;
        like.type = type;
        directory->createSpecial("it", like);
        BOOST_CHECK(directory->statusOf("it")->type == type);
        BOOST_CHECK(directory->list().type(0) == type);
        BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openFile("it", OpenMode::Read)), Error,
                              hasCode("FS-0010"));
        BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openForWriting("it")), Error, hasCode("FS-0010"));
        BOOST_CHECK_EXCEPTION(static_cast<void>(folder.files->openForReading(folder / "it")), Error,
                              hasCode("FS-0010"));
        platform::MetadataToApply values;
        values.mode = 0640;
        values.modified = platform::Timestamp{12345, 678};
        const platform::ExtraMetadata none;
        values.extra = &none;
        BOOST_TEST(directory->applyMetadata("it", values).empty());
        BOOST_TEST(directory->statusOf("it")->mode == 0640U);
        BOOST_CHECK(directory->statusOf("it")->modified == *values.modified);
        BOOST_CHECK(directory->extraMetadataOf("it") == none);
        directory->removeFile("it");
    }
}

BOOST_AUTO_TEST_CASE(devices_keep_their_numbers) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    FileStatus like;
    like.type = FileType::CharDevice;
    like.deviceMajor = 1;
    like.deviceMinor = 3000;
    try {
        directory->createSpecial("it", like);
    } catch (const Error& error) {
        BOOST_TEST_MESSAGE("skipped: " << error.what());
        return;
    }
    const auto status = directory->statusOf("it");
    BOOST_CHECK(status->type == FileType::CharDevice);
    BOOST_TEST(status->deviceMajor == 1U);
    BOOST_TEST(status->deviceMinor == 3000U);
    BOOST_TEST(directory->extraMetadataOf("it").attributes.empty());
}

BOOST_AUTO_TEST_CASE(a_folder_is_no_file_and_a_file_no_folder) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    directory->createDirectory("sub");
    writeFile(*directory, "file", "x");
    BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openFile("sub", OpenMode::Read)), Error,
                          hasCode("FS-0010"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openForWriting("sub")), Error, hasCode("FS-0010"));
    BOOST_CHECK_THROW(static_cast<void>(directory->openDirectory("file")), Error);
    BOOST_CHECK_THROW(directory->createSpecial("it", FileStatus{}), Error);
}

BOOST_AUTO_TEST_CASE(a_sparse_file_tells_where_its_data_lies) {
    const TemporaryFolder folder;
    const auto file = folder.open()->createFile("it");
    const base::Bytes block(64 * base::kKiB, 1);
    file->writeAt(base::kMiB, block);
    file->writeAt(3 * base::kMiB, block);
    file->truncate(8 * base::kMiB);
    const auto extents = file->dataExtents();
    if (file->status().allocatedBytes >= 8 * base::kMiB) {
        BOOST_TEST_MESSAGE("skipped: this file system keeps no holes");
        return;
    }
    BOOST_CHECK(
        (extents == std::vector<DataExtent>{{base::kMiB, block.size()}, {3 * base::kMiB, block.size()}}));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_one_hole_has_no_data) {
    const TemporaryFolder folder;
    const auto file = folder.open()->createFile("it");
    file->truncate(base::kMiB);
    if (file->status().allocatedBytes == 0) BOOST_TEST(file->dataExtents().empty());
}

BOOST_AUTO_TEST_CASE(a_hard_link_to_a_symbolic_link_is_a_symbolic_link) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "target", "x");
    directory->createSymlink("link", "target", false);
    directory->createHardLink("other", *directory, "link");
    BOOST_CHECK(directory->statusOf("other")->type == FileType::Symlink);
    BOOST_TEST(directory->statusOf("target")->linkCount == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_created_is_private) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "file", "");
    directory->createDirectory("sub");
    folder.files->createDirectories(folder / "a/b");
    static_cast<void>(folder.files->createNew(folder / "new"));
    BOOST_TEST(directory->statusOf("file")->mode == 0600U);
    BOOST_TEST(directory->statusOf("new")->mode == 0600U);
    BOOST_TEST(directory->statusOf("sub")->mode == 0700U);
    BOOST_TEST(directory->statusOf("a")->mode == 0700U);
}

BOOST_AUTO_TEST_CASE(a_link_whose_reply_was_lost_counts_as_published) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "from", "x");
    directory->createHardLink("to", *directory, "from");
    folder.files->publish(folder / "from", folder / "to");
    BOOST_TEST(!directory->statusOf("from").has_value());
    BOOST_TEST(directory->statusOf("to")->linkCount == 1U);
}

BOOST_AUTO_TEST_CASE(publish_does_not_follow_a_link_with_the_final_name) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "from", "x");
    directory->createSymlink("to", "elsewhere", false);
    BOOST_CHECK_EXCEPTION(folder.files->publish(folder / "from", folder / "to"), Error,
                          test::isKind(base::ErrorKind::Exists));
    BOOST_TEST(!directory->statusOf("elsewhere").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
