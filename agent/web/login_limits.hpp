// SPDX-License-Identifier: Apache-2.0
// login_limits.hpp: how often passwords may be tried.
//
// Three limits, none of which keeps a thread waiting: whoever is too early is told when to come again.
//   - An address (of IPv6 its first 64 bits, which one household has) may err three times; from then on each
//     wrong password doubles the time until the next is looked at, from one second to five minutes.
//   - All addresses together: a hundred tries at once, then one a second. It does not hold for this machine
//     itself, nor for addresses from which somebody has logged in: who guesses from many places cannot lock
//     these out.
//   - Two passwords are checked at a time, which bounds the memory and the processors that guessing takes.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "agent/web/peer.hpp"
#include "platform/clock.hpp"

namespace web {

/// Thread-safe.
class LoginLimits final {
public:
    static constexpr unsigned kFreeErrors = 3;
    static constexpr std::chrono::seconds kLongestWait{300};
    static constexpr std::chrono::hours kForgotten{1};
    static constexpr unsigned kBurst = 100;
    static constexpr unsigned kMostAtOnce = 2;
    static constexpr std::size_t kMostAddresses = 4096;

    /// The clock is not owned and outlives this.
    explicit LoginLimits(const platform::Clock& clock);

    enum class Verdict { Try, TooEarly, TooManyAtOnce };
    struct Answer {
        Verdict verdict = Verdict::Try;
        int retryAfterSeconds = 0;
    };

    /// Asks whether a password from there may be looked at. A try counts as an error from here on, so that
    /// many at once are as slow as many one after another; each must be followed by one end().
    [[nodiscard]] Answer begin(const Peer& peer);

    enum class Outcome { Right, Wrong, NotLookedAt };
    void end(const Peer& peer, Outcome outcome);

private:
    struct Record {
        unsigned errors = 0;
        bool hasLoggedIn = false;
        std::chrono::nanoseconds next{};  // when the next try is looked at
        std::chrono::nanoseconds last{};
    };

    static std::string keyOf(const Peer& peer);
    void makeRoom(std::chrono::nanoseconds now);
    /// Seconds until all addresses together may try again; 0 when they may.
    [[nodiscard]] int takeShared(std::chrono::nanoseconds now);

    const platform::Clock& clock_;
    std::mutex mutex_;  // guards what follows
    std::map<std::string, Record> records_;
    unsigned running_ = 0;
    double shared_ = kBurst;  // tries that are left for all together
    std::chrono::nanoseconds sharedAt_;
};

}  // namespace web
