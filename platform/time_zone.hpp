// SPDX-License-Identifier: Apache-2.0
// time_zone.hpp: how far local clocks are ahead of UTC, and when that changes; as a value, so that schedules
// are computed without asking the machine.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace platform {

/// What local clocks show at any moment.
class TimeZone final {
public:
    /// From `at` on, local clocks are so far ahead of UTC; behind it when negative.
    struct Change {
        std::chrono::sys_seconds at;
        std::chrono::seconds ahead;

        bool operator==(const Change&) const = default;
    };

    /// UTC.
    TimeZone() = default;

    /// Clocks are `ahead` of UTC until the first of `changes`, which stand in order of time.
    explicit TimeZone(std::chrono::seconds ahead, std::vector<Change> changes = {});

    [[nodiscard]] std::chrono::local_seconds localTime(std::chrono::sys_seconds moment) const;

    /// The first moment at which clocks show `time` or a later time: of a time that they show twice the
    /// first, of a time that they skip the moment at which they skip it. A later time never gives an earlier
    /// moment.
    [[nodiscard]] std::chrono::sys_seconds firstMoment(std::chrono::local_seconds time) const;

    /// When clocks are set next; nothing when no later change is known.
    [[nodiscard]] std::optional<std::chrono::sys_seconds> nextChange(std::chrono::sys_seconds after) const;

    bool operator==(const TimeZone&) const = default;

private:
    std::chrono::seconds ahead_{0};
    std::vector<Change> changes_;
};

/// The years for which the changes of the machine's time zone are known. Before and after, clocks stay as
/// they are at the beginning and at the end.
inline constexpr std::chrono::sys_days kTimeZoneFrom{std::chrono::year{2000} / 1 / 1};
inline constexpr std::chrono::sys_days kTimeZoneUntil{std::chrono::year{2101} / 1 / 1};

/// The machine's time zone as it is set at this moment; somebody may change it while the program runs. Takes
/// some milliseconds. Thread-safe.
TimeZone systemTimeZone();

/// A time zone from a function that tells how far clocks are ahead at a moment.
TimeZone sampleTimeZone(const std::function<std::chrono::seconds(std::chrono::sys_seconds)>& aheadAt);

}  // namespace platform
