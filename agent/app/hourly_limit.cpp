// SPDX-License-Identifier: Apache-2.0
#include "agent/app/hourly_limit.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "agent/app/command_line.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

using std::chrono::sys_seconds;

namespace {

constexpr std::chrono::seconds kBetweenLooks{1};
/// A time zone that somebody sets is noticed after this time.
constexpr std::chrono::minutes kZoneIsGood{1};

[[noreturn]] void refuse(const std::string& text, const std::string& hint) {
    throw base::Error(base::ErrorKind::Invalid, "CLI-0004",
                      "'" + base::printable(text) + "' is no bandwidth by the hour", hint);
}

std::optional<unsigned> parseHour(std::string_view text) {
    unsigned hour = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), hour);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return hour;
}

std::optional<scheduler::BandwidthRange> parseRange(std::string_view text) {
    const std::size_t equals = text.find('=');
    const std::size_t dash = text.find('-');
    if (equals == std::string_view::npos || dash >= equals) return std::nullopt;
    const auto from = parseHour(text.substr(0, dash));
    const auto until = parseHour(text.substr(dash + 1, equals - dash - 1));
    const auto rate = parseRate(text.substr(equals + 1));
    if (!from || !until || !rate) return std::nullopt;
    return scheduler::BandwidthRange{*from, *until, *rate};
}

}  // namespace

std::vector<scheduler::BandwidthRange> parseHourlyRates(const std::string& text) {
    std::vector<scheduler::BandwidthRange> ranges;
    for (const std::string_view part : base::split(text, ',')) {
        const auto range = parseRange(part);
        if (!range) refuse(text, "Give full hours and a size a second, such as 9-18=1MiB,22-6=10MiB.");
        ranges.push_back(*range);
    }
    const auto faults = scheduler::checkBandwidth(ranges);
    if (!faults.empty()) refuse(text, faults.front());
    return ranges;
}

HourlyLimit::HourlyLimit(std::vector<scheduler::BandwidthRange> rates, std::optional<std::uint64_t> otherwise,
                         const platform::Clock& clock, std::function<platform::TimeZone()> timeZone)
    : rates_(std::move(rates)),
      otherwise_(otherwise.value_or(kNoLimit)),
      clock_(clock),
      timeZone_(std::move(timeZone)) {}

sys_seconds HourlyLimit::now() const { return sys_seconds(std::chrono::seconds(clock_.now().seconds)); }

std::uint64_t HourlyLimit::bytesPerSecond() {
    const sys_seconds moment = now();
    const bool holds = rate_ != 0 && from_ <= moment && moment < until_;
    if (holds) return rate_;
    const platform::TimeZone zone = timeZone_();
    rate_ = scheduler::bandwidthLimit(rates_, zone, moment).value_or(otherwise_);
    from_ = moment;
    until_ = std::min<sys_seconds>(
        moment + kZoneIsGood,
        scheduler::nextBandwidthChange(rates_, zone, moment).value_or(sys_seconds::max()));
    return rate_;
}

void HourlyLimit::hold(base::RateLimiter& limiter) {
    ticker_.emplace(kBetweenLooks, [this, &limiter] {
        try {
            limiter.setBytesPerSecond(bytesPerSecond());
        } catch (const base::Error&) {
            return;  // the time zone cannot be told at this moment: the rate stays until it can
        }
    });
}

}  // namespace app
