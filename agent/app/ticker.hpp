// SPDX-License-Identifier: Apache-2.0
// ticker.hpp: calls a function again and again while something else runs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace app {

/// Calls `tick` once a period from a thread of its own until destroyed. Whatever the function throws ends the
/// ticking.
class Ticker final {
public:
    Ticker(std::chrono::milliseconds period, std::function<void()> tick);
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;
    ~Ticker();

private:
    void run(const std::stop_token& stop) noexcept;

    const std::chrono::milliseconds period_;
    const std::function<void()> tick_;
    std::mutex mutex_;  // guards nothing but the wait
    std::condition_variable_any wake_;
    std::jthread thread_;
};

}  // namespace app
