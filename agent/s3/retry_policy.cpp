// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/retry_policy.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <thread>

namespace s3 {

namespace {

/// How soon a cancelled wait ends.
constexpr std::chrono::milliseconds kSlice{100};

}  // namespace

RetryWorld makeRetryWorld(base::CancelToken cancel) {
    return {[] { return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()); },
            [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
            [] {
                thread_local std::minstd_rand generator{std::random_device{}()};
                return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
            },
            std::move(cancel)};
}

bool RetryPolicy::waitForNext(std::chrono::milliseconds limit) {
    world_.cancel.throwIfCancelled();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(world_.steady() - start_);
    const bool wereEnough = tries_ >= kLeastTries;
    if (wereEnough && passed >= limit) return false;
    auto wait = std::chrono::milliseconds(
        static_cast<std::chrono::milliseconds::rep>(static_cast<double>(most_.count()) * world_.random()));
    if (wereEnough) wait = std::min(wait, limit - passed);
    ++tries_;
    most_ = std::min(most_ * 2, kLongestWait);
    while (wait > std::chrono::milliseconds::zero()) {
        const auto slice = std::min(wait, kSlice);
        world_.sleep(slice);
        world_.cancel.throwIfCancelled();
        wait -= slice;
    }
    return true;
}

bool canRetryStatus(int status, std::string_view code) noexcept {
    constexpr std::array kStatuses = {408, 429, 500, 502, 503, 504};
    constexpr std::array<std::string_view, 10> kCodes = {
        "SlowDown", "InternalError", "RequestTimeout", "ConditionalRequestConflict", "OperationAborted",
        "ServiceUnavailable",
        // What arrived is not what was sent.
        "BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"};
    return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end() ||
           std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end();
}

}  // namespace s3
