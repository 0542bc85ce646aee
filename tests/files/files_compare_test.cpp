// SPDX-License-Identifier: Apache-2.0
// files_compare_test.cpp: a comparison finds every kind of difference, and none where there is none.
#include "connectors/files/files_compare.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/files/sandbox.hpp"

using test::Names;
using test::RecordedTree;
using test::Sandbox;

namespace {

/// Restores a tree, spoils it, and gives what is found.
Names foundAfter(const std::function<void(const Sandbox&)>& spoil) {
    const Sandbox sandbox;
    sandbox.write("source/a", std::string(200'000, 'a'));
    sandbox.write("source/dir/b", "b");
    sandbox.write("source/links/one", "shared");
    sandbox.in("source/links")->createHardLink("two", *sandbox.in("source/links"), "one");
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    spoil(sandbox);
    return sandbox.compare(tree);
}

/// Writes into the file and gives it its old time back.
void overwrite(const Sandbox& sandbox, const std::string& path, std::uint64_t offset,
               std::string_view bytes) {
    const auto modified = sandbox.status(path).modified;
    const std::size_t cut = path.rfind('/');
    sandbox.in(path.substr(0, cut))
        ->openForWriting(path.substr(cut + 1))
        ->writeAt(offset, base::asBytes(bytes));
    sandbox.setModified(path, modified);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(files_compare)

BOOST_AUTO_TEST_CASE(an_equal_tree_has_no_difference) {
    BOOST_TEST(foundAfter([](const Sandbox&) {}).empty());
}

BOOST_AUTO_TEST_CASE(one_byte_is_found_wherever_it_is) {
    for (const std::uint64_t offset : {0U, 699U, 65'536U, 199'999U}) {
        BOOST_TEST(foundAfter([&](const Sandbox& sandbox) { overwrite(sandbox, "target/a", offset, "x"); }) ==
                   (Names{"a: content"}));
    }
}

BOOST_AUTO_TEST_CASE(another_size_is_found) {
    BOOST_TEST(foundAfter([](const Sandbox& sandbox) { overwrite(sandbox, "target/a", 200'000, "x"); }) ==
               (Names{"a: size"}));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_found) {
    const auto found = foundAfter([](const Sandbox& sandbox) {
        const auto modified = sandbox.status("target/dir").modified;
        sandbox.in("target/dir")->removeFile("b");
        sandbox.setModified("target/dir", modified);
    });
    BOOST_TEST(found == (Names{"dir/b: missing"}));
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_found_with_what_was_in_it) {
    const auto found = foundAfter([](const Sandbox& sandbox) {
        sandbox.in("target/dir")->removeFile("b");
        sandbox.in("target")->removeDirectory("dir");
    });
    BOOST_TEST(found == (Names{"dir: missing", "dir/b: missing"}));
}

BOOST_AUTO_TEST_CASE(another_type_is_found) {
    const auto found = foundAfter([](const Sandbox& sandbox) {
        sandbox.in("target")->removeFile("a");
        sandbox.makeFolder("target/a");
    });
    BOOST_TEST(found == (Names{"a: type"}));
}

BOOST_AUTO_TEST_CASE(another_time_is_found_of_files_and_of_folders) {
    const auto found = foundAfter([](const Sandbox& sandbox) {
        sandbox.setModified("target/a", {1, 0});
        sandbox.setModified("target/dir", {1, 0});
    });
    BOOST_TEST(found == (Names{"a: modified", "dir: modified"}));
}

BOOST_AUTO_TEST_CASE(a_name_that_became_a_file_of_its_own_is_found) {
    const auto found = foundAfter([](const Sandbox& sandbox) {
        const auto modified = sandbox.status("target/links").modified;
        sandbox.in("target/links")->removeFile("two");
        sandbox.write("target/links/two", "shared");
        sandbox.setModified("target/links", modified);
    });
    BOOST_TEST(found == (Names{"links/two: target"}));
}

BOOST_AUTO_TEST_CASE(data_in_what_was_a_hole_is_found) {
    const Sandbox sandbox;
    sandbox.write("source/a", "");
    sandbox.in("source")->openForWriting("a")->truncate(base::kMiB);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.compare(tree).empty());
    overwrite(sandbox, "target/a", 500'000, std::string_view("\0\0", 2));
    BOOST_TEST(sandbox.compare(tree).empty());
    overwrite(sandbox, "target/a", 500'000, "x");
    BOOST_TEST(sandbox.compare(tree) == (Names{"a: content"}));
}

BOOST_AUTO_TEST_CASE(the_count_is_of_objects) {
    const Sandbox sandbox;
    sandbox.write("source/a", "a");
    sandbox.write("source/b", "b");
    const RecordedTree tree = sandbox.backUp();
    connectors::files::FilesCompare target(sandbox.files(), sandbox.restoreOptions(), {});
    test::play(tree, target);
    BOOST_TEST(target.differences() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
