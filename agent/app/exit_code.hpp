// SPDX-License-Identifier: Apache-2.0
// exit_code.hpp: how a command ended, as scripts see it. README.md lists the numbers.
#pragma once

#include "platform/base/error.hpp"

namespace app {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kDoneWithFaults = 3;
inline constexpr int kNotFound = 4;
inline constexpr int kDenied = 5;
inline constexpr int kBusy = 6;
inline constexpr int kIntegrity = 8;
inline constexpr int kInterrupted = 130;

constexpr int exitCodeOf(base::ErrorKind kind) noexcept {
    switch (kind) {
        case base::ErrorKind::NotFound:
            return kNotFound;
        case base::ErrorKind::Invalid:
            return kUsage;
        case base::ErrorKind::Denied:
            return kDenied;
        case base::ErrorKind::Busy:
            return kBusy;
        case base::ErrorKind::Corrupt:
            return kIntegrity;
        case base::ErrorKind::Cancelled:
            return kInterrupted;
        case base::ErrorKind::Exists:
        case base::ErrorKind::Unavailable:
        case base::ErrorKind::Exhausted:
        case base::ErrorKind::Unsupported:
        case base::ErrorKind::Internal:
            break;
    }
    return kFailed;
}

}  // namespace app
