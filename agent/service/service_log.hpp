// SPDX-License-Identifier: Apache-2.0
// service_log.hpp: the system's log with the service's own file beside it, which hears of more.
#pragma once

#include <memory>
#include <string_view>

#include "agent/service/log_file.hpp"
#include "platform/system_log.hpp"

namespace service {

/// Hands entries to the system's log and writes them to the file, where there is one. Thread-safe.
class ServiceLog final : public platform::SystemLog {
public:
    /// `file` is nothing when the service keeps no log of its own.
    ServiceLog(std::unique_ptr<platform::SystemLog> system, std::unique_ptr<LogFile> file);

    void write(platform::LogSeverity severity, platform::LogEvent event,
               std::string_view line) noexcept override;

    /// Writes a line that is for the file alone. No secrets, as in write().
    void record(std::string_view line) noexcept;

private:
    std::unique_ptr<platform::SystemLog> system_;
    std::unique_ptr<LogFile> file_;
};

}  // namespace service
