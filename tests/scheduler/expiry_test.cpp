// SPDX-License-Identifier: Apache-2.0
// expiry_test.cpp: how long backups are kept, at the ends of months and where clocks are set.
#include "agent/scheduler/expiry.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/scheduler/zones.hpp"

using namespace scheduler;
using namespace zones;
using Unit = RetentionPeriod::Unit;

namespace {

sys_seconds expiryInBerlin(unsigned count, Unit unit, local_days day, std::chrono::minutes timeOfDay) {
    const TimeZone zone = berlin();
    return expiryOf({count, unit}, zone, zone.firstMoment(day + timeOfDay));
}

sys_seconds inBerlin(local_days day, std::chrono::minutes timeOfDay) {
    return berlin().firstMoment(day + timeOfDay);
}

std::vector<scheduler::MadeBackup> madeAt(const std::vector<sys_seconds>& started) {
    std::vector<scheduler::MadeBackup> backups;
    for (const sys_seconds moment : started) backups.push_back({moment});
    return backups;
}

std::vector<bool> kept(const std::vector<KeptOrDropped>& decisions) {
    std::vector<bool> answers;
    for (const KeptOrDropped& decision : decisions) answers.push_back(decision.isKept);
    return answers;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expiry)

BOOST_AUTO_TEST_CASE(days_end_at_the_same_time_of_day_in_summer_and_winter) {
    BOOST_TEST((expiryInBerlin(30, Unit::Day, local_days(year{2026} / 3 / 10), 22h) ==
                inBerlin(local_days(year{2026} / 4 / 9), 22h)));
}

BOOST_AUTO_TEST_CASE(a_month_that_has_no_such_day_ends_it_with_its_last) {
    BOOST_TEST((expiryInBerlin(1, Unit::Month, local_days(year{2026} / 1 / 31), 22h) ==
                inBerlin(local_days(year{2026} / 2 / 28), 22h)));
    BOOST_TEST((expiryInBerlin(1, Unit::Month, local_days(year{2028} / 1 / 31), 22h) ==
                inBerlin(local_days(year{2028} / 2 / 29), 22h)));
    BOOST_TEST((expiryInBerlin(13, Unit::Month, local_days(year{2026} / 8 / 31), 0h) ==
                inBerlin(local_days(year{2027} / 9 / 30), 0h)));
    BOOST_TEST((expiryInBerlin(1, Unit::Year, local_days(year{2028} / 2 / 29), 5h) ==
                inBerlin(local_days(year{2029} / 2 / 28), 5h)));
    BOOST_TEST((expiryInBerlin(4, Unit::Year, local_days(year{2028} / 2 / 29), 5h) ==
                inBerlin(local_days(year{2032} / 2 / 29), 5h)));
}

BOOST_AUTO_TEST_CASE(an_expiry_at_a_skipped_time_comes_right_after_it) {
    BOOST_TEST((expiryInBerlin(1, Unit::Month, local_days(year{2026} / 2 / 28) + std::chrono::days(1),
                               2h + 30min) == inBerlin(local_days(year{2026} / 4 / 1), 2h + 30min)));
    BOOST_TEST((expiryInBerlin(1, Unit::Day, local_days(year{2026} / 3 / 28), 2h + 30min) ==
                sys_days(year{2026} / 3 / 29) + 1h));
}

BOOST_AUTO_TEST_CASE(nothing_is_kept_longer_than_3650_days) {
    const sys_seconds started = sys_days(year{2026} / 11 / 27) + 22h;
    for (const RetentionPeriod longest : {RetentionPeriod{3650, Unit::Day}, RetentionPeriod{120, Unit::Month},
                                          RetentionPeriod{10, Unit::Year}}) {
        BOOST_TEST((expiryOf(longest, TimeZone(), started) == started + std::chrono::days(3650)));
    }
    BOOST_TEST((expiryOf({9, Unit::Year}, TimeZone(), started) == sys_days(year{2035} / 11 / 27) + 22h));
}

BOOST_AUTO_TEST_CASE(a_backup_is_dropped_once_a_new_one_was_begun_after_its_end) {
    const sys_seconds first = sys_days(year{2026} / 11 / 1);
    std::vector<sys_seconds> started;
    for (int day = 0; day < 5; ++day) started.push_back(first + std::chrono::days(day));
    const sys_seconds now = started.back() + 1h;
    const std::vector<KeptOrDropped> decisions =
        applyRetention({3, Unit::Day}, TimeZone(), madeAt(started), now);
    BOOST_TEST(kept(decisions) == std::vector<bool>({false, false, true, true, true}),
               boost::test_tools::per_element());
    BOOST_TEST((decisions[2].started == started[2]));
    BOOST_TEST((decisions[2].expires == started[2] + std::chrono::days(3)));
}

BOOST_AUTO_TEST_CASE(a_machine_that_was_off_or_whose_clock_jumped_loses_nothing) {
    const sys_seconds first = sys_days(year{2026} / 11 / 1);
    const std::vector<sys_seconds> started = {first + std::chrono::days(2), first,
                                              first + std::chrono::days(1)};
    const sys_seconds years = first + std::chrono::days(4000);
    BOOST_TEST(kept(applyRetention({3, Unit::Day}, TimeZone(), madeAt(started), years)) ==
                   std::vector<bool>(3, true),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_backup_from_the_future_does_not_make_the_others_old) {
    const sys_seconds now = sys_days(year{2026} / 11 / 5);
    const std::vector<sys_seconds> started = {now - std::chrono::days(4), now - std::chrono::days(1),
                                              now + std::chrono::days(365)};
    BOOST_TEST(kept(applyRetention({3, Unit::Day}, TimeZone(), madeAt(started), now)) ==
                   std::vector<bool>({false, true, true}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_backup_from_the_future_is_not_the_one_that_is_kept) {
    const sys_seconds now = sys_days(year{2026} / 11 / 5);
    const std::vector<sys_seconds> started = {now - std::chrono::days(400), now - std::chrono::days(500),
                                              now + std::chrono::days(365)};
    BOOST_TEST(kept(applyRetention({3, Unit::Day}, TimeZone(), madeAt(started), now)) ==
                   std::vector<bool>({true, false, true}),
               boost::test_tools::per_element());
    BOOST_TEST(kept(applyRetention({3, Unit::Day}, TimeZone(), madeAt({started.back()}), now)).front());
}

BOOST_AUTO_TEST_CASE(the_newest_backup_without_faults_stays_behind_those_that_have_some) {
    const sys_seconds now = sys_days(year{2026} / 11 / 20);
    std::vector<scheduler::MadeBackup> backups;
    for (int day = 19; day > 0; --day) backups.push_back({now - std::chrono::days(day), day > 15});
    const auto decisions = kept(applyRetention({3, Unit::Day}, TimeZone(), backups, now));
    std::vector<bool> expected(19, false);
    for (const std::size_t stays : {3U, 16U, 17U, 18U}) expected[stays] = true;
    BOOST_TEST(decisions == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_time_that_no_calendar_has_decides_nothing_and_stays) {
    const sys_seconds now = sys_days(year{2026} / 11 / 5);
    const std::vector<sys_seconds> started = {now - std::chrono::days(9), sys_seconds::min(),
                                              sys_seconds::max(), now - std::chrono::days(1)};
    BOOST_TEST(kept(applyRetention({3, Unit::Day}, TimeZone(), madeAt(started), now)) ==
                   std::vector<bool>({false, true, true, true}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(of_no_backups_none_is_kept) {
    BOOST_TEST(applyRetention({3, Unit::Day}, TimeZone(), {}, sys_days(year{2026} / 1 / 1)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
