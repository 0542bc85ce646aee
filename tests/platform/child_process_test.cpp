// SPDX-License-Identifier: Apache-2.0
// child_process_test.cpp: programs beside this one, on every system. What they start themselves is tested in
// the folders of the systems.
#include "platform/child_process.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "tests/platform/child_output.hpp"
#include "tests/platform/temporary_folder.hpp"

using platform::ChildCommand;
using test::hasCode;
using test::kLong;
using test::kNoTime;
using test::outputOf;
using test::readUntil;

namespace {

ChildCommand role(const std::string& name, const std::string& argument = "") {
    ChildCommand command;
    command.words = {HBR_CHILD_ROLE, name, argument};
    return command;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(child_processes)

BOOST_AUTO_TEST_CASE(output_and_exit_code_come_back) {
    const auto child = test::start(role("print", "it says \"this\" and \\ that"));
    BOOST_TEST(outputOf(*child) == "it says \"this\" and \\ that");
    BOOST_TEST((child->wait(kLong) == 0));
    BOOST_TEST((child->wait(kNoTime) == 0));  // as often as one asks
}

BOOST_AUTO_TEST_CASE(more_output_than_a_pipe_holds_comes_back_whole) {
    const auto child = test::start(role("noise", std::to_string(3 * base::kMiB)));
    BOOST_TEST((outputOf(*child) == std::string(3 * base::kMiB, 'x')));
    BOOST_TEST((child->wait(kLong) == 0));
}

BOOST_AUTO_TEST_CASE(standard_error_comes_with_the_output_when_it_is_wanted) {
    ChildCommand command = role("complain", "no");
    command.errors = ChildCommand::Errors::WithOutput;
    const auto child = test::start(command);
    BOOST_TEST(outputOf(*child) == "no");
    BOOST_TEST((child->wait(kLong) == 3));
}

BOOST_AUTO_TEST_CASE(variables_are_added_and_replaced) {
    ChildCommand command = role("variable", "HBR_TEST_SECRET");
    BOOST_TEST(outputOf(*test::start(command)) == "(none)");
    command.environment = {{"HBR_TEST_SECRET", "a=b c"}};
    BOOST_TEST(outputOf(*test::start(command)) == "a=b c");
    command = role("variable", "PATH");
    const std::string path = outputOf(*test::start(command));
    BOOST_TEST(path != "(none)");
    command.environment = {{"PATH", path + "-changed"}};
    BOOST_TEST(outputOf(*test::start(command)) == path + "-changed");
}

BOOST_AUTO_TEST_CASE(withheld_variables_are_not_found) {
    ChildCommand command = role("variable", "PATH");
    command.withheld = {"PAT", "PATH_", "HBR_NOT_SET"};
    const std::string path = platform::environmentVariable("PATH").value();
    BOOST_TEST(outputOf(*test::start(command)) == path);
    command.withheld.emplace_back("PATH");
    BOOST_TEST(outputOf(*test::start(command)) == "(none)");
    command.environment = {{"PATH", "given"}};
    BOOST_TEST(outputOf(*test::start(command)) == "given");
}

BOOST_AUTO_TEST_CASE(a_child_learns_from_the_end_of_its_input_that_it_is_to_stop) {
    ChildCommand command = role("until_end");
    command.input = base::SecretBytes("a secret\n");
    const auto child = test::start(command);
    BOOST_TEST(readUntil(*child, "secret\n") == "ready\na secret\n");
    BOOST_TEST(!child->wait(kNoTime).has_value());
    child->askToStop();
    BOOST_TEST(outputOf(*child) == "end\n");
    BOOST_TEST((child->wait(kLong) == 0));
}

BOOST_AUTO_TEST_CASE(input_ends_at_once_for_who_is_not_to_wait_for_more) {
    ChildCommand command = role("until_end");
    command.inputEnd = ChildCommand::InputEnd::AtOnce;
    BOOST_TEST(outputOf(*test::start(command)) == "ready\nend\n");
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_stop_is_ended) {
    const auto child = test::start(role("stubborn"));
    BOOST_TEST(readUntil(*child, "ready\n") == "ready\n");
    child->askToStop();
    base::Bytes none(10);
    BOOST_TEST(!child->readOutput(none, std::chrono::milliseconds(1)).has_value());
    BOOST_TEST(!child->wait(kNoTime).has_value());
    {
        const std::jthread other([&child] { child->kill(); });
        BOOST_TEST(outputOf(*child).empty());
    }
    const auto exitCode = child->wait(kLong);
    BOOST_REQUIRE(exitCode.has_value());
    BOOST_TEST(*exitCode != 0);
    child->kill();  // of no use, and no harm
    child->askToStop();
}

BOOST_AUTO_TEST_CASE(a_child_that_is_dropped_is_ended) {
    // Else the test would wait for it for ever.
    BOOST_TEST(readUntil(*test::start(role("stubborn")), "ready\n") == "ready\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_not_found) {
    ChildCommand command;
    command.words = {"hbr-no-such-program"};
    BOOST_CHECK_EXCEPTION(platform::startChild(command), base::Error, hasCode("PROC-0002"));
}

BOOST_AUTO_TEST_CASE(a_bare_name_is_looked_for_in_path_and_never_in_the_current_folder) {
    const test::TemporaryFolder folder;
    std::filesystem::copy_file(HBR_CHILD_ROLE, folder / "hbr-test-tool.exe");
    ChildCommand command;
    command.words = {HBR_CHILD_ROLE, "start", "hbr-test-tool.exe", folder.path};
    BOOST_TEST(outputOf(*test::start(command)) == "PROC-0002");
    for (const char* path : {"", ".", ":", ";", ":.:", ";.;", "./."}) {
        command.environment = {{"PATH", path}};
        BOOST_TEST(outputOf(*test::start(command)) == "PROC-0002");
    }
    command.environment = {{"PATH", folder.path}};
    BOOST_TEST(outputOf(*test::start(command)) == "found");
    command.environment.clear();
    command.words[2] = "./hbr-test-tool.exe";
    BOOST_TEST(outputOf(*test::start(command)) == "found");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_handed_over_is_refused) {
    using namespace std::string_literals;
    const auto isRefused = [](const ChildCommand& command) {
        BOOST_CHECK_EXCEPTION(platform::startChild(command), base::Error, hasCode("PROC-0004"));
    };
    isRefused({});
    ChildCommand command = role("print");
    command.words.front().clear();
    isRefused(command);
    isRefused(role("print", "a\0b"s));
    for (const auto& [name, value] : {std::pair{""s, "x"s}, {"A=B"s, "x"s}, {"A\0"s, "x"s}, {"A"s, "\0"s}}) {
        command = role("print");
        command.environment = {{name, value}};
        isRefused(command);
    }
    for (const auto& name : {""s, "A=B"s, "A\0"s}) {
        command = role("print");
        command.withheld = {name};
        isRefused(command);
    }
    command = role("print");
    command.input = base::SecretBytes(base::Bytes(ChildCommand::kMostInputBytes + 1));
    isRefused(command);
    command.input = base::SecretBytes(base::Bytes(ChildCommand::kMostInputBytes));
    BOOST_TEST((test::start(command)->wait(kLong) == 0));
}

BOOST_AUTO_TEST_SUITE_END()
