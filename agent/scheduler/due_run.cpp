// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/due_run.hpp"

#include <algorithm>

#include "agent/scheduler/run_times.hpp"

namespace scheduler {

using std::chrono::sys_seconds;

namespace {

/// How many runs after `after`, up to `due`, were not made in time.
std::uint64_t countMissed(const Policy& policy, const platform::TimeZone& zone,
                          const std::optional<Pause>& pause, sys_seconds after, sys_seconds due,
                          sys_seconds now) {
    const auto isMissed = [&](sys_seconds run) {
        const bool wasPaused = pause && pause->covers(run);
        return !wasPaused && (run != due || now - run > kPunctual);
    };
    std::uint64_t missed = 0;
    for (sys_seconds run = nextRun(policy, zone, after); run <= due && missed < kMostMissed;
         run = nextRun(policy, zone, run)) {
        if (isMissed(run)) ++missed;
    }
    return missed;
}

}  // namespace

Consideration considerRuns(const Policy& policy, const platform::TimeZone& zone,
                           const std::optional<Pause>& pause, sys_seconds consideredUntil, sys_seconds now) {
    Consideration result;
    const sys_seconds furthest = now + policy.frequency.interval();
    result.wasClockWrong = consideredUntil > furthest;
    result.consideredUntil = std::min(consideredUntil, furthest);
    if (pause && pause->covers(now)) {
        result.lookAgain = pause->until;
        return result;
    }
    const std::optional<sys_seconds> latest = latestRun(policy, zone, now);
    if (latest && *latest > result.consideredUntil) {
        result.due = latest;
        result.missed = countMissed(policy, zone, pause, result.consideredUntil, *latest, now);
    }
    result.consideredUntil = std::max(result.consideredUntil, now);
    result.lookAgain = nextRun(policy, zone, result.consideredUntil);
    return result;
}

BackupKind kindOfNextBackup(std::uint64_t backupsOfPlan) noexcept {
    return backupsOfPlan == 0 ? BackupKind::Full : BackupKind::Incremental;
}

}  // namespace scheduler
