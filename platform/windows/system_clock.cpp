// SPDX-License-Identifier: Apache-2.0
// system_clock.cpp: the machine's clock on Windows.
#include <windows.h>

#include "platform/clock.hpp"
#include "platform/windows/file_time.hpp"

namespace platform {

namespace {

class SystemClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() const override {
        FILETIME time{};
        GetSystemTimePreciseAsFileTime(&time);
        const auto ticks = (static_cast<std::uint64_t>(time.dwHighDateTime) << 32) | time.dwLowDateTime;
        return windows::fromFileTime(static_cast<std::int64_t>(ticks));
    }

    [[nodiscard]] std::chrono::nanoseconds steady() const override {
        LARGE_INTEGER frequency{};
        LARGE_INTEGER count{};
        QueryPerformanceFrequency(&frequency);
        QueryPerformanceCounter(&count);
        // In two parts, so that the product does not overflow after some days.
        const std::int64_t seconds = count.QuadPart / frequency.QuadPart;
        const std::int64_t rest = count.QuadPart % frequency.QuadPart;
        return std::chrono::seconds(seconds) +
               std::chrono::nanoseconds(rest * 1'000'000'000 / frequency.QuadPart);
    }
};

}  // namespace

std::unique_ptr<Clock> makeSystemClock() { return std::make_unique<SystemClock>(); }

}  // namespace platform
