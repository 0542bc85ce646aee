// SPDX-License-Identifier: Apache-2.0
// clock_test.cpp: times as text and back.
#include "platform/clock.hpp"

#include <boost/test/unit_test.hpp>

using platform::Timestamp;

BOOST_AUTO_TEST_SUITE(clocks)

BOOST_AUTO_TEST_CASE(known_moments_are_written_in_utc) {
    BOOST_TEST(platform::formatUtc({0, 0}) == "1970-01-01T00:00:00Z");
    BOOST_TEST(platform::formatUtc({-1, 999'999'999}) == "1969-12-31T23:59:59Z");
    BOOST_TEST(platform::formatUtc({951'782'400, 0}) == "2000-02-29T00:00:00Z");
    BOOST_TEST(platform::formatUtc({1'795'485'045, 7}) == "2026-11-24T01:50:45Z");
    BOOST_TEST(platform::formatUtc({4'107'542'400, 0}) == "2100-03-01T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
    for (std::int64_t seconds = -62'167'219'200; seconds < 253'402'300'800; seconds += 86'400 * 97 + 12'345) {
        Timestamp read;
        BOOST_REQUIRE(platform::parseUtc(platform::formatUtc({seconds, 5}), read));
        BOOST_REQUIRE_EQUAL(read.seconds, seconds);
        BOOST_REQUIRE_EQUAL(read.nanoseconds, 0U);
        for (const std::uint32_t nanoseconds : {0U, 5U, 120'000'000U, 999'999'999U}) {
            BOOST_REQUIRE(platform::parseUtc(platform::formatUtcExactly({seconds, nanoseconds}), read));
            BOOST_REQUIRE((read == Timestamp{seconds, nanoseconds}));
        }
    }
    BOOST_TEST(platform::formatUtcExactly({1'795'485'045, 70}) == "2026-11-24T01:50:45.000000070Z");
}

BOOST_AUTO_TEST_CASE(a_date_alone_is_midnight) {
    Timestamp read;
    BOOST_REQUIRE(platform::parseUtc("2026-11-24", read));
    BOOST_TEST(platform::formatUtc(read) == "2026-11-24T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(text_that_is_no_time_is_refused) {
    Timestamp read;
    for (const char* text :
         {"", "2026", "2026-11-24T01:50:45", "2026-11-24 01:50:45Z", "2026-13-01", "2026-00-01", "2026-02-29",
          "2100-02-29", "2026-04-31", "2026-01-00", "2026-11-24T24:00:00Z", "2026-11-24T01:60:00Z",
          "2026-11-24T01:50:60Z", "2026-11-24T01:50:45Zx", "2026-11-24T01:50:45.5Z", "2026-11-24T01:50:45.Z",
          "-026-11-24"}) {
        BOOST_TEST(!platform::parseUtc(text, read), text);
    }
}

BOOST_AUTO_TEST_CASE(local_time_lies_within_a_day_of_utc) {
    const std::string local = platform::formatLocal({1'795'485'045, 0});
    BOOST_TEST(local.size() == 19U);
    BOOST_TEST(local.substr(0, 8) == "2026-11-");
}

BOOST_AUTO_TEST_CASE(the_steady_time_never_goes_back) {
    const auto clock = platform::makeSystemClock();
    auto before = clock->steady();
    for (int i = 0; i < 1000; ++i) {
        const auto next = clock->steady();
        BOOST_REQUIRE(next >= before);
        before = next;
    }
    BOOST_TEST(clock->now().seconds > 1'600'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
