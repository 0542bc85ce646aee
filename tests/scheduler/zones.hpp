// SPDX-License-Identifier: Apache-2.0
// zones.hpp: time zones for the tests, written down from their laws and not read from the machine.
#pragma once

#include <chrono>

#include "platform/time_zone.hpp"

namespace zones {

using namespace std::chrono_literals;
using platform::TimeZone;
using std::chrono::last;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::Sunday;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

inline constexpr year kFrom{2010};
inline constexpr year kUntil{2040};

/// All of the European Union: from the last Sunday of March to that of October, at 1:00 UTC.
inline TimeZone berlin() {
    std::vector<TimeZone::Change> changes;
    for (year y = kFrom; y <= kUntil; ++y) {
        changes.push_back({sys_days(y / 3 / Sunday[last]) + 1h, 2h});
        changes.push_back({sys_days(y / 10 / Sunday[last]) + 1h, 1h});
    }
    return TimeZone(1h, changes);
}

/// From the second Sunday of March to the first of November, at 2:00 on the clock.
inline TimeZone newYork() {
    std::vector<TimeZone::Change> changes;
    for (year y = kFrom; y <= kUntil; ++y) {
        changes.push_back({sys_days(y / 3 / Sunday[2]) + 7h, -4h});
        changes.push_back({sys_days(y / 11 / Sunday[1]) + 6h, -5h});
    }
    return TimeZone(-5h, changes);
}

/// Half an hour in the southern summer, from the first Sunday of October to that of April, at 2:00 on the
/// clock.
inline TimeZone lordHowe() {
    std::vector<TimeZone::Change> changes;
    for (year y = kFrom; y <= kUntil; ++y) {
        changes.push_back({sys_days(y / 4 / Sunday[1]) + 2h - 11h, 10h + 30min});
        changes.push_back({sys_days(y / 10 / Sunday[1]) + 2h - 10h - 30min, 11h});
    }
    return TimeZone(11h, changes);
}

/// Samoa at the end of 2011, when Friday the 30th of December did not exist.
inline TimeZone apia() { return TimeZone(-10h, {{sys_days(year{2011} / 12 / 30) + 10h, 14h}}); }

/// Kwajalein, had it gone the other way: the 30th of December 2011 is there twice.
inline TimeZone twiceTheSameDay() { return TimeZone(14h, {{sys_days(year{2011} / 12 / 30) + 10h, -10h}}); }

/// St. John's until 2011 set its clocks at one minute past midnight.
inline TimeZone justAfterMidnight() {
    return TimeZone(-2h - 30min, {{sys_days(year{2010} / 11 / 7) + 2h + 31min, -3h - 30min}});
}

}  // namespace zones
