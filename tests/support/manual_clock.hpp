// SPDX-License-Identifier: Apache-2.0
// manual_clock.hpp: a clock that a test sets.
#pragma once

#include <atomic>
#include <chrono>

#include "platform/clock.hpp"

namespace test {

/// Thread-safe. Steady time and the time of day move apart when a test says so.
class ManualClock final : public platform::Clock {
public:
    explicit ManualClock(std::int64_t unixSeconds = 1'800'000'000) : seconds_(unixSeconds) {}

    [[nodiscard]] platform::Timestamp now() const override {
        platform::Timestamp time;
        time.seconds = seconds_;
        return time;
    }
    [[nodiscard]] std::chrono::nanoseconds steady() const override { return std::chrono::seconds(steady_); }

    void advance(std::chrono::seconds by) {
        seconds_ += by.count();
        steady_ += by.count();
    }
    /// The time of day jumps; no time passes.
    void jump(std::chrono::seconds by) { seconds_ += by.count(); }

private:
    std::atomic<std::int64_t> seconds_;
    std::atomic<std::int64_t> steady_ = 0;
};

}  // namespace test
