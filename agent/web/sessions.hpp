// SPDX-License-Identifier: Apache-2.0
// sessions.hpp: who is logged in.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/bytes.hpp"
#include "platform/clock.hpp"

namespace web {

/// An unpredictable text of 64 hex digits.
std::string newToken();

/// Takes as long for any two texts of one length.
bool isSameSecret(std::string_view a, std::string_view b) noexcept;

/// Sessions, in memory alone: a restart ends them. Thread-safe.
class Sessions final {
public:
    static constexpr std::chrono::minutes kIdle{30};
    static constexpr std::chrono::hours kLongest{12};
    static constexpr std::size_t kMost = 64;

    /// The clock is not owned and outlives this.
    explicit Sessions(const platform::Clock& clock) : clock_(clock) {}

    struct Opened {
        std::string id;  // the cookie's value
        std::string csrfToken;
    };

    /// Begins a session. When there are too many, the one that was used longest ago ends.
    Opened open();

    /// The CSRF token of the session with this id, which counts as used; nothing when there is none, or it
    /// has ended.
    [[nodiscard]] std::optional<std::string> find(std::string_view id);

    void end(std::string_view id);
    /// Ends all but that one.
    void endOthers(std::string_view id);
    void endAll() { endOthers({}); }

private:
    /// Sessions are looked up by the hash of their ids, so that no comparison tells how much of one is right.
    using Key = std::array<base::Byte, 32>;
    struct Session {
        std::string csrfToken;
        std::chrono::nanoseconds begun{};
        std::chrono::nanoseconds used{};
    };

    static Key keyOf(std::string_view id);
    void dropEnded(std::chrono::nanoseconds now);

    const platform::Clock& clock_;
    std::mutex mutex_;  // guards sessions_
    std::map<Key, Session> sessions_;
};

}  // namespace web
