// SPDX-License-Identifier: Apache-2.0
// file_time.hpp: Windows counts 100 ns since 1601; HBR counts seconds and nanoseconds since 1970.
#pragma once

#include <cstdint>

#include "platform/clock.hpp"

namespace platform::windows {

inline constexpr std::int64_t kTicksPerSecond = 10'000'000;
inline constexpr std::int64_t kSecondsFrom1601To1970 = 11'644'473'600;

inline Timestamp fromFileTime(std::int64_t ticks) noexcept {
    std::int64_t seconds = ticks / kTicksPerSecond;
    std::int64_t rest = ticks % kTicksPerSecond;
    if (rest < 0) {
        rest += kTicksPerSecond;
        --seconds;
    }
    return {seconds - kSecondsFrom1601To1970, static_cast<std::uint32_t>(rest * 100)};
}

/// Rounds down to 100 ns. Times outside of what Windows can keep (1601 to 30827) become the nearest it can; 0
/// and the negative numbers have other meanings in its calls, so the earliest is one tick past 1601.
inline std::int64_t toFileTime(Timestamp time) noexcept {
    constexpr std::int64_t kLastSecond = 910'692'730'085;
    const std::int64_t seconds = time.seconds > kLastSecond - kSecondsFrom1601To1970
                                     ? kLastSecond
                                     : time.seconds + kSecondsFrom1601To1970;
    if (seconds < 0) return 1;
    const std::int64_t ticks = seconds * kTicksPerSecond + time.nanoseconds / 100;
    return ticks < 1 ? 1 : ticks;
}

}  // namespace platform::windows
