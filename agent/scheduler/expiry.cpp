// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/expiry.hpp"

#include <algorithm>
#include <optional>

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

bool canExpire(sys_seconds started) noexcept {
    constexpr std::chrono::sys_days kEarliest{std::chrono::year{1970} / 1 / 1};
    constexpr std::chrono::sys_days kLatest{std::chrono::year{9000} / 1 / 1};
    return started >= kEarliest && started < kLatest;
}

std::vector<KeptOrDropped> applyRetention(const RetentionPeriod& retention, const platform::TimeZone& zone,
                                          const std::vector<MadeBackup>& backups, sys_seconds now) {
    std::optional<sys_seconds> newest;
    std::optional<sys_seconds> newestWhole;
    for (const MadeBackup& backup : backups) {
        if (!canExpire(backup.started) || backup.started > now) continue;
        newest = std::max(newest.value_or(backup.started), backup.started);
        if (backup.isWhole) newestWhole = std::max(newestWhole.value_or(backup.started), backup.started);
    }
    std::vector<KeptOrDropped> decisions;
    decisions.reserve(backups.size());
    for (const auto& [started, isWhole] : backups) {
        const bool hasSay = canExpire(started) && started <= now;
        const sys_seconds expires = canExpire(started) ? expiryOf(retention, zone, started) : started;
        const bool isLastWhole = isWhole && started == newestWhole;
        decisions.push_back({started, expires, !hasSay || isLastWhole || expires > *newest});
    }
    return decisions;
}

}  // namespace scheduler
