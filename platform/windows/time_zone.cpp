// SPDX-License-Identifier: Apache-2.0
// time_zone.cpp: the machine's time zone on Windows, with the rules of each year.
#include "platform/time_zone.hpp"

#include <windows.h>

#include <map>

#include "platform/base/error.hpp"
#include "platform/windows/file_time.hpp"
#include "platform/windows/system_error.hpp"

namespace platform {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

base::Error zoneError() {
    return {base::ErrorKind::Unavailable, "CLOCK-0001",
            "Windows does not tell its time zone - " + windows::systemErrorText(GetLastError()),
            "Set the time zone in Windows' settings, then try again."};
}

SYSTEMTIME toSystemTime(sys_seconds moment) {
    const auto ticks =
        static_cast<std::uint64_t>(windows::toFileTime({moment.time_since_epoch().count(), 0}));
    const FILETIME time{static_cast<DWORD>(ticks), static_cast<DWORD>(ticks >> 32)};
    SYSTEMTIME parts{};
    FileTimeToSystemTime(&time, &parts);
    return parts;
}

/// A time of the calendar, counted as if it were UTC.
seconds sinceEpoch(const SYSTEMTIME& parts) {
    FILETIME time{};
    SystemTimeToFileTime(&parts, &time);
    const auto ticks = (static_cast<std::uint64_t>(time.dwHighDateTime) << 32) | time.dwLowDateTime;
    return seconds(windows::fromFileTime(static_cast<std::int64_t>(ticks)).seconds);
}

/// The zone that is set, a year at a time. One call of Windows does all of this, but wine does not know it.
class YearlyRules final {
public:
    YearlyRules() {
        if (GetDynamicTimeZoneInformation(&zone_) == TIME_ZONE_ID_INVALID) throw zoneError();
    }

    seconds aheadAt(sys_seconds moment) {
        const SYSTEMTIME utc = toSystemTime(moment);
        SYSTEMTIME local = localTime(utc, utc.wYear);
        // Years change at local midnight.
        if (local.wYear != utc.wYear) local = localTime(utc, local.wYear);
        return sinceEpoch(local) - moment.time_since_epoch();
    }

private:
    SYSTEMTIME localTime(const SYSTEMTIME& utc, WORD year) {
        auto [rule, isNew] = rules_.try_emplace(year);
        // A zone that was not chosen from Windows' list has one rule for all years.
        if (isNew && GetTimeZoneInformationForYear(year, &zone_, &rule->second) == 0 &&
            GetTimeZoneInformation(&rule->second) == TIME_ZONE_ID_INVALID) {
            throw zoneError();
        }
        SYSTEMTIME local{};
        if (SystemTimeToTzSpecificLocalTime(&rule->second, &utc, &local) == 0) throw zoneError();
        return local;
    }

    DYNAMIC_TIME_ZONE_INFORMATION zone_{};
    std::map<WORD, TIME_ZONE_INFORMATION> rules_;
};

}  // namespace

TimeZone systemTimeZone() {
    YearlyRules rules;
    return sampleTimeZone([&rules](sys_seconds moment) { return rules.aheadAt(moment); });
}

}  // namespace platform
