// SPDX-License-Identifier: Apache-2.0
// retry.hpp: whether and when a failed run is tried again before its policy's next one.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/error.hpp"

namespace scheduler {

/// How often and how patiently. Waits double from the first one up to kLongestRetryWait.
struct RetryRule {
    unsigned mostRetries = 3;           // 0-10
    std::chrono::minutes firstWait{5};  // 1-60 minutes
};

inline constexpr std::chrono::minutes kLongestRetryWait{60};

/// What is wrong, a sentence for a field; empty when the rule is good.
std::vector<std::string> checkRetryRule(const RetryRule& rule);

/// True for faults: what the machine or the network did and may not do the next time. False for what a person
/// did or has to mend first, such as a cancelled run, a wrong password or a damaged vault.
bool isFault(base::ErrorKind kind) noexcept;

/// When a run is tried again that ended at `failedAt` with an error of this kind; `failures` counts its
/// tries, all of which failed, from 1. Nothing when it is not, also because the next run of the policy comes
/// first.
std::optional<std::chrono::sys_seconds> retryTime(const RetryRule& rule, base::ErrorKind kind,
                                                  unsigned failures, std::chrono::sys_seconds failedAt,
                                                  std::chrono::sys_seconds nextRun);

}  // namespace scheduler
