// SPDX-License-Identifier: Apache-2.0
#include "agent/scheduler/retry.hpp"

#include <algorithm>

namespace scheduler {

namespace {

constexpr unsigned kMostRetries = 10;

}  // namespace

std::vector<std::string> checkRetryRule(const RetryRule& rule) {
    std::vector<std::string> faults;
    if (rule.mostRetries > kMostRetries)
        faults.push_back("A failed run cannot be tried again " + std::to_string(rule.mostRetries) +
                         " times; choose 0 to 10.");
    if (rule.firstWait < std::chrono::minutes(1) || rule.firstWait > kLongestRetryWait)
        faults.push_back("A failed run cannot be tried again after " +
                         std::to_string(rule.firstWait.count()) + " minutes; choose 1 to 60.");
    return faults;
}

bool isFault(base::ErrorKind kind) noexcept {
    switch (kind) {
        case base::ErrorKind::Unavailable:
        case base::ErrorKind::Busy:
        case base::ErrorKind::Exhausted:
        case base::ErrorKind::Internal:
            return true;
        case base::ErrorKind::NotFound:
        case base::ErrorKind::Exists:
        case base::ErrorKind::Invalid:
        case base::ErrorKind::Denied:
        case base::ErrorKind::Corrupt:
        case base::ErrorKind::Unsupported:
        case base::ErrorKind::Cancelled:
            return false;
    }
    return false;
}

std::optional<std::chrono::sys_seconds> retryTime(const RetryRule& rule, base::ErrorKind kind,
                                                  unsigned failures, std::chrono::sys_seconds failedAt,
                                                  std::chrono::sys_seconds nextRun) {
    if (!isFault(kind) || failures > rule.mostRetries) return std::nullopt;
    std::chrono::minutes wait = rule.firstWait;
    for (unsigned i = 1; i < failures && wait < kLongestRetryWait; ++i) wait *= 2;
    const std::chrono::sys_seconds time = failedAt + std::min(wait, kLongestRetryWait);
    if (time >= nextRun) return std::nullopt;
    return time;
}

}  // namespace scheduler
