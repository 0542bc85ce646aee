// SPDX-License-Identifier: Apache-2.0
// retry_policy.hpp: when to try a request again, and how long to wait before.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "platform/base/cancel.hpp"

namespace s3 {

/// Time and chance, which tests replace. The functions are called by many threads at once.
struct RetryWorld {
    std::function<std::chrono::nanoseconds()> steady;
    std::function<void(std::chrono::milliseconds)> sleep;
    /// From 0 up to, and without, 1.
    std::function<double()> random;
    base::CancelToken cancel;
};

/// The machine's own time and chance.
RetryWorld makeRetryWorld(base::CancelToken cancel);

/// The tries of one request. Waits grow twofold from a tenth of a second up to ten seconds, each a random
/// part of that ("full jitter"), so that clients that failed together do not come back together.
class RetryPolicy final {
public:
    static constexpr std::chrono::milliseconds kFirstWait{100};
    static constexpr std::chrono::milliseconds kLongestWait{10'000};

    RetryPolicy(const RetryWorld& world, std::chrono::milliseconds limit)
        : world_(world), end_(world.steady() + limit) {}

    /// Waits before the next try; false when the time is over. Throws Error (Cancelled).
    [[nodiscard]] bool waitForNext();

private:
    const RetryWorld& world_;
    const std::chrono::nanoseconds end_;
    std::chrono::milliseconds most_ = kFirstWait;
};

/// True for statuses that say "later", and for codes that do so under another status.
bool canRetryStatus(int status, std::string_view code) noexcept;

}  // namespace s3
