// SPDX-License-Identifier: Apache-2.0
// child_tree_test.cpp: what a child has started, on Windows.
#include <windows.h>

#include <boost/test/unit_test.hpp>

#include "platform/windows/wide_text.hpp"
#include "tests/platform/child_output.hpp"
#include "tests/platform/temporary_folder.hpp"

using platform::ChildCommand;
using test::kLong;
using test::outputOf;
using test::readUntil;

BOOST_AUTO_TEST_SUITE(child_trees)

BOOST_AUTO_TEST_CASE(what_a_child_leaves_running_with_its_output_is_not_waited_for) {
    const test::TemporaryFolder folder;  // what was left running ends with it
    test::writeFile(*folder.open(), "here", "");
    ChildCommand command;
    command.words = {
        "cmd.exe", "/c",
        std::string("start /b ") + HBR_CHILD_ROLE + " linger " + (folder / "here") + " & exit 5"};
    const auto child = test::start(command);
    BOOST_TEST((child->wait(kLong) == 5));
    static_cast<void>(outputOf(*child));  // ends, whether what was started had already said something or not
}

BOOST_AUTO_TEST_CASE(what_a_child_leaves_writing_without_end_is_not_read_for_ever) {
    ChildCommand command;
    command.words = {"cmd.exe", "/c", std::string("start /b ") + HBR_CHILD_ROLE + " endless & exit 5"};
    const auto child = test::start(command);
    static_cast<void>(outputOf(*child));
    BOOST_TEST((child->wait(kLong) == 5));
}

BOOST_AUTO_TEST_CASE(what_a_child_has_started_ends_with_it) {
    const test::TemporaryFolder folder;
    const std::string file = folder / "here";
    test::writeFile(*folder.open(), "here", "");
    ChildCommand command;
    command.words = {"cmd.exe", "/c", HBR_CHILD_ROLE, "hold", file};
    const auto child = test::start(command);
    BOOST_TEST(readUntil(*child, "ready\n") == "ready\n");
    const std::wstring path = platform::windows::toWide(file);
    BOOST_TEST(DeleteFileW(path.c_str()) == 0);  // it is open
    child->kill();
    BOOST_TEST((child->wait(kLong) == 137));
    // The system ends a process in its own time.
    while (DeleteFileW(path.c_str()) == 0) Sleep(1);
}

BOOST_AUTO_TEST_SUITE_END()
