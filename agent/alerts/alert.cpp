// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/alert.hpp"

#include "agent/catalogue/row_fields.hpp"

namespace alerts {

using catalogue::wordOf;

namespace {

constexpr catalogue::Words<Kind, 8> kKinds = {{
    {Kind::JobFailed, "job failed"},
    {Kind::JobPartiallyCompleted, "job partially completed"},
    {Kind::RunMissed, "run missed"},
    {Kind::PlanQuiet, "plan quiet"},
    {Kind::VaultUnreachable, "vault unreachable"},
    {Kind::PasswordNeeded, "password needed"},
    {Kind::Clock, "clock"},
    {Kind::Service, "service"},
}};
constexpr catalogue::Words<Severity, 3> kSeverities = {{
    {Severity::Information, "information"},
    {Severity::Warning, "warning"},
    {Severity::Error, "error"},
}};
constexpr catalogue::Words<Event, 4> kEvents = {{
    {Event::Raised, "raised"},
    {Event::Again, "again"},
    {Event::Ended, "ended"},
    {Event::Test, "test"},
}};

template <typename Words>
auto named(const Words& words, std::string_view word) -> std::optional<decltype(words.front().first)> {
    for (const auto& [value, known] : words)
        if (word == known) return value;
    return std::nullopt;
}

}  // namespace

const char* toString(Kind kind) noexcept { return wordOf(kKinds, kind); }
const char* toString(Severity severity) noexcept { return wordOf(kSeverities, severity); }
const char* toString(Event event) noexcept { return wordOf(kEvents, event); }
std::optional<Kind> kindNamed(std::string_view word) noexcept { return named(kKinds, word); }
std::optional<Severity> severityNamed(std::string_view word) noexcept { return named(kSeverities, word); }

}  // namespace alerts
