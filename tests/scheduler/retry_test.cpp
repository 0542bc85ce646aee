// SPDX-License-Identifier: Apache-2.0
// retry_test.cpp: which failed runs are tried again, and when.
#include "agent/scheduler/retry.hpp"

#include <boost/test/unit_test.hpp>

using namespace scheduler;
using namespace std::chrono_literals;
using base::ErrorKind;
using std::chrono::sys_seconds;

namespace {

constexpr sys_seconds kFailed = std::chrono::sys_days(std::chrono::year{2026} / 11 / 27) + 22h;
constexpr sys_seconds kNextRun = kFailed + 24h;

std::optional<sys_seconds> timeAfter(unsigned failures, RetryRule rule = {}) {
    return retryTime(rule, ErrorKind::Unavailable, failures, kFailed, kNextRun);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retries)

BOOST_AUTO_TEST_CASE(waits_double_and_end) {
    BOOST_TEST((timeAfter(1) == kFailed + 5min));
    BOOST_TEST((timeAfter(2) == kFailed + 10min));
    BOOST_TEST((timeAfter(3) == kFailed + 20min));
    BOOST_TEST(!timeAfter(4).has_value());
}

BOOST_AUTO_TEST_CASE(no_wait_is_longer_than_an_hour) {
    const RetryRule patient{10, 7min};
    BOOST_TEST((timeAfter(4, patient) == kFailed + 56min));
    BOOST_TEST((timeAfter(5, patient) == kFailed + 60min));
    BOOST_TEST((timeAfter(10, patient) == kFailed + 60min));
    BOOST_TEST(!timeAfter(11, patient).has_value());
}

BOOST_AUTO_TEST_CASE(a_rule_may_say_never) { BOOST_TEST(!timeAfter(1, {0, 5min}).has_value()); }

BOOST_AUTO_TEST_CASE(the_next_run_of_the_policy_takes_the_place_of_a_later_retry) {
    const auto timeBefore = [](sys_seconds next) { return retryTime({}, ErrorKind::Busy, 1, kFailed, next); };
    BOOST_TEST(timeBefore(kFailed + 5min + 1s).has_value());
    BOOST_TEST(!timeBefore(kFailed + 5min).has_value());
    BOOST_TEST(!timeBefore(kFailed - 1h).has_value());
}

BOOST_AUTO_TEST_CASE(only_faults_are_tried_again) {
    for (const ErrorKind kind :
         {ErrorKind::Unavailable, ErrorKind::Busy, ErrorKind::Exhausted, ErrorKind::Internal}) {
        BOOST_TEST(isFault(kind));
        BOOST_TEST(retryTime({}, kind, 1, kFailed, kNextRun).has_value());
    }
    for (const ErrorKind kind :
         {ErrorKind::NotFound, ErrorKind::Exists, ErrorKind::Invalid, ErrorKind::Denied, ErrorKind::Corrupt,
          ErrorKind::Unsupported, ErrorKind::Cancelled}) {
        BOOST_TEST(!isFault(kind));
        BOOST_TEST(!retryTime({}, kind, 1, kFailed, kNextRun).has_value());
    }
}

BOOST_AUTO_TEST_CASE(the_limits_of_a_rule_are_good_and_one_beyond_is_refused) {
    BOOST_TEST(checkRetryRule({}).empty());
    BOOST_TEST(checkRetryRule({0, 1min}).empty());
    BOOST_TEST(checkRetryRule({10, 60min}).empty());
    BOOST_TEST(checkRetryRule({11, 0min}).size() == 2U);
    BOOST_TEST(checkRetryRule({3, 61min}).front() ==
               "A failed run cannot be tried again after 61 minutes; choose 1 to 60.");
}

BOOST_AUTO_TEST_SUITE_END()
