// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/bandwidth.hpp"

#include <algorithm>

namespace scheduler {

using std::chrono::sys_seconds;

namespace {

constexpr unsigned kHoursOfDay = 24;

bool covers(const BandwidthRange& range, unsigned hour) noexcept {
    const bool isAfterBegin = hour >= range.fromHour;
    const bool isBeforeEnd = hour < range.untilHour;
    return range.fromHour < range.untilHour ? isAfterBegin && isBeforeEnd : isAfterBegin || isBeforeEnd;
}

std::string nameOf(const BandwidthRange& range) {
    return std::to_string(range.fromHour) + " to " + std::to_string(range.untilHour);
}

std::optional<std::string> faultOfRange(const BandwidthRange& range) {
    if (range.fromHour >= kHoursOfDay || range.untilHour > kHoursOfDay)
        return "A bandwidth limit from " + nameOf(range) + " does not fit a day; hours go from 0 to 24.";
    if (range.fromHour == range.untilHour)
        return "A bandwidth limit from " + nameOf(range) + " has no hours; for the whole day choose 0 to 24.";
    if (range.bytesPerSecond < kLeastBytesPerSecond)
        return "The bandwidth limit from " + nameOf(range) +
               " is below 1 KiB/s; choose more, or pause the plan.";
    return std::nullopt;
}

std::optional<unsigned> sharedHour(const BandwidthRange& a, const BandwidthRange& b) {
    for (unsigned hour = 0; hour < kHoursOfDay; ++hour) {
        if (covers(a, hour) && covers(b, hour)) return hour;
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::string> checkBandwidth(const std::vector<BandwidthRange>& ranges) {
    std::vector<std::string> faults;
    for (auto range = ranges.begin(); range != ranges.end(); ++range) {
        if (const auto fault = faultOfRange(*range)) {
            faults.push_back(*fault);
            continue;
        }
        const auto other = std::find_if(ranges.begin(), range, [&range](const BandwidthRange& earlier) {
            return !faultOfRange(earlier) && sharedHour(earlier, *range);
        });
        if (other == range) continue;
        faults.push_back("The bandwidth limits from " + nameOf(*other) + " and from " + nameOf(*range) +
                         " overlap; let one end where the other begins.");
    }
    return faults;
}

std::optional<std::uint64_t> bandwidthLimit(const std::vector<BandwidthRange>& ranges,
                                            const platform::TimeZone& zone, sys_seconds moment) {
    const std::chrono::local_seconds time = zone.localTime(moment);
    const auto timeOfDay = time - std::chrono::floor<std::chrono::days>(time);
    const auto hour = static_cast<unsigned>(timeOfDay / std::chrono::hours(1));
    const auto range = std::find_if(ranges.begin(), ranges.end(),
                                    [hour](const BandwidthRange& one) { return covers(one, hour); });
    if (range == ranges.end()) return std::nullopt;
    return range->bytesPerSecond;
}

std::optional<sys_seconds> nextBandwidthChange(const std::vector<BandwidthRange>& ranges,
                                               const platform::TimeZone& zone, sys_seconds after) {
    const std::optional<std::uint64_t> limit = bandwidthLimit(ranges, zone, after);
    // Two days hold every hour of the clock, even where a day is skipped.
    const sys_seconds end = after + std::chrono::days(2);
    sys_seconds moment = after;
    while (moment < end) {
        const std::chrono::local_seconds time = zone.localTime(moment);
        const auto nextHour = std::chrono::floor<std::chrono::hours>(time) + std::chrono::hours(1);
        const sys_seconds clockIsSet = zone.nextChange(moment).value_or(end);
        moment = std::min(moment + (nextHour - time), clockIsSet);
        if (bandwidthLimit(ranges, zone, moment) != limit) return moment;
    }
    return std::nullopt;
}

}  // namespace scheduler
