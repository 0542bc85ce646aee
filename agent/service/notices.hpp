// SPDX-License-Identifier: Apache-2.0
// notices.hpp: what is wrong, in one place: the system's log hears of it, once each and not again as long as
// it goes on, and so does whoever gets alerts.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "agent/alerts/alert.hpp"
#include "agent/catalogue/catalogue.hpp"
#include "platform/clock.hpp"
#include "platform/system_log.hpp"

namespace service {

/// What is wrong with something, in one line.
struct Notice {
    std::string subject;  // what it is about, whatever that is called: "plan 3fa9..."
    platform::LogSeverity severity = platform::LogSeverity::Warning;
    platform::LogEvent event = platform::LogEvent::AlertRaised;
    std::string line;
    alerts::Kind kind = alerts::Kind::Service;
    std::string hint = {};  // what to do; may be empty
    std::optional<catalogue::PlanId> plan = std::nullopt;
    std::string planName = {};
    std::string vault = {};
};

/// The same as alerts have it.
alerts::Trouble troubleOf(const Notice& notice);

/// Where alerts are noted, and who is called when one is to be delivered; nothing: they are not noted.
struct NotedAlerts {
    catalogue::Catalogue* catalogue = nullptr;
    std::function<void()> wake = {};
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
    Notices(platform::SystemLog& log, const platform::Clock& clock, NotedAlerts alerts = {})
        : log_(log), clock_(clock), alerts_(std::move(alerts)), begun_(clock.steady()) {}

    /// True when the log heard of it. Throws Error when the alert cannot be noted; the log has heard then.
    bool tell(const Notice& notice);

    /// The subject is well: what is wrong with it next is news. Whoever got an alert hears the line.
    void forget(const std::string& subject, const std::string& line);

    /// The same; says so in the log if something was told, once that has been over for a while. To be called
    /// again and again.
    void resolve(const std::string& subject, const std::string& line);

private:
    struct Told {
        std::map<std::string, std::chrono::nanoseconds> lines;  // when they were written
        std::chrono::nanoseconds last{0};                       // when something was told
    };

    bool endAlert(const std::string& subject, const std::string& line);
    [[nodiscard]] std::chrono::sys_seconds now() const {
        return std::chrono::sys_seconds(std::chrono::seconds(clock_.now().seconds));
    }

    platform::SystemLog& log_;
    const platform::Clock& clock_;
    const NotedAlerts alerts_;
    const std::chrono::nanoseconds begun_;
    std::map<std::string, Told> told_;
};

}  // namespace service
