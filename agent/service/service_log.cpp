// SPDX-License-Identifier: Apache-2.0
#include "agent/service/service_log.hpp"

#include <exception>
#include <string>
#include <utility>

namespace service {

namespace {

using platform::LogEvent;
using platform::LogSeverity;

const char* prefixOf(LogSeverity severity) noexcept {
    switch (severity) {
        case LogSeverity::Error:
            return "error: ";
        case LogSeverity::Warning:
            return "warning: ";
        case LogSeverity::Information:
            break;
    }
    return "";
}

/// The file is told of every end of a job by record(), with the job's number.
bool isEndOfJob(LogEvent event) noexcept {
    return event == LogEvent::JobCompleted || event == LogEvent::JobPartiallyCompleted ||
           event == LogEvent::JobFailed || event == LogEvent::JobCancelled;
}

}  // namespace

ServiceLog::ServiceLog(std::unique_ptr<platform::SystemLog> system, std::unique_ptr<LogFile> file)
    : system_(std::move(system)), file_(std::move(file)) {}

void ServiceLog::write(LogSeverity severity, LogEvent event, std::string_view line) noexcept {
    system_->write(severity, event, line);
    if (!file_ || isEndOfJob(event)) return;
    try {
        record(prefixOf(severity) + std::string(titleOf(event)) + ": " + std::string(line));
    } catch (const std::exception&) {
        // Memory ran out; the system's log has heard of it.
    }
}

void ServiceLog::record(std::string_view line) noexcept {
    if (!file_) return;
    const auto trouble = file_->add(line);
    if (!trouble) return;
    try {
        system_->write(LogSeverity::Warning, LogEvent::AlertRaised,
                       "The service's log file cannot be written, and the service goes on without: " +
                           trouble->describe());
    } catch (const std::exception&) {
        // Memory ran out.
    }
}

}  // namespace service
