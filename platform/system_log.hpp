// SPDX-License-Identifier: Apache-2.0
// system_log.hpp: the system's log, for what whoever looks after the machine must hear of: failures, the ends
// of runs, and alerts.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace platform {

enum class LogSeverity { Error, Warning, Information };

/// What an entry is about. People filter by these numbers: one never changes its meaning, and one that is
/// given up is never used again. README.md explains them; windows/event_messages.mc has them once more.
enum class LogEvent : unsigned {
    ServiceStarted = 1,
    ServiceStopped = 2,
    ServiceFailed = 3,

    JobCompleted = 10,
    JobPartiallyCompleted = 11,
    JobFailed = 12,
    JobCancelled = 13,
    JobMissed = 14,

    AlertRaised = 20,
    AlertResolved = 21,

    CatalogueDamaged = 30,
    VaultDamaged = 31,
};

/// What stands before the text of an entry: "A job failed". Empty for a number that is no event.
std::string_view titleOf(LogEvent event) noexcept;

/// Takes entries. Thread-safe.
class SystemLog {
public:
    virtual ~SystemLog() = default;

    /// Adds an entry: what happened to what, and why, in one line that is not empty. Control characters come
    /// out as \xNN, so that no name in it can forge an entry; a line that the log could not take is cut,
    /// which a mark at its end tells. Secrets are kept out by the caller: many people may read the log. An
    /// entry that the system does not take is lost, for the service's work is worth more.
    virtual void write(LogSeverity severity, LogEvent event, std::string_view line) noexcept = 0;
};

/// The log that is read here: the journal, when systemd has connected standard error with it; Windows' event
/// log "Application", when this process is the Windows service `name`; else standard error, in plain text for
/// a person. `name` is that of the service, and says whose entries they are.
std::unique_ptr<SystemLog> openSystemLog(const std::string& name);

}  // namespace platform
