// SPDX-License-Identifier: Apache-2.0
// system_time_zone_test.cpp: the machine's time zone is the one that TZ names at the time.
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <optional>
#include <string>

#include "platform/clock.hpp"
#include "platform/time_zone.hpp"

using namespace std::chrono_literals;
using platform::TimeZone;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

namespace {

/// Names a time zone for this process while it lives.
class ZoneInForce final {
public:
    explicit ZoneInForce(const char* rule) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        ::setenv("TZ", rule, 1);
    }
    ~ZoneInForce() {
        if (before_) {
            ::setenv("TZ", before_->c_str(), 1);
        } else {
            ::unsetenv("TZ");
        }
        platform::systemTimeZone();
    }
    ZoneInForce(const ZoneInForce&) = delete;
    ZoneInForce& operator=(const ZoneInForce&) = delete;

private:
    std::optional<std::string> before_;
};

/// "2026-11-24 02:50:45", as formatLocal() writes it.
std::string textOf(std::chrono::local_seconds time) {
    std::string text = platform::formatUtc({time.time_since_epoch().count(), 0});
    text[10] = ' ';
    text.pop_back();
    return text;
}

constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* kNewYork = "EST5EDT,M3.2.0,M11.1.0";

}  // namespace

BOOST_AUTO_TEST_SUITE(system_time_zone)

BOOST_AUTO_TEST_CASE(a_zone_that_is_changed_while_the_program_runs_is_met_the_next_time) {
    const sys_seconds spring = sys_days(year{2026} / 3 / 1);
    {
        const ZoneInForce zone(kBerlin);
        BOOST_TEST((platform::systemTimeZone().nextChange(spring) == sys_days(year{2026} / 3 / 29) + 1h));
    }
    const ZoneInForce zone(kNewYork);
    BOOST_TEST((platform::systemTimeZone().nextChange(spring) == sys_days(year{2026} / 3 / 8) + 7h));
}

BOOST_AUTO_TEST_CASE(changes_are_known_for_a_century) {
    const ZoneInForce zone(kBerlin);
    const TimeZone berlin = platform::systemTimeZone();
    BOOST_TEST((berlin.nextChange(platform::kTimeZoneFrom) == sys_days(year{2000} / 3 / 26) + 1h));
    BOOST_TEST((berlin.nextChange(sys_days(year{2100} / 10 / 1)) == sys_days(year{2100} / 10 / 31) + 1h));
    BOOST_TEST(!berlin.nextChange(sys_days(year{2100} / 11 / 1)).has_value());
}

BOOST_AUTO_TEST_CASE(the_zone_agrees_with_the_local_time_that_the_program_shows) {
    for (const char* rule : {kBerlin, kNewYork, "UTC0", "<+0545>-5:45"}) {
        const ZoneInForce inForce(rule);
        const TimeZone zone = platform::systemTimeZone();
        const sys_seconds begin = sys_days(year{2026} / 1 / 1);
        for (sys_seconds moment = begin; moment < begin + std::chrono::days(365); moment += 17h) {
            BOOST_REQUIRE_EQUAL(textOf(zone.localTime(moment)),
                                platform::formatLocal({moment.time_since_epoch().count(), 0}));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
