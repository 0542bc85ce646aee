// SPDX-License-Identifier: Apache-2.0
// alert.hpp: something that is wrong, from when it was seen until it is over.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/catalogue/ids.hpp"

namespace alerts {

using AlertId = catalogue::Number<struct AlertTag>;
using TargetId = catalogue::Number<struct TargetTag>;
using RuleId = catalogue::Number<struct RuleTag>;

enum class Kind {
    JobFailed,
    JobPartiallyCompleted,
    RunMissed,
    PlanQuiet,
    VaultUnreachable,
    PasswordNeeded,
    Clock,
    Service,
};

/// In order: a rule for warnings takes errors, too.
enum class Severity { Information, Warning, Error };

/// "job failed": the words of people, of the API and of the file.
const char* toString(Kind kind) noexcept;
const char* toString(Severity severity) noexcept;
/// Nothing for a word that is none.
std::optional<Kind> kindNamed(std::string_view word) noexcept;
std::optional<Severity> severityNamed(std::string_view word) noexcept;

/// What somebody saw.
struct Trouble {
    std::string subject;  // what it is about; while trouble with it goes on, it is one alert
    Kind kind = Kind::Service;
    Severity severity = Severity::Warning;
    std::optional<catalogue::PlanId> plan;
    std::string planName;
    std::string vault;     // a name; empty when it is about none
    std::string sentence;  // what is wrong, in one line
    std::string hint;      // what to do; may be empty
};

struct Alert {
    AlertId id;
    Trouble trouble;
    std::chrono::sys_seconds raised;
    std::chrono::sys_seconds seen;  // when it was last seen, at most an hour off
    std::optional<std::chrono::sys_seconds> ended;
    std::string endSentence;  // empty until then
};

/// What of an alert a message tells.
enum class Event { Raised, Again, Ended, Test };
const char* toString(Event event) noexcept;

}  // namespace alerts
