// SPDX-License-Identifier: Apache-2.0
// child_role ROLE [ARGUMENT]: what the tests of platform/child_process.hpp start, on every system.
//   print TEXT      writes TEXT and ends with 0
//   complain TEXT   writes TEXT to standard error and ends with 3
//   variable NAME   writes the value of a variable
//   log TEXT        writes an error, a warning and an information into the system's log
//   noise COUNT     writes so many bytes
//   endless         writes until nobody reads any more
//   until_end       writes "ready", then what it reads, and once its input has ended "end"
//   stubborn        writes "ready" and goes on whatever it is asked
//   linger FILE     writes "ready" and goes on as long as there is the file
//   hold FILE       opens the file, writes "ready" and goes on
//   start NAME DIR  starts "NAME print found" in the folder DIR, and writes its output or the error's code
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "platform/system_log.hpp"

namespace {

void say(const std::string& text) { platform::writeStandard(platform::StandardStream::Output, text); }

int log(const std::string& text) {
    const auto log = platform::openSystemLog("hbr-test");
    log->write(platform::LogSeverity::Error, platform::LogEvent::JobFailed, text);
    log->write(platform::LogSeverity::Warning, platform::LogEvent::JobMissed, text);
    log->write(platform::LogSeverity::Information, platform::LogEvent::ServiceStarted, text);
    return 0;
}

int writeWithoutEnd() {
    const std::string some(1000, 'x');
    try {
        for (;;) say(some);
    } catch (const base::Error&) {
        return 0;
    }
}

int copyUntilEnd() {
    // Whoever asks by signal and by the end of input is to see that the end is enough.
    std::signal(SIGTERM, SIG_IGN);
    say("ready\n");
    for (std::string line; std::getline(std::cin, line);) say(line + "\n");
    say("end\n");
    return 0;
}

int goOn() {
    std::signal(SIGTERM, SIG_IGN);
    say("ready\n");
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

int hold(const std::string& file) {
    const std::ifstream held(file);
    return held ? goOn() : 2;
}

int linger(const std::string& file) {
    say("ready\n");
    while (std::ifstream(file)) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return 0;
}

int start(const std::string& name, const std::string& folder) {
    std::filesystem::current_path(folder);
    try {
        say(platform::runProgram({name, "print", "found"}, {}).output);
    } catch (const base::Error& error) {
        say(error.code());
    }
    return 0;
}

}  // namespace

int main(int count, char** words) {
    platform::prepareStandardStreams();
    const auto arguments = platform::programArguments(count, words);
    if (arguments.empty()) return 2;
    const std::string& role = arguments.front();
    const std::string argument = arguments.size() > 1 ? arguments[1] : "";
    if (role == "print") return say(argument), 0;
    if (role == "complain") return platform::writeStandard(platform::StandardStream::Error, argument), 3;
    if (role == "variable") return say(platform::environmentVariable(argument).value_or("(none)")), 0;
    if (role == "noise") return say(std::string(std::stoul(argument), 'x')), 0;
    if (role == "log") return log(argument);
    if (role == "endless") return writeWithoutEnd();
    if (role == "until_end") return copyUntilEnd();
    if (role == "stubborn") return goOn();
    if (role == "hold") return hold(argument);
    if (role == "linger") return linger(argument);
    if (role == "start" && arguments.size() == 3) return start(argument, arguments[2]);
    return 2;
}
