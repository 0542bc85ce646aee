// SPDX-License-Identifier: Apache-2.0
// due_run.hpp: which run is to be made at this moment, and which were missed.
//
// The service keeps one moment a plan, up to which its runs are considered: at first the moment at which the
// plan was made. considerRuns() looks at the runs from there until now and moves it on. However many these
// are, one run is made.
//
// So a clock that jumps forward, like a machine that was off, has passed runs over: one makes up for all.
// When it is set back, runs up to the moment kept are not made again. When it is set back by more than an
// interval, it was wrong before or is wrong now: the moment kept becomes one interval from now, so that no
// plan stands still for as long as the clock was ahead.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "agent/scheduler/policy.hpp"
#include "platform/time_zone.hpp"

namespace scheduler {

/// A time in which a plan does not start, because somebody said so. What falls into it is made once at its
/// end and is not missed. A clock that is set back to before it began ends it.
struct Pause {
    std::chrono::sys_seconds from;
    std::chrono::sys_seconds until;

    [[nodiscard]] bool covers(std::chrono::sys_seconds moment) const noexcept {
        return from <= moment && moment < until;
    }
};

/// A run that begins within this time after its moment is no missed one.
inline constexpr std::chrono::minutes kPunctual{5};

/// Missed runs are counted up to here; a clock that is wrong by centuries must not keep a processor busy.
inline constexpr std::uint64_t kMostMissed = 1000;

struct Consideration {
    /// To be handed in next time. Kept in one transaction with the job that is due, so that a crash neither
    /// loses nor doubles it.
    std::chrono::sys_seconds consideredUntil;
    /// The moment of the run that is to be made now.
    std::optional<std::chrono::sys_seconds> due;
    /// Runs that were not made in time, the one that is due now among them; to be alerted once. kMostMissed
    /// means so many or more.
    std::uint64_t missed = 0;
    /// True when the clock was found set back by more than an interval; to be alerted.
    bool wasClockWrong = false;
    /// When there is something to consider again, unless clock, zone, policy or pause change before.
    std::chrono::sys_seconds lookAgain;
};

/// A plan whose policy was changed is considered until the moment of the change: a new time in the past is
/// not missed.
Consideration considerRuns(const Policy& policy, const platform::TimeZone& zone,
                           const std::optional<Pause>& pause, std::chrono::sys_seconds consideredUntil,
                           std::chrono::sys_seconds now);

enum class BackupKind { Full, Incremental };

/// The first backup is full: one that a plan makes while it has none, so also after all of them are gone.
BackupKind kindOfNextBackup(std::uint64_t backupsOfPlan) noexcept;

}  // namespace scheduler
