// SPDX-License-Identifier: Apache-2.0
// child_start_test.cpp: how Windows starts a child: its variables, the names of programs, and batch files,
// which cmd.exe runs by rules of its own.
#include <boost/test/unit_test.hpp>

#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "platform/windows/program_search.hpp"
#include "platform/windows/wide_text.hpp"
#include "tests/platform/child_output.hpp"
#include "tests/platform/temporary_folder.hpp"

using platform::ChildCommand;
using test::hasCode;
using test::kLong;
using test::outputOf;

namespace {

/// A batch file in a folder of its own.
class BatchFile final {
public:
    /// Lets `role` run, then ends with 7.
    BatchFile(const std::string& folder, const std::string& name, const std::string& role) {
        folder_.open()->createDirectory(folder);
        const std::string program = folder_.files->absolutePath(HBR_CHILD_ROLE);
        test::writeFile(*folder_.open()->openDirectory(folder), name,
                        "@\"" + program + "\" " + role + "\r\n@exit /b 7\r\n");
        path = folder_.path + "\\" + folder + "\\" + name;
    }

    std::string path;

private:
    test::TemporaryFolder folder_;
};

std::string saying(const std::string& output, std::optional<int> exitCode) {
    return output + " (" + std::to_string(exitCode.value_or(-1)) + ")";
}

std::string sayingOfProgram(const std::vector<std::string>& words) {
    const platform::ChildResult result = test::startedBy([&] { return platform::runProgram(words, {}); });
    return saying(result.output, result.exitCode);
}

std::string sayingOfChild(const std::string& path) {
    ChildCommand command;
    command.words = {path};
    const auto child = test::start(command);
    const std::string output = outputOf(*child);
    return saying(output, child->wait(kLong));
}

/// What a batch file says is always the same; but under wine the program that it starts may fail to
/// (child_output.hpp), and then says nothing.
template <class Say>
void requireSays(const Say& say, const std::string& expected) {
    std::string said = say();
    for (int left = 2; left > 0 && said != expected; --left) said = say();
    BOOST_TEST(said == expected);
}

void requireRefused(const std::vector<std::string>& words) {
    ChildCommand command;
    command.words = words;
    BOOST_CHECK_EXCEPTION(platform::startChild(command), base::Error, hasCode("PROC-0006"));
    BOOST_CHECK_EXCEPTION(platform::runProgram(words, {}), base::Error, hasCode("PROC-0006"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(child_starts)

BOOST_AUTO_TEST_CASE(capital_and_small_letters_of_a_variable_are_the_same) {
    ChildCommand command;
    command.words = {"cmd.exe", "/c", "set path"};
    command.withheld = {"pATh", "PATHEXT"};
    command.environment = {{"paTH", "x"}};
    BOOST_TEST(outputOf(*test::start(command)).ends_with("=x\r\n"));
    command.words = {HBR_CHILD_ROLE, "variable", "PATH"};
    BOOST_TEST(outputOf(*test::start(command)) == "x");
    command.environment.clear();
    BOOST_TEST(outputOf(*test::start(command)) == "(none)");
}

BOOST_AUTO_TEST_CASE(a_bare_name_is_a_program_of_the_system_first) {
    using platform::windows::findProgram;
    for (const char* name : {"cmd", "cmd.exe", "CMD.EXE"}) {
        const std::string path = platform::windows::toUtf8(findProgram(name));
        BOOST_TEST(
            path.ends_with(std::string(name).substr(0, 3) + (path.ends_with("EXE") ? ".EXE" : ".exe")));
        BOOST_TEST(platform::isAbsolutePath(path));
    }
    BOOST_CHECK_EXCEPTION(findProgram("."), base::Error, hasCode("PROC-0002"));
    BOOST_CHECK_EXCEPTION(findProgram("C:\\"), base::Error, hasCode("PROC-0002"));
    BOOST_CHECK_EXCEPTION(findProgram("C:\\no\\such\\program"), base::Error, hasCode("PROC-0002"));
}

BOOST_AUTO_TEST_CASE(a_batch_file_runs_whatever_is_in_its_path) {
    for (const char* folder : {"plain", "two words", "a & b", "100% of %OS%", "%OS%", "c^d", "(e) !f!",
                               "x,y;z=w", "it's", "gr\xC3\xBCn"}) {
        const BatchFile file(folder, "say it.bat", "print here");
        requireSays([&] { return sayingOfChild(file.path); }, "here (7)");
        requireSays([&] { return sayingOfProgram({file.path}); }, "here (7)");
    }
}

BOOST_AUTO_TEST_CASE(a_batch_file_gets_its_arguments_as_they_are) {
    const BatchFile file("a & b", "say.CMD", "print %2");
    for (const std::string text :
         {"plain", "two words", "", "a & echo b", "a|b", "a^b", "<in >out", "(x", "x)", "a,b;c=d",
          "C:\\folder\\", "!OS!", "/x", "gr\xC3\xBCn", "*?", "it's"}) {
        requireSays([&] { return sayingOfProgram({file.path, "first one", text}); }, text + " (7)");
    }
}

BOOST_AUTO_TEST_CASE(a_batch_file_gets_no_argument_that_could_become_a_command) {
    const BatchFile file("plain", "say.bat", "print %1");
    for (const char* text : {"\"", "a\" & echo b", "%", "%OS%", "a\nb", "a\rb", "a\tb"}) {
        requireRefused({file.path, text});
        requireRefused({file.path, "first", text});
    }
    // Windows passes over these endings.
    for (const char* ending : {".", " ", " . ."}) requireRefused({file.path + ending, "\""});
    requireRefused({file.path, std::string(8192, 'x')});
    const std::string longest(4000, 'x');
    requireSays([&] { return sayingOfProgram({file.path, longest}); }, longest + " (7)");
}

BOOST_AUTO_TEST_CASE(batch_files_are_known_by_their_ending) {
    using platform::windows::isBatchFile;
    for (const wchar_t* path : {L"C:\\a.bat", L"C:\\a.CMD", L"C:\\a.Bat. .", L"a.exe.cmd "}) {
        BOOST_TEST(isBatchFile(path));
    }
    for (const wchar_t* path : {L"", L"bat", L"C:\\a.exe", L"C:\\a.bat\\b.exe", L"C:\\a.cmdx", L"C:\\bat"}) {
        BOOST_TEST(!isBatchFile(path));
    }
}

BOOST_AUTO_TEST_SUITE_END()
