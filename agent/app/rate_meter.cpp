// SPDX-License-Identifier: Apache-2.0
#include "agent/app/rate_meter.hpp"

#include <algorithm>

namespace app {

namespace {

using std::chrono::seconds;

constexpr RateMeter::Time kSpeedWindow = seconds(5);
constexpr RateMeter::Time kLeftWindow = seconds(60);
constexpr RateMeter::Time kSilence = seconds(10);
constexpr double kLeastShare = 0.01;
// Samples closer together than this tell nothing new; nor do more of them than a window can show.
constexpr RateMeter::Time kSpacing = std::chrono::milliseconds(200);
constexpr int kMostSamples = 500;

double inSeconds(RateMeter::Time time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

RateMeter::RateMeter(Time start, Time leastWindow) : start_(start), leastWindow_(leastWindow) {
    samples_.push_back({start, 0});
}

void RateMeter::add(Time now, std::uint64_t done) {
    const Time spacing = std::max(kSpacing, leastWindow_ / kMostSamples);
    if (samples_.size() > 1 && now - samples_[samples_.size() - 2].at < spacing) {
        samples_.back() = {now, done};
    } else {
        samples_.push_back({now, done});
    }
    while (samples_.size() > 2 && now - samples_[1].at > std::max(kLeftWindow, leastWindow_))
        samples_.pop_front();
}

double RateMeter::speedOver(Time window) const {
    const Sample& last = samples_.back();
    const auto first = std::find_if(samples_.begin(), samples_.end(),
                                    [&](const Sample& sample) { return last.at - sample.at <= window; });
    const double time = inSeconds(last.at - first->at);
    if (time <= 0 || last.done < first->done) return 0;
    return static_cast<double>(last.done - first->done) / time;
}

double RateMeter::speed() const { return speedOver(std::max(kSpeedWindow, leastWindow_)); }

double RateMeter::elapsedSeconds() const { return inSeconds(samples_.back().at - start_); }

std::optional<std::uint64_t> RateMeter::secondsLeft(std::uint64_t total) const {
    const Sample& last = samples_.back();
    if (last.at - start_ < kSilence + leastWindow_ || total == 0 || last.done >= total) return std::nullopt;
    if (static_cast<double>(last.done) < kLeastShare * static_cast<double>(total)) return std::nullopt;
    const double speed = speedOver(std::max(kLeftWindow, leastWindow_));
    if (speed <= 0) return std::nullopt;
    return static_cast<std::uint64_t>(static_cast<double>(total - last.done) / speed);
}

std::optional<unsigned> percentOf(std::uint64_t done, std::uint64_t total) noexcept {
    if (total == 0) return std::nullopt;
    // Multiplied first: 29 of 100 is no whole number of hundredths in binary, and would show as 28.
    const double percent = static_cast<double>(done) * 100 / static_cast<double>(total);
    return static_cast<unsigned>(std::min(percent, 100.0));
}

}  // namespace app
