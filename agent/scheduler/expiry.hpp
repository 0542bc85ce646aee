// SPDX-License-Identifier: Apache-2.0
// expiry.hpp: how long a policy's backups are kept.
#pragma once

#include <chrono>
#include <vector>

#include "agent/scheduler/policy.hpp"
#include "platform/time_zone.hpp"

namespace scheduler {

/// When a backup that was begun at `started` has been kept long enough: at the same time of day so many days,
/// months or years later; on the last day of a month that has no such day. Never later than
/// kLongestRetention. Only for what canExpire().
std::chrono::sys_seconds expiryOf(const RetentionPeriod& retention, const platform::TimeZone& zone,
                                  std::chrono::sys_seconds started);

/// Calendars are worked out for beginnings within the years 1970 to 8999: whatever a vault says, nothing
/// overflows.
bool canExpire(std::chrono::sys_seconds started) noexcept;

/// A backup of a plan, as retention sees it.
struct MadeBackup {
    std::chrono::sys_seconds started;
    bool isWhole = true;  // without faults
};

struct KeptOrDropped {
    std::chrono::sys_seconds started;
    std::chrono::sys_seconds expires;
    bool isKept = true;
};

/// Decides for each backup of one plan, in the order given. A backup is dropped when it had expired at the
/// beginning of the newest one that was begun by now. So the newest is always kept, and a machine that was
/// off for a year, or whose clock was set forward, loses nothing before it has made a new backup. Always kept
/// are, besides, the newest one without faults, for those behind it may lack what it has; and those from the
/// future, or from where no calendar goes (canExpire()), which have no say.
std::vector<KeptOrDropped> applyRetention(const RetentionPeriod& retention, const platform::TimeZone& zone,
                                          const std::vector<MadeBackup>& backups,
                                          std::chrono::sys_seconds now);

}  // namespace scheduler
