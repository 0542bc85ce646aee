// SPDX-License-Identifier: Apache-2.0
#include "agent/app/hourly_limit.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/app/world.hpp"

using app::HourlyLimit;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr std::uint64_t kMiB = base::kMiB;

/// Midnight, UTC.
const std::int64_t kMidnight =
    std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year{2026} / 11 / 27))
        .time_since_epoch()
        .count();

}  // namespace

BOOST_AUTO_TEST_SUITE(hourly_limits)

BOOST_AUTO_TEST_CASE(hours_and_rates_are_read) {
    const auto ranges = app::parseHourlyRates("9-18=1MiB,22-6=10M,18-19=2048");
    BOOST_TEST_REQUIRE(ranges.size() == 3U);
    BOOST_TEST(ranges[0].fromHour == 9U);
    BOOST_TEST(ranges[0].untilHour == 18U);
    BOOST_TEST(ranges[0].bytesPerSecond == kMiB);
    BOOST_TEST(ranges[1].untilHour == 6U);
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused) {
    for (const char* bad :
         {"", "9-18", "9=1M", "9-18=0", "9-18=fast", "-18=1M", "9-=1M", "9-18=1M,", "9 - 18=1M", "9-25=1M",
          "9-9=1M", "9-18=1M,17-20=2M", "9-18=1000", "1M=9-18", "9-99999999999=1M"}) {
        BOOST_CHECK_EXCEPTION(app::parseHourlyRates(bad), base::Error, test::hasCode("CLI-0004"));
    }
}

BOOST_AUTO_TEST_CASE(each_hour_has_its_rate_whatever_the_clock_does) {
    test::ManualClock clock(kMidnight);
    seconds ahead{0};
    HourlyLimit limit(app::parseHourlyRates("9-18=1M,22-6=10M"), 5 * kMiB, clock,
                      [&] { return platform::TimeZone(ahead); });
    for (int hour = 0; hour < 48; ++hour) {
        const int shown = hour % 24;
        const bool isDay = shown >= 9 && shown < 18;
        const bool isNight = shown >= 22 || shown < 6;
        const std::uint64_t wanted = isDay ? kMiB : isNight ? 10 * kMiB : 5 * kMiB;
        BOOST_TEST(limit.bytesPerSecond() == wanted, "at " << hour);
        clock.advance(hours(1) - seconds(1));
        BOOST_TEST(limit.bytesPerSecond() == wanted, "before " << hour + 1);
        clock.advance(seconds(1));
    }
    clock.jump(hours(12));
    BOOST_TEST(limit.bytesPerSecond() == kMiB);
    clock.jump(-hours(12));
    BOOST_TEST(limit.bytesPerSecond() == 10 * kMiB);
    ahead = hours(12);  // somebody sets another time zone
    clock.advance(minutes(1));
    BOOST_TEST(limit.bytesPerSecond() == kMiB);
}

BOOST_AUTO_TEST_CASE(without_another_limit_nothing_holds_the_other_hours_back) {
    test::ManualClock clock(kMidnight);
    HourlyLimit limit(app::parseHourlyRates("9-18=1M"), std::nullopt, clock,
                      [] { return platform::TimeZone(); });
    BOOST_TEST(limit.bytesPerSecond() == HourlyLimit::kNoLimit);
    base::RateLimiter limiter(
        limit.bytesPerSecond(), {},
        {[] { return std::chrono::nanoseconds(1); }, [](auto) { BOOST_FAIL("it waits"); }});
    for (std::uint64_t passed = 0; passed < base::kGiB;)
        passed += base::Transfer(&limiter, base::kMiB).next(base::kMiB);
}

BOOST_AUTO_TEST_CASE(a_limiter_follows_while_it_works) {
    test::ManualClock clock(kMidnight);
    HourlyLimit limit(app::parseHourlyRates("9-18=1M,22-6=10M"), 5 * kMiB, clock,
                      [] { return platform::TimeZone(); });
    base::RateLimiter limiter(limit.bytesPerSecond(), {});
    limit.hold(limiter);
    for (const std::uint64_t next : {5 * kMiB, kMiB, 5 * kMiB, 10 * kMiB}) {
        while (limiter.bytesPerSecond() != next) {
            if (clock.now().seconds < kMidnight + 24 * 3600) clock.advance(minutes(1));
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    BOOST_TEST(limiter.bytesPerSecond() == 10 * kMiB);
}

BOOST_AUTO_TEST_CASE(the_command_line_limits_by_the_hour_and_otherwise_as_ever) {
    test::TypedCommand typed(
        {"backup", "run", "/etc", "--limit-upload-by-hour", "0-24=3M", "--limit-upload", "1M"});
    BOOST_TEST(typed.command.limits().upload->bytesPerSecond() == 3 * kMiB);
    BOOST_TEST(typed.command.limits().upload == typed.command.limits().upload);
    BOOST_TEST(typed.command.limits().download == nullptr);
    test::TypedCommand bad({"backup", "run", "/etc", "--limit-upload-by-hour", "0-24"});
    BOOST_CHECK_EXCEPTION((void)bad.command.limits(), base::Error, test::hasCode("CLI-0004"));
}

BOOST_AUTO_TEST_SUITE_END()
