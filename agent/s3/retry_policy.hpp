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
///
/// A limit of time ends them only after kLeastTries: on a machine that stood still, or through a connection
/// that was silent for long, the time may be over after a single one.
class RetryPolicy final {
public:
    static constexpr std::chrono::milliseconds kFirstWait{100};
    static constexpr std::chrono::milliseconds kLongestWait{10'000};
    static constexpr unsigned kLeastTries = 5;

    explicit RetryPolicy(const RetryWorld& world) : world_(world), start_(world.steady()) {}

    /// Waits before the next try; false when there were tries enough and `limit` has passed since the first.
    /// Throws Error (Cancelled).
    [[nodiscard]] bool waitForNext(std::chrono::milliseconds limit);

private:
    const RetryWorld& world_;
    const std::chrono::nanoseconds start_;
    std::chrono::milliseconds most_ = kFirstWait;
    unsigned tries_ = 1;
};

/// True for statuses that say "later", and for codes that do so under another status.
bool canRetryStatus(int status, std::string_view code) noexcept;

}  // namespace s3
