// SPDX-License-Identifier: Apache-2.0
// windows_sources_test.cpp: sources as only Windows has them: odd names, shares, long paths, files in use.
#include <windows.h>

#include <boost/test/unit_test.hpp>

#include "platform/windows/handle.hpp"
#include "platform/windows/native_path.hpp"
#include "tests/files/sandbox.hpp"

namespace {

using connectors::files::FilesBackup;
using test::Names;
using test::RecordedTree;
using test::Sandbox;

/// Opens a file as programs do that share it with nobody.
platform::windows::Handle openAlone(const std::string& path) {
    return platform::windows::Handle(CreateFileW(platform::windows::nativePath(path).c_str(), GENERIC_READ, 0,
                                                 nullptr, OPEN_EXISTING, 0, nullptr));
}

std::vector<base::Error> precheck(Sandbox& sandbox, const std::string& source) {
    sandbox.options.selection.sources = {source};
    return FilesBackup(sandbox.files(), sandbox.options, sandbox.clock).precheck();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(windows_sources)

BOOST_AUTO_TEST_CASE(names_that_are_not_utf_16_come_back_or_are_faults_of_their_own) {
    const Sandbox sandbox;
    sandbox.write("source/plain", "b");
    RecordedTree tree = sandbox.backUp();
    // An unpaired high surrogate and an unpaired low one, as WTF-8 has them.
    for (const char* name : {"high \xED\xA0\x80", "\xED\xBF\xBF low"}) {
        test::RecordedObject odd = *tree.find(sandbox.key("plain"));
        odd.header.key = sandbox.key(name);
        tree.objects.insert_or_assign(odd.header.key, odd);
    }
    const auto faults = sandbox.restore(tree).faults;
    BOOST_TEST(sandbox.read("target/plain") == "b");
    // wine has no place for such names; Windows has, and then they are backed up again as they were.
    if (faults.empty()) {
        BOOST_TEST(sandbox.compare(tree).empty());
        BOOST_TEST(sandbox.list("target") == (Names{"high \xED\xA0\x80", "plain", "\xED\xBF\xBF low"}));
    } else {
        BOOST_TEST(faults.size() == 2U);
        BOOST_TEST(sandbox.list("target") == Names{"plain"});
    }
}

BOOST_AUTO_TEST_CASE(a_file_in_use_is_a_fault_and_the_others_go_on) {
    const Sandbox sandbox;
    for (const char* path : {"source/a", "source/in use", "source/z"}) sandbox.write(path, "content");
    sandbox.write("source/linked", "content");
    sandbox.in("source")->createHardLink("linked too", *sandbox.in("source"), "linked");
    const auto inUse = openAlone(sandbox.source() + "\\in use");
    const auto linkInUse = openAlone(sandbox.source() + "\\linked");
    BOOST_REQUIRE(inUse);
    BOOST_REQUIRE(linkInUse);
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(sandbox.paths(tree) == (Names{"a", "z"}));
    BOOST_REQUIRE(tree.faults.size() == 3U);  // both names of the second file
    for (const auto& [key, error] : tree.faults) {
        BOOST_TEST(error.code() == "FS-0005");
        BOOST_CHECK(error.kind() == base::ErrorKind::Busy);
    }
}

BOOST_AUTO_TEST_CASE(a_tree_deeper_than_any_path_may_be_long_comes_back) {
    const Sandbox sandbox;
    const std::string name(200, 'd');
    auto folder = sandbox.in("source");
    for (int depth = 0; depth < 6; ++depth) {
        folder->createDirectory(name);
        folder = folder->openDirectory(name);
    }
    test::writeFile(*folder, "deep", "content");
    const RecordedTree tree = sandbox.backUp();
    BOOST_TEST(tree.faults.empty());
    BOOST_TEST(sandbox.restore(tree).faults.empty());
    BOOST_TEST(sandbox.compare(tree).empty());
}

BOOST_AUTO_TEST_CASE(a_path_longer_than_windows_takes_is_refused_in_a_sentence) {
    Sandbox sandbox;
    std::string path = sandbox.source();
    while (path.size() < 33'000) path += "\\" + std::string(200, 'x');
    const auto isRefused = [](const base::Error& error) {
        return error.code() == "FS-0028" && error.message().size() < 200;
    };
    BOOST_CHECK_EXCEPTION(static_cast<void>(precheck(sandbox, path)), base::Error, isRefused);
}

BOOST_AUTO_TEST_CASE(a_share_is_the_first_name_of_its_keys) {
    Sandbox sandbox;
    using connectors::files::keyOf;
    using connectors::files::namesOf;
    for (const char* path :
         {"\\\\host\\share\\folder", "//host/share/folder", "\\\\?\\UNC\\host\\share\\folder"}) {
        const std::string key = keyOf(sandbox.files(), sandbox.files().absolutePath(path));
        BOOST_TEST((namesOf(key) == std::vector<std::string_view>{"\\\\host\\share", "folder"}));
        BOOST_TEST(connectors::files::pathOfKey(sandbox.files(), key) == "\\\\host\\share\\folder");
    }
}

BOOST_AUTO_TEST_CASE(a_share_that_cannot_be_reached_is_an_error_before_anything_is_read) {
    Sandbox sandbox;
    const auto errors = precheck(sandbox, "\\\\no-such-host.invalid\\share\\folder");
    BOOST_REQUIRE(errors.size() == 1U);
    BOOST_TEST(errors.front().message().find("no-such-host.invalid") != std::string::npos);
    BOOST_TEST(!errors.front().hint().empty());
}

BOOST_AUTO_TEST_SUITE_END()
