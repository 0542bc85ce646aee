// SPDX-License-Identifier: Apache-2.0
// notices.hpp: what the system's log hears of: once each, and not again as long as it goes on.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "platform/clock.hpp"
#include "platform/system_log.hpp"

namespace service {

/// What is wrong with something, in one line.
struct Notice {
    std::string subject;  // what it is about: "plan nightly"
    platform::LogSeverity severity = platform::LogSeverity::Warning;
    platform::LogEvent event = platform::LogEvent::AlertRaised;
    std::string line;
};

/// Not thread-safe.
class Notices final {
public:
    /// The same line of the same subject is written again after this time, if it is told then.
    static constexpr std::chrono::hours kAgain{24};
    /// Trouble that was not told of for so long is over: less would write of each moment of a flickering one.
    static constexpr std::chrono::minutes kQuiet{10};
    /// So many different lines of a subject are told apart; more wait until the oldest is written again.
    static constexpr std::size_t kMostLines = 16;

    /// References are not owned and outlive it.
    Notices(platform::SystemLog& log, const platform::Clock& clock) : log_(log), clock_(clock) {}

    void tell(const Notice& notice);

    /// The subject is well: what is wrong with it next is news.
    void forget(const std::string& subject) { told_.erase(subject); }

    /// The same; says so in the log if something was told, once that has been over for a while. To be called
    /// again and again.
    void resolve(const std::string& subject, const std::string& line);

private:
    struct Told {
        std::map<std::string, std::chrono::nanoseconds> lines;  // when they were written
        std::chrono::nanoseconds last{0};                       // when something was told
    };

    platform::SystemLog& log_;
    const platform::Clock& clock_;
    std::map<std::string, Told> told_;
};

}  // namespace service
