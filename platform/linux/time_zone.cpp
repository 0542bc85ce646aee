// SPDX-License-Identifier: Apache-2.0
// time_zone.cpp: the machine's time zone on Linux: what the C library makes of TZ and /etc/localtime.
#include "platform/time_zone.hpp"

#include <time.h>

namespace platform {

namespace {

std::chrono::seconds aheadAt(std::chrono::sys_seconds moment) {
    const time_t time = moment.time_since_epoch().count();
    struct tm local = {};
    ::localtime_r(&time, &local);  // fails only for years that do not fit in an int
    return std::chrono::seconds(local.tm_gmtoff);
}

}  // namespace

TimeZone systemTimeZone() {
    ::tzset();  // localtime_r() alone keeps to the zone that it met first
    return sampleTimeZone(aheadAt);
}

}  // namespace platform
