// SPDX-License-Identifier: Apache-2.0
#include "agent/service/log_file.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/service/service_log.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/service/kept_log.hpp"
#include "tests/support/manual_clock.hpp"

namespace {

using platform::LogEvent;
using platform::LogSeverity;
using service::LogFile;

struct Logs {
    test::TemporaryFolder folder;
    test::ManualClock clock{1'000'000'000};
    const std::string path = folder / "logs";

    [[nodiscard]] LogFile file(service::LogFileBounds bounds = {}) const {
        return {*folder.files, clock, path, bounds};
    }
    [[nodiscard]] std::string text(const char* name = "agent.log") const {
        return test::readFile(*folder.files->openDirectory(path), name);
    }
    [[nodiscard]] std::size_t count() const { return folder.files->openDirectory(path)->list().size(); }
};

/// Takes nothing: its folder is a file.
struct BlockedLogs : Logs {
    BlockedLogs() { test::writeFile(*folder.open(), "logs", ""); }
    void unblock() const { folder.files->removeFile(path); }
};

/// A ServiceLog that shows what its two logs were told.
struct BothLogs : Logs {
    test::KeptLog* system = nullptr;

    service::ServiceLog log() {
        auto kept = std::make_unique<test::KeptLog>();
        system = kept.get();
        return {std::move(kept), std::make_unique<LogFile>(*folder.files, clock, path)};
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log_file)

BOOST_FIXTURE_TEST_CASE(a_line_has_its_moment_and_cannot_be_two_lines, Logs) {
    BOOST_TEST(!file().add("Job 1 of 'a\nb' starts."));
    BOOST_TEST(text() == "2001-09-09T01:46:40Z Job 1 of 'a\\x0ab' starts.\n");
}

BOOST_FIXTURE_TEST_CASE(a_new_service_goes_on_where_the_last_one_ended, Logs) {
    BOOST_TEST(!file().add("first"));
    BOOST_TEST(!file().add("second"));
    BOOST_TEST(text() == "2001-09-09T01:46:40Z first\n2001-09-09T01:46:40Z second\n");
}

BOOST_FIXTURE_TEST_CASE(a_large_file_is_put_aside_and_the_oldest_goes, Logs) {
    LogFile log = file({.mostBytes = 60, .mostAside = 2});
    for (int number = 1; number <= 9; ++number) BOOST_TEST(!log.add("line " + std::to_string(number)));
    BOOST_TEST(count() == 3U);
    BOOST_TEST(text() == "2001-09-09T01:46:40Z line 9\n");
    BOOST_TEST(text("agent.log.1") == "2001-09-09T01:46:40Z line 7\n2001-09-09T01:46:40Z line 8\n");
    BOOST_TEST(text("agent.log.2") == "2001-09-09T01:46:40Z line 5\n2001-09-09T01:46:40Z line 6\n");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_was_large_before_is_put_aside_by_the_next_service, Logs) {
    BOOST_TEST(!file().add(std::string(100, 'x')));
    BOOST_TEST(!file({.mostBytes = 60, .mostAside = 1}).add("next"));
    BOOST_TEST(text() == "2001-09-09T01:46:40Z next\n");
    BOOST_TEST(text("agent.log.1").size() == 122U);
}

BOOST_FIXTURE_TEST_CASE(trouble_is_told_once_until_a_line_is_written_again, BlockedLogs) {
    LogFile log = file();
    BOOST_TEST(log.add("lost").has_value());
    BOOST_TEST(!log.add("lost, too"));
    unblock();
    BOOST_TEST(!log.add("written"));
    BOOST_TEST(text() == "2001-09-09T01:46:40Z written\n");
}

BOOST_FIXTURE_TEST_CASE(both_logs_hear_of_an_entry_and_the_file_alone_of_a_record, BothLogs) {
    service::ServiceLog both = log();
    both.write(LogSeverity::Error, LogEvent::CatalogueDamaged, "it is");
    both.record("Job 1 starts.");
    BOOST_TEST((system->take() == std::vector<std::string>{"30 it is"}));
    BOOST_TEST(
        text() ==
        "2001-09-09T01:46:40Z error: The catalogue is damaged: it is\n2001-09-09T01:46:40Z Job 1 starts.\n");
}

BOOST_FIXTURE_TEST_CASE(the_end_of_a_job_stands_in_the_file_once, BothLogs) {
    service::ServiceLog both = log();
    both.record("Job 1 failed.");
    both.write(LogSeverity::Error, LogEvent::JobFailed, "it did");
    BOOST_TEST((system->take() == std::vector<std::string>{"12 it did"}));
    BOOST_TEST(text() == "2001-09-09T01:46:40Z Job 1 failed.\n");
}

BOOST_FIXTURE_TEST_CASE(a_file_that_takes_nothing_is_told_to_the_systems_log, BothLogs) {
    test::writeFile(*folder.open(), "logs", "");
    service::ServiceLog both = log();
    both.record("lost");
    both.record("lost");
    const auto told = system->take();
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].starts_with("20 The service's log file cannot be written"));
}

BOOST_AUTO_TEST_SUITE_END()
