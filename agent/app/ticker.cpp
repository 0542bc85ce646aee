// SPDX-License-Identifier: Apache-2.0
#include "agent/app/ticker.hpp"

#include <system_error>

#include "platform/base/error.hpp"

namespace app {

Ticker::Ticker(std::chrono::milliseconds period, std::function<void()> tick)
    : period_(period), tick_(std::move(tick)) {
    try {
        thread_ = std::jthread([this] { run(); });
    } catch (const std::system_error&) {
        // The system starts no more threads. The work may do with those that it has.
    }
}

Ticker::~Ticker() {
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Ticker::run() noexcept {
    try {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, period_, [this] { return isEnding_; })) tick_();
    } catch (...) {
        // A display that fails must not end the work it shows; the work meets the same trouble itself.
        static_cast<void>(base::currentError());
    }
}

}  // namespace app
