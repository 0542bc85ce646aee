// SPDX-License-Identifier: Apache-2.0
// system_log_test.cpp: when lines are for the journal, and what it gets; a pipe of the test is its end.
#include "platform/system_log.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <thread>

#include "platform/base/bytes.hpp"
#include "platform/base/text.hpp"
#include "platform/linux/descriptor.hpp"
#include "tests/platform/linux/forked_child.hpp"
#include "tests/platform/temporary_folder.hpp"

using platform::LogEvent;
using platform::LogSeverity;
using platform::linux::Descriptor;
using namespace std::literals;

namespace {

constexpr const char* kForJournal = "<3>event=12 A job failed: of files\n";
constexpr const char* kForPerson = "hbr: error: A job failed: of files\n";

/// What systemd sets for a process whose stream this is.
std::string streamName(int descriptor) {
    struct stat status = {};
    BOOST_REQUIRE(::fstat(descriptor, &status) == 0);
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

struct Pipe {
    Pipe() {
        int ends[2];
        BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
        readEnd = Descriptor(ends[0]);
        writeEnd = Descriptor(ends[1]);
    }
    Descriptor readEnd;
    Descriptor writeEnd;
};

void writeOne(platform::SystemLog& log) { log.write(LogSeverity::Error, LogEvent::JobFailed, "of files"); }

/// Runs `body` with a log in a process of its own whose standard error is this descriptor.
template <typename Body>
int logInto(int descriptor, const std::string& journalStream, const Body& body) {
    ::dup2(descriptor, STDERR_FILENO);
    ::setenv("JOURNAL_STREAM", journalStream.c_str(), 1);
    body(*platform::openSystemLog("hbr"));
    return 0;
}

/// What the journal reads from a stream that it is connected with.
template <typename Body>
std::string journalOf(const Body& body) {
    Pipe pipe;
    const std::string stream = streamName(pipe.writeEnd.get());
    test::ForkedChild child([&] { return logInto(pipe.writeEnd.get(), stream, body); });
    pipe.writeEnd.reset();
    std::string all;
    std::array<char, 4096> piece;
    for (;;) {
        const ssize_t count = platform::linux::retryInterrupted(
            [&] { return ::read(pipe.readEnd.get(), piece.data(), piece.size()); });
        BOOST_REQUIRE(count >= 0);
        if (count == 0) break;
        all.append(piece.data(), static_cast<std::size_t>(count));
    }
    BOOST_TEST(child.exitCode() == 0);
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linux_system_log)

BOOST_AUTO_TEST_CASE(the_journal_gets_priorities_and_the_number_of_the_event) {
    BOOST_TEST(journalOf(writeOne) == kForJournal);
    BOOST_TEST(journalOf([](platform::SystemLog& log) {
                   log.write(LogSeverity::Warning, LogEvent::JobMissed, "at 22:00");
                   log.write(LogSeverity::Information, LogEvent::ServiceStarted, "version 1");
               }) == "<4>event=14 A job was missed: at 22:00\n<6>event=1 The service started: version 1\n");
}

BOOST_AUTO_TEST_CASE(a_stream_counts_only_if_it_is_the_one_that_the_journal_reads) {
    const test::TemporaryFolder folder;
    const std::string path = folder / "log";
    const auto fileAfter = [&](const std::string& journalStream) {
        const Descriptor file(::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
        BOOST_REQUIRE(static_cast<bool>(file));
        const std::string stream = journalStream == "own" ? streamName(file.get()) : journalStream;
        BOOST_TEST(test::exitCodeOf([&] { return logInto(file.get(), stream, writeOne); }) == 0);
        return test::readFile(*folder.open(), "log");
    };
    BOOST_TEST(fileAfter("own") == kForJournal);
    const Pipe other;
    for (const std::string& stream : {streamName(other.writeEnd.get()), std::string(), std::string("1"),
                                      std::string(":"), std::string("0:0")}) {
        BOOST_TEST(fileAfter(stream) == kForPerson, stream);
    }
}

BOOST_AUTO_TEST_CASE(no_text_forges_an_entry) {
    BOOST_TEST(journalOf([](platform::SystemLog& log) {
                   log.write(LogSeverity::Error, LogEvent::JobFailed,
                             "<7>a\n<0>event=1 b\rc\0d\x1B[1m\xFF"sv);
               }) == "<3>event=12 A job failed: <7>a\\x0a<0>event=1 b\\x0dc\\x00d\\x1b[1m\\xff\n");
}

BOOST_AUTO_TEST_CASE(a_line_that_the_journal_would_split_is_cut_between_characters) {
    const std::size_t lineMax = 48 * base::kKiB;
    for (std::size_t more = 0; more < 4; ++more) {
        const std::string cut = journalOf([&](platform::SystemLog& log) {
            std::string text(more, 'x');
            while (text.size() < 2 * lineMax) text += "\xE5\xA4\x87";
            log.write(LogSeverity::Error, LogEvent::JobFailed, text);
        });
        BOOST_TEST(cut.size() <= lineMax);
        BOOST_TEST(cut.size() > lineMax - 4);
        BOOST_TEST(cut.ends_with(" ...\n"));
        BOOST_TEST(base::isUtf8(cut));
    }
    const std::size_t room = lineMax - std::string_view("<3>event=12 A job failed: \n").size();
    const std::string whole = journalOf([room](platform::SystemLog& log) {
        log.write(LogSeverity::Error, LogEvent::JobFailed, std::string(room, 'x'));
    });
    BOOST_TEST(whole.size() == lineMax);
    BOOST_TEST(whole.ends_with("x\n"));
}

BOOST_AUTO_TEST_CASE(lines_of_several_threads_stay_whole) {
    constexpr std::size_t kLength = 20'000;  // a pipe takes more than 4,096 bytes in pieces
    const std::string all = journalOf([](platform::SystemLog& log) {
        std::vector<std::jthread> threads;
        for (const char letter : {'a', 'b', 'c', 'd'}) {
            threads.emplace_back([&log, letter] {
                for (int i = 0; i < 20; ++i)
                    log.write(LogSeverity::Error, LogEvent::JobFailed, std::string(kLength, letter));
            });
        }
    });
    const std::vector<std::string_view> lines = base::split(all, '\n');
    BOOST_TEST(lines.size() == 4U * 20 + 1);
    for (const std::string_view line : lines) {
        if (line.empty()) continue;
        BOOST_TEST((line == "<3>event=12 A job failed: " + std::string(kLength, line.back())));
    }
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_ends_no_service) {
    Pipe pipe;
    pipe.readEnd.reset();
    BOOST_TEST(test::exitCodeOf([&] {
                   ::signal(SIGPIPE, SIG_IGN);  // as cancelOnInterrupt() has it
                   return logInto(pipe.writeEnd.get(), "", writeOne);
               }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
