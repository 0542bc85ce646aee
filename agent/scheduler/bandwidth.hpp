// SPDX-License-Identifier: Apache-2.0
// bandwidth.hpp: how fast data may pass at which hours of the day.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/time_zone.hpp"

namespace scheduler {

/// From one full hour to another, every day: 9 to 18, or past midnight as 22 to 6. 24 is midnight, as is 0.
struct BandwidthRange {
    unsigned fromHour = 0;             // 0-23
    unsigned untilHour = 24;           // 0-24
    std::uint64_t bytesPerSecond = 0;  // at least kLeastBytesPerSecond
};

/// Less would make jobs seem to stand still; a pause is for those who want nothing to pass.
inline constexpr std::uint64_t kLeastBytesPerSecond = 1024;

/// What is wrong, one sentence for a range; empty when all is well. All else expects ranges that have passed.
std::vector<std::string> checkBandwidth(const std::vector<BandwidthRange>& ranges);

/// The limit in bytes a second; nothing outside of all ranges, where there is none.
std::optional<std::uint64_t> bandwidthLimit(const std::vector<BandwidthRange>& ranges,
                                            const platform::TimeZone& zone, std::chrono::sys_seconds moment);

/// When the limit is another one than at `after`, for the first time; nothing when it never changes.
std::optional<std::chrono::sys_seconds> nextBandwidthChange(const std::vector<BandwidthRange>& ranges,
                                                            const platform::TimeZone& zone,
                                                            std::chrono::sys_seconds after);

}  // namespace scheduler
