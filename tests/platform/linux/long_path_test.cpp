// SPDX-License-Identifier: Apache-2.0
// long_path_test.cpp: trees deeper than one system call can name, and names that are not UTF-8.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <climits>

#include "tests/platform/temporary_folder.hpp"

using base::Error;
using test::readFile;
using test::TemporaryFolder;
using test::writeFile;

BOOST_AUTO_TEST_SUITE(long_paths)

BOOST_AUTO_TEST_CASE(a_tree_deeper_than_path_max_is_written_and_read) {
    const TemporaryFolder folder;
    const std::string name(200, 'd');
    auto directory = folder.open();
    std::string path = folder.path;
    while (path.size() < 3 * PATH_MAX) {
        directory->createDirectory(name);
        directory = directory->openDirectory(name);
        path += "/" + name;
    }
    BOOST_TEST(directory->displayPath() == path);
    writeFile(*directory, "leaf", "deep");
    BOOST_TEST(readFile(*directory, "leaf") == "deep");

    // The same by whole paths.
    const auto& files = *folder.files;
    BOOST_TEST(files.status(path + "/leaf")->sizeBytes == 4U);
    BOOST_TEST(readFile(*files.openDirectory(path), "leaf") == "deep");
    files.createDirectories(path + "/more/and/more");
    files.createNew(path + "/new")->write(base::asBytes("x"));
    files.publish(path + "/new", path + "/published");
    files.replace(path + "/published", path + "/leaf");
    BOOST_TEST(test::readAll(*files.openForReading(path + "/leaf")) == "x");
    BOOST_TEST(files.freeBytes(path) > 0U);
    BOOST_TEST(files.canonicalPath(path + "/more/../leaf") ==
               files.canonicalPath(folder.path) + path.substr(folder.path.size()) + "/leaf");
    BOOST_TEST(files.removeFile(path + "/leaf"));
    BOOST_TEST(!files.removeFile(path + "/leaf"));
}

BOOST_AUTO_TEST_CASE(slashes_doubled_where_a_long_path_is_cut_do_no_harm) {
    const TemporaryFolder folder;
    folder.files->createDirectories(folder / "a");
    for (std::size_t slashes = PATH_MAX - 40; slashes < PATH_MAX + 5; ++slashes) {
        BOOST_REQUIRE(folder.files->status(folder.path + std::string(slashes, '/') + "a").has_value());
    }
}

BOOST_AUTO_TEST_CASE(a_component_longer_than_the_system_allows_is_invalid) {
    const TemporaryFolder folder;
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.files->status(folder / std::string(300, 'x'))), Error,
                          test::isKind(base::ErrorKind::Invalid));
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.files->status(folder / std::string(9000, 'x'))), Error,
                          test::isKind(base::ErrorKind::Invalid));
    BOOST_CHECK_EXCEPTION(static_cast<void>(folder.open()->statusOf(std::string(300, 'x'))), Error,
                          test::isKind(base::ErrorKind::Invalid));
}

BOOST_AUTO_TEST_CASE(names_that_are_not_utf8_stay_as_they_are) {
    const TemporaryFolder folder;
    const auto directory = folder.open();
    std::string name;
    for (int byte = 1; byte < 256; ++byte) {
        if (byte != '/') name += static_cast<char>(byte);
    }
    writeFile(*directory, name, "odd");
    directory->createSymlink("link", name, false);
    const auto listing = directory->list();
    BOOST_REQUIRE_EQUAL(listing.size(), 2U);
    BOOST_TEST((listing.name(0) == name || listing.name(1) == name));
    BOOST_TEST(readFile(*directory, name) == "odd");
    BOOST_TEST((directory->readLink("link") == name));
}

BOOST_AUTO_TEST_CASE(a_long_link_is_read_whole) {
    const TemporaryFolder folder;
    const std::string target = "/" + std::string(4000, 't');
    folder.open()->createSymlink("link", target, false);
    BOOST_TEST((folder.open()->readLink("link") == target));
}

BOOST_AUTO_TEST_CASE(a_canonical_path_has_its_links_resolved) {
    const TemporaryFolder folder;
    const auto& files = *folder.files;
    files.createDirectories(folder / "real/sub");
    folder.open()->createSymlink("link", "real", true);
    folder.open()->createSymlink("circle", "circle", false);
    BOOST_TEST(files.canonicalPath(folder / "link/sub/..") == files.canonicalPath(folder / "real"));
    BOOST_TEST(files.absolutePath(folder / "link/sub/..") == folder / "link");
    BOOST_CHECK_EXCEPTION(files.canonicalPath(folder / "circle"), Error,
                          test::isKind(base::ErrorKind::Invalid));
    BOOST_CHECK_EXCEPTION(files.canonicalPath(folder / "none"), Error,
                          test::isKind(base::ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(two_dots_behind_a_link_lead_out_of_what_it_points_to) {
    const TemporaryFolder folder;
    const auto& files = *folder.files;
    files.createDirectories(folder / "real/sub");
    folder.open()->createSymlink("link", "real/sub", true);
    BOOST_TEST(files.absolutePath(folder / "link/../file") == files.canonicalPath(folder / "real") + "/file");
    BOOST_TEST(files.absolutePath(folder / "missing/../file") == folder / "file");
}

BOOST_AUTO_TEST_CASE(linux_paths_split_at_slashes) {
    const auto files = platform::makeFileSystem();
    using Parts = std::vector<std::string>;
    BOOST_CHECK((files->splitPath("/srv/data") == Parts{"srv", "data"}));
    BOOST_CHECK(files->splitPath("/").empty());
    BOOST_TEST(files->joinPath({}) == "/");
    BOOST_TEST(files->joinPath({"srv", "data"}) == "/srv/data");
    BOOST_TEST(files->absolutePath("/a//b/../../../c/.") == "/c");
}

BOOST_AUTO_TEST_SUITE_END()
