// SPDX-License-Identifier: Apache-2.0
// directory_test.cpp: what an open directory and its files promise on every system.
#include <boost/test/unit_test.hpp>

#include "platform/file_system.hpp"
#include "tests/platform/temporary_folder.hpp"

using base::Error;
using base::ErrorKind;
using platform::DataExtent;
using platform::FileType;
using platform::OpenMode;
using platform::Timestamp;
using test::hasCode;
using test::isKind;
using test::readFile;
using test::TemporaryFolder;
using test::writeFile;

namespace {

/// False, with a message, where this system or user may not make symbolic links.
bool makeLink(const platform::Directory& in, std::string_view name, std::string_view target,
              bool isDirectory) {
    try {
        in.createSymlink(name, target, isDirectory);
        return true;
    } catch (const Error& error) {
        BOOST_TEST_MESSAGE("skipped: " << error.what());
        return false;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(directory)

BOOST_AUTO_TEST_CASE(names_that_lead_elsewhere_are_refused) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                    std::string("/"), std::string("a\0b", 3)}) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(directory->statusOf(name)), Error,
                              isKind(ErrorKind::Invalid));
        BOOST_CHECK_EXCEPTION(static_cast<void>(directory->createFile(name)), Error,
                              isKind(ErrorKind::Invalid));
        BOOST_CHECK_EXCEPTION(directory->createDirectory(name), Error, isKind(ErrorKind::Invalid));
        BOOST_CHECK_EXCEPTION(directory->removeFile(name), Error, isKind(ErrorKind::Invalid));
    }
}

BOOST_AUTO_TEST_CASE(a_link_to_a_file_is_never_followed) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "target", "secret");
    if (!makeLink(*directory, "link", "target", false)) return;
    BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openFile("link", OpenMode::Read)), Error,
                          hasCode("FS-0009"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openForWriting("link")), Error, hasCode("FS-0009"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(directory->createFile("link")), Error, isKind(ErrorKind::Exists));
    BOOST_CHECK(directory->statusOf("link")->type == FileType::Symlink);
    BOOST_TEST(directory->readLink("link") == "target");
    directory->removeFile("link");
    BOOST_TEST(readFile(*directory, "target") == "secret");
}

BOOST_AUTO_TEST_CASE(a_link_to_a_folder_is_never_followed) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    directory->createDirectory("inside");
    if (!makeLink(*directory, "link", "inside", true)) return;
    BOOST_CHECK_EXCEPTION(static_cast<void>(directory->openDirectory("link")), Error, hasCode("FS-0009"));
}

BOOST_AUTO_TEST_CASE(a_listing_names_every_child_and_no_dots) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    for (int i = 0; i < 300; ++i) writeFile(*directory, "file" + std::to_string(1000 + i), "");
    directory->createDirectory("sub");
    for (int round = 0; round < 2; ++round) {
        auto listing = directory->list();
        listing.sortByName();
        BOOST_REQUIRE_EQUAL(listing.size(), 301U);
        BOOST_TEST(std::string(listing.name(0)) == "file1000");
        BOOST_TEST(std::string(listing.name(300)) == "sub");
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_there_has_no_status) {
    const TemporaryFolder folder;
    BOOST_TEST(!folder.open()->statusOf("none").has_value());
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.open()->openFile("none", OpenMode::Read)), Error,
                          isKind(ErrorKind::NotFound));
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.open()->openDirectory("none")), Error,
                          isKind(ErrorKind::NotFound));
    BOOST_CHECK_EXCEPTION(folder.open()->removeFile("none"), Error, isKind(ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(a_file_reads_writes_and_changes_its_size) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    const auto file = directory->createFile("file");
    file->write(base::asBytes("hello world"));
    file->writeAt(6, base::asBytes("there"));
    file->seek(0);
    BOOST_TEST(test::readAll(*file) == "hello there");
    base::Bytes part(5);
    BOOST_TEST(file->readAt(6, part) == 5U);
    BOOST_TEST(std::string(base::asText(part)) == "there");
    BOOST_TEST(file->readAt(11, part) == 0U);
    BOOST_TEST(file->readAt(UINT64_MAX, part) == 0U);
    file->truncate(5);
    file->sync();
    file->startWriteback();
    file->dropCache();
    BOOST_TEST(file->status().sizeBytes == 5U);
    BOOST_TEST(readFile(*directory, "file") == "hello");
}

BOOST_AUTO_TEST_CASE(a_file_without_holes_is_one_run_and_an_empty_one_none) {
    const TemporaryFolder folder;
    const auto file = folder.open()->createFile("file");
    BOOST_TEST(file->dataExtents().empty());
    file->write(base::asBytes("abc"));
    file->seek(1);
    BOOST_CHECK((file->dataExtents() == std::vector<DataExtent>{{0, 3}}));
    base::Bytes rest(8);
    BOOST_TEST(file->read(rest) == 2U);
}

BOOST_AUTO_TEST_CASE(a_hard_link_is_another_name_of_the_same_file) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "first", "same");
    directory->createDirectory("sub");
    const auto sub = directory->openDirectory("sub");
    sub->createHardLink("second", *directory, "first");
    BOOST_TEST(sub->statusOf("second")->fileId == directory->statusOf("first")->fileId);
    BOOST_TEST(sub->statusOf("second")->linkCount == 2U);
    BOOST_CHECK_EXCEPTION(sub->createHardLink("second", *directory, "first"), Error,
                          isKind(ErrorKind::Exists));
}

BOOST_AUTO_TEST_CASE(renaming_a_child_replaces_a_file) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "new", "new");
    writeFile(*directory, "old", "old");
    directory->renameChild("new", "old");
    directory->sync();
    BOOST_TEST(readFile(*directory, "old") == "new");
    BOOST_TEST(!directory->statusOf("new").has_value());
}

BOOST_AUTO_TEST_CASE(a_time_of_modification_comes_back) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    writeFile(*directory, "file", "x");
    directory->createDirectory("sub");
    platform::MetadataToApply values;
    values.modified = Timestamp{1'234'567'890, 123'456'700};
    for (const char* name : {"file", "sub"}) {
        BOOST_TEST(directory->applyMetadata(name, values).empty());
        BOOST_CHECK(directory->statusOf(name)->modified == *values.modified);
    }
}

BOOST_AUTO_TEST_CASE(a_file_system_is_flushed_as_a_whole_where_that_is_possible) {
    const test::TemporaryFolder folder;
    const auto opened = folder.files->openDirectory(folder.path);
    opened->createFile("file")->write(base::asBytes("content"));
    if (const auto volume = opened->volumeFlusher()) BOOST_CHECK_NO_THROW(volume->flush());
    BOOST_CHECK_NO_THROW(opened->sync());
}

BOOST_AUTO_TEST_SUITE_END()
