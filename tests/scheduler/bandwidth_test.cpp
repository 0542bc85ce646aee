// SPDX-License-Identifier: Apache-2.0
// bandwidth_test.cpp: limits by hour of the day.
#include "agent/scheduler/bandwidth.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/scheduler/zones.hpp"

using namespace scheduler;
using namespace zones;

namespace {

constexpr std::uint64_t kSlow = 1 << 20;
constexpr std::uint64_t kSlower = 1 << 18;
const std::vector<BandwidthRange> kOffice = {{9, 18, kSlow}};
const std::vector<BandwidthRange> kNight = {{22, 6, kSlow}};

std::string onlyFault(const std::vector<BandwidthRange>& ranges) {
    const std::vector<std::string> faults = checkBandwidth(ranges);
    BOOST_REQUIRE(faults.size() == 1U);
    return faults.front();
}

/// The limit changes at no other moment than nextBandwidthChange() tells.
void walk(const std::vector<BandwidthRange>& ranges, const TimeZone& zone, sys_seconds from,
          std::chrono::days length) {
    std::optional<std::uint64_t> limit = bandwidthLimit(ranges, zone, from);
    std::optional<sys_seconds> change = nextBandwidthChange(ranges, zone, from);
    for (sys_seconds moment = from; moment < from + length; moment += 1min) {
        const std::optional<std::uint64_t> found = bandwidthLimit(ranges, zone, moment);
        BOOST_REQUIRE_EQUAL(found != limit, change.has_value() && moment == *change);
        if (found == limit) continue;
        limit = found;
        change = nextBandwidthChange(ranges, zone, moment);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(bandwidth)

BOOST_AUTO_TEST_CASE(a_limit_holds_from_its_first_hour_until_its_last) {
    const sys_seconds day = sys_days(year{2026} / 11 / 27);
    BOOST_TEST(!bandwidthLimit(kOffice, TimeZone(), day + 9h - 1s).has_value());
    BOOST_TEST(bandwidthLimit(kOffice, TimeZone(), day + 9h).value() == kSlow);
    BOOST_TEST(bandwidthLimit(kOffice, TimeZone(), day + 18h - 1s).value() == kSlow);
    BOOST_TEST(!bandwidthLimit(kOffice, TimeZone(), day + 18h).has_value());
    BOOST_TEST((nextBandwidthChange(kOffice, TimeZone(), day) == day + 9h));
    BOOST_TEST((nextBandwidthChange(kOffice, TimeZone(), day + 9h) == day + 18h));
    BOOST_TEST((nextBandwidthChange(kOffice, TimeZone(), day + 18h) == day + 33h));
}

BOOST_AUTO_TEST_CASE(a_limit_may_go_on_past_midnight) {
    const sys_seconds day = sys_days(year{2026} / 11 / 27);
    BOOST_TEST(bandwidthLimit(kNight, TimeZone(), day + 22h).value() == kSlow);
    BOOST_TEST(bandwidthLimit(kNight, TimeZone(), day + 24h).value() == kSlow);
    BOOST_TEST(bandwidthLimit(kNight, TimeZone(), day + 30h - 1s).value() == kSlow);
    BOOST_TEST(!bandwidthLimit(kNight, TimeZone(), day + 30h).has_value());
    BOOST_TEST((nextBandwidthChange(kNight, TimeZone(), day + 23h) == day + 30h));
}

BOOST_AUTO_TEST_CASE(hours_are_those_of_the_clock) {
    const sys_seconds summer = sys_days(year{2026} / 7 / 1);
    const sys_seconds winter = sys_days(year{2026} / 12 / 1);
    BOOST_TEST((nextBandwidthChange(kOffice, berlin(), summer) == summer + 7h));
    BOOST_TEST((nextBandwidthChange(kOffice, berlin(), winter) == winter + 8h));
}

BOOST_AUTO_TEST_CASE(a_limit_that_never_changes_has_no_next_change) {
    const sys_seconds day = sys_days(year{2026} / 3 / 28);
    BOOST_TEST(!nextBandwidthChange({}, berlin(), day).has_value());
    BOOST_TEST(!nextBandwidthChange({{0, 24, kSlow}}, berlin(), day).has_value());
    BOOST_TEST(!nextBandwidthChange({{0, 12, kSlow}, {12, 24, kSlow}}, berlin(), day).has_value());
}

BOOST_AUTO_TEST_CASE(the_next_change_is_right_where_clocks_are_set) {
    const std::vector<std::vector<BandwidthRange>> schedules = {kOffice,
                                                                kNight,
                                                                {{2, 3, kSlow}},
                                                                {{1, 2, kSlow}, {2, 3, kSlower}},
                                                                {{23, 24, kSlow}, {0, 1, kSlower}}};
    for (const auto& ranges : schedules) {
        walk(ranges, berlin(), sys_days(year{2026} / 3 / 27), std::chrono::days(5));
        walk(ranges, berlin(), sys_days(year{2026} / 10 / 23), std::chrono::days(5));
        walk(ranges, lordHowe(), sys_days(year{2026} / 4 / 3), std::chrono::days(5));
        walk(ranges, lordHowe(), sys_days(year{2026} / 10 / 2), std::chrono::days(5));
        walk(ranges, apia(), sys_days(year{2011} / 12 / 28), std::chrono::days(5));
        walk(ranges, twiceTheSameDay(), sys_days(year{2011} / 12 / 28), std::chrono::days(5));
        walk(ranges, justAfterMidnight(), sys_days(year{2010} / 11 / 5), std::chrono::days(5));
    }
}

BOOST_AUTO_TEST_CASE(ranges_that_make_no_sense_are_refused_with_a_sentence) {
    BOOST_TEST(checkBandwidth({}).empty());
    BOOST_TEST(checkBandwidth({{0, 24, kLeastBytesPerSecond}}).empty());
    BOOST_TEST(checkBandwidth({{22, 6, kSlow}, {6, 9, kSlower}, {9, 22, kSlow}}).empty());
    BOOST_TEST(checkBandwidth({{22, 0, kSlow}, {0, 6, kSlow}}).empty());
    BOOST_TEST(onlyFault({{24, 6, kSlow}}) ==
               "A bandwidth limit from 24 to 6 does not fit a day; hours go from 0 to 24.");
    BOOST_TEST(onlyFault({{6, 25, kSlow}}) ==
               "A bandwidth limit from 6 to 25 does not fit a day; hours go from 0 to 24.");
    BOOST_TEST(onlyFault({{6, 6, kSlow}}) ==
               "A bandwidth limit from 6 to 6 has no hours; for the whole day choose 0 to 24.");
    BOOST_TEST(onlyFault({{6, 7, kLeastBytesPerSecond - 1}}) ==
               "The bandwidth limit from 6 to 7 is below 1 KiB/s; choose more, or pause the plan.");
    BOOST_TEST(
        onlyFault({{22, 6, kSlow}, {5, 9, kSlow}}) ==
        "The bandwidth limits from 22 to 6 and from 5 to 9 overlap; let one end where the other begins.");
    BOOST_TEST(checkBandwidth({{6, 6, kSlow}, {0, 24, kSlow}, {7, 8, 0}}).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
