// SPDX-License-Identifier: Apache-2.0
// run_times.hpp: the moments at which a policy runs.
//
// A policy's times stand on the clock: its first backup time, and every interval after it for ever. It runs
// at the first moment at which the clock shows such a time or has passed it. So runs keep their time of day
// in summer and winter, a run in an hour that the clock skips comes right after that hour, and one in an hour
// that the clock shows twice comes the first time. Times in one skipped hour become one run.
//
// Where setting the clock back makes the way from one time to the next longer than a policy's hours, it runs
// in between, too: "every 2 hours" never leaves more than 2 hours without a run. Days and weeks may be an
// hour longer.
//
// All follows from the first backup time alone: nothing is added up from run to run, and a restart changes
// nothing.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "agent/scheduler/policy.hpp"
#include "platform/time_zone.hpp"

namespace scheduler {

/// The first run after `after`. There always is one: policies have no end.
std::chrono::sys_seconds nextRun(const Policy& policy, const platform::TimeZone& zone,
                                 std::chrono::sys_seconds after);

/// The last run at or before `until`; nothing before the first.
std::optional<std::chrono::sys_seconds> latestRun(const Policy& policy, const platform::TimeZone& zone,
                                                  std::chrono::sys_seconds until);

/// The first `count` runs at or after `from`.
std::vector<std::chrono::sys_seconds> previewRuns(const Policy& policy, const platform::TimeZone& zone,
                                                  std::chrono::sys_seconds from, std::size_t count);

}  // namespace scheduler
