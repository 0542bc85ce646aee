// SPDX-License-Identifier: Apache-2.0
// run_times_test.cpp: runs where clocks are set, and what holds for all of them. ten_years.py checks ten
// years of every policy against another calendar.
#include "agent/scheduler/run_times.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/scheduler/policies.hpp"
#include "tests/scheduler/zones.hpp"

using namespace scheduler;
using namespace zones;
using policies::every;
using policies::Unit;

namespace {

constexpr sys_seconds utc(int y, unsigned month, unsigned day, std::chrono::minutes timeOfDay) {
    return sys_days(year{y} / month / day) + timeOfDay;
}

constexpr local_seconds clock(int y, unsigned month, unsigned day, std::chrono::minutes timeOfDay) {
    return local_days(year{y} / month / day) + timeOfDay;
}

std::vector<TimeZone> allZones() {
    return {TimeZone(), berlin(), newYork(), lordHowe(), apia(), twiceTheSameDay(), justAfterMidnight()};
}

std::vector<Policy> allPolicies(local_seconds first) {
    std::vector<Policy> all;
    for (unsigned hours = 1; hours <= 23; ++hours) all.push_back(every(hours, Unit::Hour, first));
    for (unsigned days = 1; days <= 6; ++days) all.push_back(every(days, Unit::Day, first));
    for (unsigned weeks = 1; weeks <= 4; ++weeks) all.push_back(every(weeks, Unit::Week, first));
    return all;
}

}  // namespace

// So that a failing check shows numbers.
namespace std::chrono {
std::ostream& operator<<(std::ostream& out, sys_seconds moment) {
    return out << moment.time_since_epoch().count();
}
}  // namespace std::chrono

BOOST_AUTO_TEST_SUITE(run_times)

BOOST_AUTO_TEST_CASE(the_first_run_is_at_the_first_backup_time_however_long_it_is_until_then) {
    const Policy policy = every(3, Unit::Hour, clock(2026, 11, 27, 22h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2001, 1, 1, 0h)) == utc(2026, 11, 27, 21h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 11, 27, 20h + 59min)) == utc(2026, 11, 27, 21h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 11, 27, 21h)) == utc(2026, 11, 28, 0h));
    BOOST_TEST(!latestRun(policy, berlin(), utc(2026, 11, 27, 20h + 59min)).has_value());
    BOOST_TEST(latestRun(policy, berlin(), utc(2026, 11, 27, 21h)).value() == utc(2026, 11, 27, 21h));
}

BOOST_AUTO_TEST_CASE(a_daily_run_keeps_its_time_of_day_in_summer_and_winter) {
    const Policy policy = every(1, Unit::Day, clock(2026, 1, 31, 22h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 7, 1, 12h)) == utc(2026, 7, 1, 20h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 12, 1, 12h)) == utc(2026, 12, 1, 21h));
}

BOOST_AUTO_TEST_CASE(a_run_every_12_hours_keeps_its_times_of_day_too) {
    const Policy policy = every(12, Unit::Hour, clock(2026, 1, 31, 7h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 7, 1, 3h)) == utc(2026, 7, 1, 5h));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 7, 1, 5h)) == utc(2026, 7, 1, 17h));
}

BOOST_AUTO_TEST_CASE(a_run_at_a_skipped_time_comes_right_after_the_gap_and_the_next_on_time) {
    const Policy policy = every(1, Unit::Day, clock(2026, 3, 1, 2h + 30min));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 3, 28, 12h)) ==
               utc(2026, 3, 29, 1h));  // 3:00 in summer time
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 3, 29, 1h)) == utc(2026, 3, 30, 30min));
}

BOOST_AUTO_TEST_CASE(a_run_at_a_doubled_time_comes_the_first_time_only) {
    const Policy policy = every(1, Unit::Day, clock(2026, 10, 1, 2h + 30min));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 10, 24, 12h)) == utc(2026, 10, 25, 30min));
    BOOST_TEST(nextRun(policy, berlin(), utc(2026, 10, 25, 30min)) == utc(2026, 10, 26, 1h + 30min));
}

BOOST_AUTO_TEST_CASE(the_first_run_itself_may_be_at_a_skipped_or_a_doubled_time) {
    const Policy skipped = every(1, Unit::Week, clock(2026, 3, 29, 2h + 30min));
    BOOST_TEST(nextRun(skipped, berlin(), utc(2026, 1, 1, 0h)) == utc(2026, 3, 29, 1h));
    BOOST_TEST(nextRun(skipped, berlin(), utc(2026, 3, 29, 1h)) == utc(2026, 4, 5, 30min));
    const Policy doubled = every(1, Unit::Week, clock(2026, 10, 25, 2h + 30min));
    BOOST_TEST(nextRun(doubled, berlin(), utc(2026, 1, 1, 0h)) == utc(2026, 10, 25, 30min));
}

BOOST_AUTO_TEST_CASE(an_hourly_run_comes_every_hour_of_the_night_in_which_clocks_are_set) {
    const Policy policy = every(1, Unit::Hour, clock(2026, 1, 1, 0h));
    for (const sys_seconds night : {utc(2026, 3, 28, 22h), utc(2026, 10, 24, 22h)}) {
        const std::vector<sys_seconds> runs = previewRuns(policy, berlin(), night, 6);
        for (std::size_t i = 0; i < runs.size(); ++i)
            BOOST_TEST(runs[i] == night + std::chrono::hours(static_cast<int>(i)));
    }
}

BOOST_AUTO_TEST_CASE(hours_are_never_longer_where_clocks_are_set_back) {
    const Policy policy = every(6, Unit::Hour, clock(2026, 1, 1, 0h));
    // Midnight in summer time, six hours later, and 6:00, 12:00 in winter time.
    const std::vector<sys_seconds> expected = {utc(2026, 10, 24, 22h), utc(2026, 10, 25, 4h),
                                               utc(2026, 10, 25, 5h), utc(2026, 10, 25, 11h)};
    BOOST_TEST(previewRuns(policy, berlin(), utc(2026, 10, 24, 22h), 4) == expected,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_runs_of_a_skipped_day_become_one) {
    const Policy policy = every(3, Unit::Hour, clock(2011, 12, 1, 0h));
    const std::vector<sys_seconds> expected = {utc(2011, 12, 30, 7h), utc(2011, 12, 30, 10h),
                                               utc(2011, 12, 30, 13h)};
    BOOST_TEST(previewRuns(policy, apia(), utc(2011, 12, 30, 7h), 3) == expected,
               boost::test_tools::per_element());
    const Policy daily = every(1, Unit::Day, clock(2011, 12, 1, 12h));
    const std::vector<sys_seconds> days = {utc(2011, 12, 29, 22h), utc(2011, 12, 30, 10h),
                                           utc(2011, 12, 30, 22h)};
    BOOST_TEST(previewRuns(daily, apia(), utc(2011, 12, 29, 22h), 3) == days,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_preview_begins_with_a_run_at_its_very_beginning) {
    const Policy policy = every(4, Unit::Week, clock(2024, 2, 29, 9h));
    const std::vector<sys_seconds> expected = {utc(2024, 2, 29, 9h), utc(2024, 3, 28, 9h),
                                               utc(2024, 4, 25, 9h)};
    BOOST_TEST(previewRuns(policy, TimeZone(), utc(2024, 2, 29, 9h), 3) == expected,
               boost::test_tools::per_element());
    BOOST_TEST(previewRuns(policy, TimeZone(), utc(2024, 2, 29, 9h), 0).empty());
}

BOOST_AUTO_TEST_CASE(a_restart_at_any_moment_changes_no_run) {
    for (const TimeZone& zone : allZones()) {
        for (const Policy& policy : allPolicies(clock(2010, 10, 31, 1h + 45min))) {
            sys_seconds run = nextRun(policy, zone, utc(2010, 1, 1, 0h));
            for (int i = 0; i < 600; ++i) {
                const sys_seconds next = nextRun(policy, zone, run);
                BOOST_REQUIRE_LT(run, next);
                const std::chrono::seconds stride = std::max<std::chrono::seconds>((next - run) / 5, 1s);
                for (sys_seconds moment = run; moment < next; moment += stride) {
                    BOOST_REQUIRE_EQUAL(nextRun(policy, zone, moment), next);
                    BOOST_REQUIRE_EQUAL(latestRun(policy, zone, moment).value(), run);
                }
                BOOST_REQUIRE_EQUAL(latestRun(policy, zone, next - 1s).value(), run);
                run = next;
            }
        }
    }
}

// The definition itself, followed by a clock that is read once a minute.
BOOST_AUTO_TEST_CASE(runs_come_whenever_the_clock_reaches_or_passes_one_of_the_times) {
    const local_seconds first = clock(2011, 1, 1, 1h + 45min);
    for (const TimeZone& zone : allZones()) {
        for (const Policy& policy : allPolicies(first)) {
            const std::chrono::seconds interval = policy.frequency.interval();
            const sys_seconds begin = zone.firstMoment(first);
            local_seconds reached = first - 1s;
            sys_seconds latest = begin - interval;
            sys_seconds expected = begin;
            for (sys_seconds moment = begin; moment < begin + std::chrono::days(380); moment += 1min) {
                const local_seconds shown = std::max(reached, zone.localTime(moment));
                const auto timesUntil = [&](local_seconds time) {
                    return std::chrono::floor<std::chrono::seconds>(time - first + interval) / interval;
                };
                const bool isTime = timesUntil(shown) > timesUntil(reached);
                const bool isOverdue = policy.frequency.unit == Unit::Hour && moment - latest == interval;
                reached = shown;
                if (!isTime && !isOverdue) continue;
                BOOST_REQUIRE_EQUAL(moment, expected);
                latest = moment;
                expected = nextRun(policy, zone, moment);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_wrong_by_centuries_gives_runs_all_the_same) {
    for (const Policy& policy : allPolicies(clock(2026, 3, 29, 2h + 30min))) {
        for (const sys_seconds moment : {utc(1601, 1, 1, 0h), utc(2500, 1, 1, 0h), utc(30000, 1, 1, 0h)}) {
            const sys_seconds next = nextRun(policy, berlin(), moment);
            BOOST_TEST(next > moment);
            BOOST_TEST((moment < utc(2026, 1, 1, 0h) || next - moment <= policy.frequency.interval()));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
