// SPDX-License-Identifier: Apache-2.0
// system_clock.cpp: the machine's clock on Linux.
#include <time.h>

#include "platform/clock.hpp"

namespace platform {

namespace {

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override {
        struct timespec time = {};
        ::clock_gettime(CLOCK_REALTIME, &time);
        return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
    }

    [[nodiscard]] std::chrono::nanoseconds steady() const override {
        struct timespec time = {};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
};

}  // namespace

std::unique_ptr<Clock> makeSystemClock() { return std::make_unique<SystemClock>(); }

}  // namespace platform
