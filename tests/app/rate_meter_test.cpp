// SPDX-License-Identifier: Apache-2.0
// rate_meter_test.cpp: speed, percent and time left.
#include "agent/app/rate_meter.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kSpeed = 1000;

/// A meter that was fed steadily, five times a second.
app::RateMeter fed(seconds time) {
    app::RateMeter meter(seconds(0));
    for (milliseconds now(0); now <= time; now += milliseconds(200)) {
        meter.add(now, static_cast<std::uint64_t>(now.count()) * kSpeed / 1000);
    }
    return meter;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_meters)

BOOST_AUTO_TEST_CASE(speed_is_that_of_the_last_seconds) {
    app::RateMeter meter = fed(seconds(20));
    BOOST_TEST(meter.speed() == static_cast<double>(kSpeed), boost::test_tools::tolerance(1e-9));
    for (int i = 1; i <= 50; ++i) meter.add(seconds(20) + milliseconds(200 * i), 20 * kSpeed);
    BOOST_TEST(meter.speed() == 0.0);
    BOOST_TEST(meter.elapsedSeconds() == 30.0);
}

BOOST_AUTO_TEST_CASE(before_any_time_has_passed_there_is_no_speed) {
    app::RateMeter meter(seconds(5));
    BOOST_TEST(meter.speed() == 0.0);
    meter.add(seconds(5), 100);
    BOOST_TEST(meter.speed() == 0.0);
    BOOST_TEST(!meter.secondsLeft(1000).has_value());
}

BOOST_AUTO_TEST_CASE(time_left_is_told_after_ten_seconds_and_one_per_cent) {
    BOOST_TEST(!fed(seconds(9)).secondsLeft(20 * kSpeed).has_value());
    BOOST_TEST(fed(seconds(10)).secondsLeft(20 * kSpeed).value() == 10U);
    BOOST_TEST(!fed(seconds(10)).secondsLeft(1001 * kSpeed).has_value());
    BOOST_TEST(fed(seconds(11)).secondsLeft(1001 * kSpeed).has_value());
}

BOOST_AUTO_TEST_CASE(steps_far_apart_are_told_as_the_speed_of_some_of_them) {
    // At first much is taken at once, then a pack passes every 16 s.
    app::RateMeter meter(seconds(0), seconds(64));
    const auto doneAt = [](milliseconds now) {
        return std::uint64_t{100'000} + static_cast<std::uint64_t>(now / seconds(16)) * 16 * kSpeed;
    };
    for (milliseconds now(0); now <= seconds(400); now += milliseconds(200)) {
        meter.add(now, now == milliseconds(0) ? 0 : doneAt(now));
        if (now < seconds(74)) BOOST_TEST(!meter.secondsLeft(1'000'000).has_value());
        if (now < seconds(130)) continue;
        BOOST_TEST(meter.speed() >= 0.7 * kSpeed);
        BOOST_TEST(meter.speed() <= 1.3 * kSpeed);
        BOOST_TEST(meter.secondsLeft(1'000'000).has_value());
    }
}

BOOST_AUTO_TEST_CASE(time_left_is_not_told_without_a_total_or_at_the_end) {
    BOOST_TEST(!fed(seconds(20)).secondsLeft(0).has_value());
    BOOST_TEST(!fed(seconds(20)).secondsLeft(20 * kSpeed).has_value());
    BOOST_TEST(!fed(seconds(20)).secondsLeft(10 * kSpeed).has_value());
}

BOOST_AUTO_TEST_CASE(percent_is_whole_and_never_over_a_hundred) {
    BOOST_TEST(!app::percentOf(1, 0).has_value());
    BOOST_TEST(app::percentOf(0, 7).value() == 0U);
    BOOST_TEST(app::percentOf(999, 1000).value() == 99U);
    BOOST_TEST(app::percentOf(12, 10).value() == 100U);
    BOOST_TEST(app::percentOf(~std::uint64_t{0}, ~std::uint64_t{0}).value() == 100U);
    for (unsigned done = 0; done <= 100; ++done) BOOST_TEST(app::percentOf(done, 100).value() == done);
}

BOOST_AUTO_TEST_SUITE_END()
