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
    void run() noexcept;

    const std::chrono::milliseconds period_;
    const std::function<void()> tick_;
    std::mutex mutex_;  // guards isEnding_
    // Not one that waits for a stop token, too: with gcc 12 on Windows its thread may never end.
    std::condition_variable wake_;
    bool isEnding_ = false;
    std::jthread thread_;
};

}  // namespace app
