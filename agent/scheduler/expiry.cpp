// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/expiry.hpp"

#include <algorithm>

namespace scheduler {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::sys_seconds;
using std::chrono::year_month_day;

namespace {

local_seconds addMonths(local_seconds time, std::chrono::months months) {
    const local_days day = std::chrono::floor<std::chrono::days>(time);
    year_month_day date = year_month_day(day) + months;
    if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
    return local_days(date) + (time - day);
}

local_seconds addPeriod(local_seconds time, const RetentionPeriod& retention) {
    switch (retention.unit) {
        case RetentionPeriod::Unit::Day:
            return time + std::chrono::days(retention.count);
        case RetentionPeriod::Unit::Month:
            return addMonths(time, std::chrono::months(retention.count));
        case RetentionPeriod::Unit::Year:
            break;
    }
    return addMonths(time, std::chrono::months(12 * retention.count));
}

}  // namespace

sys_seconds expiryOf(const RetentionPeriod& retention, const platform::TimeZone& zone, sys_seconds started) {
    const sys_seconds expiry = zone.firstMoment(addPeriod(zone.localTime(started), retention));
    return std::min(expiry, started + kLongestRetention);
}

std::vector<KeptOrDropped> applyRetention(const RetentionPeriod& retention, const platform::TimeZone& zone,
                                          const std::vector<sys_seconds>& started, sys_seconds now) {
    std::vector<KeptOrDropped> decisions;
    if (started.empty()) return decisions;
    const sys_seconds judged = std::min(now, *std::max_element(started.begin(), started.end()));
    decisions.reserve(started.size());
    for (const sys_seconds backup : started) {
        const sys_seconds expires = expiryOf(retention, zone, backup);
        decisions.push_back({backup, expires, expires > judged});
    }
    return decisions;
}

}  // namespace scheduler
