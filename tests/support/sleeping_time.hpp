// SPDX-License-Identifier: Apache-2.0
// sleeping_time.hpp: a time for limiters that passes only while somebody sleeps, and then at once.
#pragma once

#include <atomic>

#include "platform/base/rate_limiter.hpp"

namespace test {

/// Thread-safe; the sleeps of several threads add up. Outlives its limiters.
class SleepingTime final {
public:
    base::LimiterTime words() {
        return {[this] { return now(); }, [this](std::chrono::nanoseconds time) { passed_ += time.count(); }};
    }
    [[nodiscard]] std::chrono::nanoseconds now() const { return std::chrono::nanoseconds(passed_.load()); }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(now()).count(); }

private:
    std::atomic<std::int64_t> passed_ = 0;
};

}  // namespace test
