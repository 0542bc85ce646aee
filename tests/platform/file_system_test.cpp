// SPDX-License-Identifier: Apache-2.0
// file_system_test.cpp: whole-path access, and above all publish(), on every system.
#include "platform/file_system.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <set>
#include <thread>

#include "tests/platform/temporary_folder.hpp"

using base::Error;
using base::ErrorKind;
using test::hasCode;
using test::isKind;
using test::readFile;
using test::TemporaryFolder;

namespace {

void create(const TemporaryFolder& folder, const std::string& name, std::string_view content) {
    const auto file = folder.files->createNew(folder / name);
    file->write(base::asBytes(content));
    file->sync();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_system)

BOOST_AUTO_TEST_CASE(publish_gives_the_name_and_takes_the_old_one_away) {
    const TemporaryFolder folder;
    create(folder, "from", "content");
    folder.files->publish(folder / "from", folder / "to");
    folder.files->syncDirectory(folder.path);
    BOOST_TEST(readFile(*folder.open(), "to") == "content");
    BOOST_TEST(!folder.files->status(folder / "from"));
}

BOOST_AUTO_TEST_CASE(publish_never_replaces) {
    const TemporaryFolder folder;
    create(folder, "from", "mine");
    create(folder, "to", "theirs");
    BOOST_CHECK_EXCEPTION(folder.files->publish(folder / "from", folder / "to"), Error,
                          isKind(ErrorKind::Exists));
    BOOST_TEST(readFile(*folder.open(), "to") == "theirs");
    BOOST_TEST(readFile(*folder.open(), "from") == "mine");
}

BOOST_AUTO_TEST_CASE(of_two_that_publish_at_once_exactly_one_wins) {
    const TemporaryFolder folder;
    for (int round = 0; round < 50; ++round) {
        const std::string target = "to" + std::to_string(round);
        const std::string names[2] = {"a" + std::to_string(round), "b" + std::to_string(round)};
        for (const std::string& name : names) create(folder, name, name);
        std::atomic<int> winners = 0;
        std::atomic<int> losers = 0;
        {
            std::vector<std::jthread> threads;
            for (const std::string& name : names) {
                threads.emplace_back([&, name] {
                    try {
                        folder.files->publish(folder / name, folder / target);
                        ++winners;
                    } catch (const Error& error) {
                        if (error.kind() == ErrorKind::Exists) ++losers;
                    }
                });
            }
        }
        BOOST_REQUIRE_EQUAL(winners.load(), 1);
        BOOST_REQUIRE_EQUAL(losers.load(), 1);
        const std::string content = readFile(*folder.open(), target);
        BOOST_REQUIRE(content == names[0] || content == names[1]);
    }
}

BOOST_AUTO_TEST_CASE(publishing_what_is_not_there_fails) {
    const TemporaryFolder folder;
    BOOST_CHECK_EXCEPTION(folder.files->publish(folder / "none", folder / "to"), Error,
                          isKind(ErrorKind::NotFound));
    BOOST_TEST(!folder.files->status(folder / "to"));
}

BOOST_AUTO_TEST_CASE(replace_takes_the_place_of_what_was_there) {
    const TemporaryFolder folder;
    create(folder, "from", "new");
    create(folder, "to", "old");
    folder.files->replace(folder / "from", folder / "to");
    BOOST_TEST(readFile(*folder.open(), "to") == "new");
    BOOST_TEST(!folder.files->status(folder / "from"));
}

BOOST_AUTO_TEST_CASE(a_new_file_never_replaces) {
    const TemporaryFolder folder;
    create(folder, "file", "first");
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.files->createNew(folder / "file")), Error,
                          isKind(ErrorKind::Exists));
    BOOST_TEST(readFile(*folder.open(), "file") == "first");
}

BOOST_AUTO_TEST_CASE(missing_parents_are_created_and_present_ones_accepted) {
    const TemporaryFolder folder;
    folder.files->createDirectories(folder / "a/b/c");
    folder.files->createDirectories(folder / "a/b/c");
    const auto status = folder.files->status(folder / "a/b/c");
    BOOST_REQUIRE(status.has_value());
    BOOST_CHECK(status->type == platform::FileType::Directory);
}

BOOST_AUTO_TEST_CASE(a_file_in_the_way_of_a_folder_is_an_error) {
    const TemporaryFolder folder;
    create(folder, "a", "");
    BOOST_CHECK_THROW(folder.files->createDirectories(folder / "a"), Error);
    BOOST_CHECK_THROW(folder.files->createDirectories(folder / "a/b"), Error);
}

BOOST_AUTO_TEST_CASE(removing_tells_whether_there_was_anything) {
    const TemporaryFolder folder;
    create(folder, "file", "x");
    folder.files->createDirectories(folder / "sub");
    BOOST_TEST(folder.files->removeFile(folder / "file"));
    BOOST_TEST(!folder.files->removeFile(folder / "file"));
    BOOST_TEST(folder.files->removeDirectory(folder / "sub"));
    BOOST_TEST(!folder.files->removeDirectory(folder / "sub"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_empty_is_not_removed) {
    const TemporaryFolder folder;
    folder.files->createDirectories(folder / "sub/inner");
    BOOST_CHECK_THROW(folder.files->removeDirectory(folder / "sub"), Error);
    BOOST_TEST(folder.files->status(folder / "sub/inner").has_value());
}

BOOST_AUTO_TEST_CASE(an_empty_path_is_refused) {
    const auto files = platform::makeFileSystem();
    BOOST_CHECK_EXCEPTION(static_cast<void>(files->openDirectory("")), Error, hasCode("FS-0021"));
    BOOST_CHECK_EXCEPTION(static_cast<void>(files->absolutePath("")), Error, hasCode("FS-0021"));
}

BOOST_AUTO_TEST_CASE(an_absolute_path_splits_and_joins_again) {
    const TemporaryFolder folder;
    const std::string path = folder.files->absolutePath(folder.path + "/x/.././y/");
    BOOST_TEST(path.back() == 'y');
    BOOST_TEST(folder.files->joinPath(folder.files->splitPath(path)) == path);
    BOOST_TEST(folder.files->absolutePath(path) == path);
}

BOOST_AUTO_TEST_CASE(a_path_is_absolute_or_depends_on_the_current_folder) {
    const auto files = platform::makeFileSystem();
    for (const char* path : {".", "x", "x/y", "../x", "/"}) {
        BOOST_TEST(platform::isAbsolutePath(files->absolutePath(path)));
    }
    for (const char* path : {"", ".", "x", "x/y", "./x", "../x", "x:", "~/x"}) {
        BOOST_TEST(!platform::isAbsolutePath(path));
    }
}

BOOST_AUTO_TEST_CASE(there_is_free_room) {
    const TemporaryFolder folder;
    BOOST_TEST(folder.files->freeBytes(folder.path) > 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_does_not_open_as_a_file) {
    const TemporaryFolder folder;
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.files->openForReading(folder.path)), Error,
                          isKind(ErrorKind::Invalid));
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.files->openForReading(folder / "none")), Error,
                          isKind(ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(a_listing_sorts_by_bytes) {
    platform::DirectoryListing listing;
    std::set<std::string> expected;
    std::uint64_t state = 1;
    for (int i = 0; i < 5000; ++i) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        std::string name = "common prefix of all " + std::to_string(state % 10'000'019);
        if (i % 7 == 0) name += '\xff';
        if (i % 11 == 0) name.resize(name.size() - 2);
        if (expected.insert(name).second) listing.add(name, platform::FileType::Regular);
    }
    listing.sortByName();
    BOOST_REQUIRE_EQUAL(listing.size(), expected.size());
    std::size_t i = 0;
    for (const std::string& name : expected) BOOST_REQUIRE_EQUAL(std::string(listing.name(i++)), name);
}

BOOST_AUTO_TEST_CASE(an_empty_listing_sorts) {
    platform::DirectoryListing listing;
    listing.sortByName();
    BOOST_TEST(listing.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
