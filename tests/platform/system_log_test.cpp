// SPDX-License-Identifier: Apache-2.0
// system_log_test.cpp: the system's log as a person in front of it sees it, on every system.
#include "platform/system_log.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

#include "tests/platform/child_output.hpp"

BOOST_AUTO_TEST_SUITE(system_log)

BOOST_AUTO_TEST_CASE(a_person_reads_plain_lines_on_standard_error) {
    platform::ChildCommand command;
    command.words = {HBR_CHILD_ROLE, "log", "'C\xC3\xB4t\xC3\xA9\nhbr: forged'"};
    command.errors = platform::ChildCommand::Errors::WithOutput;
    BOOST_TEST(test::outputOf(*test::start(command)) ==
               "hbr-test: error: A job failed: 'C\xC3\xB4t\xC3\xA9\\x0ahbr: forged'\n"
               "hbr-test: warning: A job was missed: 'C\xC3\xB4t\xC3\xA9\\x0ahbr: forged'\n"
               "hbr-test: The service started: 'C\xC3\xB4t\xC3\xA9\\x0ahbr: forged'\n");
}

BOOST_AUTO_TEST_CASE(no_two_events_have_the_same_title) {
    std::set<std::string_view> titles;
    for (unsigned number = 0; number < 1000; ++number) {
        const std::string_view title = platform::titleOf(static_cast<platform::LogEvent>(number));
        if (!title.empty()) BOOST_TEST(titles.insert(title).second, title);
    }
    BOOST_TEST(titles.size() == 12U);
}

// Whoever filters by a number is not asked before it changes.
BOOST_AUTO_TEST_CASE(the_numbers_of_events_stay) {
    const auto titleOfNumber = [](unsigned number) {
        return platform::titleOf(static_cast<platform::LogEvent>(number));
    };
    BOOST_TEST(titleOfNumber(1) == "The service started");
    BOOST_TEST(titleOfNumber(2) == "The service stopped");
    BOOST_TEST(titleOfNumber(3) == "The service failed");
    BOOST_TEST(titleOfNumber(10) == "A job completed");
    BOOST_TEST(titleOfNumber(11) == "A job completed in part");
    BOOST_TEST(titleOfNumber(12) == "A job failed");
    BOOST_TEST(titleOfNumber(13) == "A job was cancelled");
    BOOST_TEST(titleOfNumber(14) == "A job was missed");
    BOOST_TEST(titleOfNumber(20) == "Alert");
    BOOST_TEST(titleOfNumber(21) == "Alert resolved");
    BOOST_TEST(titleOfNumber(30) == "The catalogue is damaged");
    BOOST_TEST(titleOfNumber(31) == "A vault is damaged");
}

BOOST_AUTO_TEST_SUITE_END()
