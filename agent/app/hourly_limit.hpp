// SPDX-License-Identifier: Apache-2.0
// hourly_limit.hpp: a bandwidth that depends on the hour of the day, and changes while work goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/app/ticker.hpp"
#include "agent/scheduler/bandwidth.hpp"
#include "platform/base/rate_limiter.hpp"
#include "platform/clock.hpp"

namespace app {

/// Hours with their rates, as in "9-18=1MiB,22-6=10M". Throws Error (Invalid, "CLI-0004").
std::vector<scheduler::BandwidthRange> parseHourlyRates(const std::string& text);

/// Holds a limiter to the rate of the hour. The clock is not owned and outlives it, as the limiter does.
class HourlyLimit final {
public:
    /// A rate that nobody notices, for hours without a limit: a limiter always has one.
    static constexpr std::uint64_t kNoLimit = 1024 * base::kGiB;

    /// `otherwise` is the rate outside of all hours, if there is one. `timeZone` is asked once a minute, for
    /// somebody may change it.
    HourlyLimit(std::vector<scheduler::BandwidthRange> rates, std::optional<std::uint64_t> otherwise,
                const platform::Clock& clock, std::function<platform::TimeZone()> timeZone);

    /// The rate at this moment.
    [[nodiscard]] std::uint64_t bytesPerSecond();

    /// Holds the limiter to it, from a thread of its own, until destroyed.
    void hold(base::RateLimiter& limiter);

private:
    [[nodiscard]] std::chrono::sys_seconds now() const;

    const std::vector<scheduler::BandwidthRange> rates_;
    const std::uint64_t otherwise_;
    const platform::Clock& clock_;
    const std::function<platform::TimeZone()> timeZone_;
    // What was found last, and from when until when it holds.
    std::uint64_t rate_ = 0;
    std::chrono::sys_seconds from_{};
    std::chrono::sys_seconds until_{};
    std::optional<Ticker> ticker_;  // last: it ends before what it uses goes
};

}  // namespace app
