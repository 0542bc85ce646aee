// SPDX-License-Identifier: Apache-2.0
// time_zone_test.cpp: what clocks show where they are set.
#include "platform/time_zone.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using platform::TimeZone;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

namespace {

const sys_seconds kForward = sys_days(year{2026} / 3 / 29) + 1h;
const sys_seconds kBack = sys_days(year{2026} / 10 / 25) + 1h;
const TimeZone kZone(1h, {{kForward, 2h}, {kBack, 1h}});

}  // namespace

BOOST_AUTO_TEST_SUITE(time_zones)

BOOST_AUTO_TEST_CASE(clocks_are_set_at_the_very_moment_of_a_change) {
    const local_seconds spring = local_days(year{2026} / 3 / 29);
    const local_seconds autumn = local_days(year{2026} / 10 / 25);
    BOOST_TEST((kZone.localTime(kForward - 1s) == spring + 2h - 1s));
    BOOST_TEST((kZone.localTime(kForward) == spring + 3h));
    BOOST_TEST((kZone.localTime(kBack - 1s) == autumn + 3h - 1s));
    BOOST_TEST((kZone.localTime(kBack) == autumn + 2h));
}

BOOST_AUTO_TEST_CASE(a_skipped_time_is_the_moment_of_the_change_and_a_doubled_one_comes_first) {
    const local_seconds spring = local_days(year{2026} / 3 / 29);
    const local_seconds autumn = local_days(year{2026} / 10 / 25);
    BOOST_TEST((kZone.firstMoment(spring + 2h - 1s) == kForward - 1s));
    for (const std::chrono::minutes skipped : {120min, 150min, 180min})
        BOOST_TEST((kZone.firstMoment(spring + skipped) == kForward));
    BOOST_TEST((kZone.firstMoment(spring + 3h + 1s) == kForward + 1s));
    BOOST_TEST((kZone.firstMoment(autumn + 2h) == kBack - 1h));
    BOOST_TEST((kZone.firstMoment(autumn + 3h - 1s) == kBack - 1s));
    BOOST_TEST((kZone.firstMoment(autumn + 3h) == kBack + 1h));
}

BOOST_AUTO_TEST_CASE(the_first_moment_is_the_first_at_which_the_clock_shows_the_time_or_a_later_one) {
    const TimeZone day(-10h, {{kForward, 14h}, {kBack, -10h}, {kBack + 20h, 5h + 45min}});
    for (const TimeZone& zone : {TimeZone(), kZone, day}) {
        for (const sys_seconds around : {kForward, kBack}) {
            sys_seconds moment = around - 72h;
            for (local_seconds time = zone.localTime(moment); time < zone.localTime(around) + 72h;
                 time += 15min) {
                while (zone.localTime(moment) < time) moment += 15min;
                BOOST_REQUIRE((zone.firstMoment(time) == moment));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(changes_are_told_in_order) {
    BOOST_TEST((kZone.nextChange(kForward - 1s) == kForward));
    BOOST_TEST((kZone.nextChange(kForward) == kBack));
    BOOST_TEST(!kZone.nextChange(kBack).has_value());
    BOOST_TEST(!TimeZone().nextChange(kBack).has_value());
}

BOOST_AUTO_TEST_CASE(a_sampled_zone_has_each_change_to_the_second) {
    const auto aheadAt = [](sys_seconds moment) {
        return moment < kForward ? 1h : moment < kBack + 7s ? 2h : 1h;
    };
    BOOST_TEST((platform::sampleTimeZone(aheadAt) == TimeZone(1h, {{kForward, 2h}, {kBack + 7s, 1h}})));
}

BOOST_AUTO_TEST_SUITE_END()
