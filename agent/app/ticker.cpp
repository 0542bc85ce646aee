// SPDX-License-Identifier: Apache-2.0
#include "agent/app/ticker.hpp"

#include <system_error>

#include "platform/base/error.hpp"

namespace app {

Ticker::Ticker(std::chrono::milliseconds period, std::function<void()> tick)
    : period_(period), tick_(std::move(tick)) {
    try {
        thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    } catch (const std::system_error&) {
        // The system starts no more threads. The work may do with those that it has.
    }
}

Ticker::~Ticker() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void Ticker::run(const std::stop_token& stop) noexcept {
    try {
        std::unique_lock lock(mutex_);
        while (!stop.stop_requested()) {
            wake_.wait_for(lock, stop, period_, [] { return false; });
            if (!stop.stop_requested()) tick_();
        }
    } catch (...) {
        // A display that fails must not end the work it shows; the work meets the same trouble itself.
        static_cast<void>(base::currentError());
    }
}

}  // namespace app
