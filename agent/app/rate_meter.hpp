// SPDX-License-Identifier: Apache-2.0
// rate_meter.hpp: speed and time left, out of a counter that is looked at from time to time.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace app {

/// Not thread-safe.
class RateMeter final {
public:
    using Time = std::chrono::nanoseconds;

    /// `leastWindow` is for what goes on in large steps far apart: it covers some of them, and time left is
    /// told only once all of them lie behind the beginning, when much is merely taken into memory.
    explicit RateMeter(Time start, Time leastWindow = Time::zero());

    void add(Time now, std::uint64_t done);

    /// Per second, over the last five seconds or the least window.
    [[nodiscard]] double speed() const;

    /// Seconds left until `total`: not told in the first ten seconds, nor before one per cent is done; by the
    /// speed of the last minute or the least window.
    [[nodiscard]] std::optional<std::uint64_t> secondsLeft(std::uint64_t total) const;

    [[nodiscard]] double elapsedSeconds() const;

private:
    struct Sample {
        Time at;
        std::uint64_t done = 0;
    };

    [[nodiscard]] double speedOver(Time window) const;

    const Time start_;
    const Time leastWindow_;
    std::deque<Sample> samples_;
};

/// 0 to 100; nothing when the total is not known. Never over 100.
std::optional<unsigned> percentOf(std::uint64_t done, std::uint64_t total) noexcept;

}  // namespace app
