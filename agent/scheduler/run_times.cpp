// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/run_times.hpp"

#include <algorithm>
#include <cstdint>

namespace scheduler {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// The moments of a policy's times; the first has number 0.
class Times final {
public:
    Times(const Policy& policy, const platform::TimeZone& zone)
        : zone_(zone), first_(policy.firstBackup), interval_(policy.frequency.interval()) {}

    [[nodiscard]] sys_seconds at(std::int64_t number) const {
        return zone_.firstMoment(first_ + number * interval_);
    }

    /// The last that is not after `until`, which is not before the first.
    [[nodiscard]] std::int64_t lastUntil(sys_seconds until) const {
        std::int64_t number = std::max<std::int64_t>((zone_.localTime(until) - first_) / interval_, 0);
        // The clock may have shown later times before it was set back.
        while (at(number + 1) <= until) ++number;
        return number;
    }

private:
    const platform::TimeZone& zone_;
    std::chrono::local_seconds first_;
    seconds interval_;
};

struct Around {
    sys_seconds latest;  // the last run that is not after the moment
    sys_seconds next;    // the first after it
};

/// The runs around a moment that is not before the first.
Around runsAround(const Policy& policy, const Times& times, sys_seconds moment) {
    const std::int64_t number = times.lastUntil(moment);
    Around around{times.at(number), times.at(number + 1)};
    if (policy.frequency.unit != Frequency::Unit::Hour) return around;
    // Only where the clock is set back is there room for these before the next time.
    const seconds interval = policy.frequency.interval();
    around.latest += (moment - around.latest) / interval * interval;
    around.next = std::min(around.next, around.latest + interval);
    return around;
}

}  // namespace

sys_seconds nextRun(const Policy& policy, const platform::TimeZone& zone, sys_seconds after) {
    const Times times(policy, zone);
    const sys_seconds first = times.at(0);
    return after < first ? first : runsAround(policy, times, after).next;
}

std::optional<sys_seconds> latestRun(const Policy& policy, const platform::TimeZone& zone,
                                     sys_seconds until) {
    const Times times(policy, zone);
    if (until < times.at(0)) return std::nullopt;
    return runsAround(policy, times, until).latest;
}

std::vector<sys_seconds> previewRuns(const Policy& policy, const platform::TimeZone& zone, sys_seconds from,
                                     std::size_t count) {
    std::vector<sys_seconds> runs;
    sys_seconds before = from - seconds(1);
    while (runs.size() < count) {
        before = nextRun(policy, zone, before);
        runs.push_back(before);
    }
    return runs;
}

}  // namespace scheduler
