// SPDX-License-Identifier: Apache-2.0
// log_file.hpp: the service's own log: lines in a file that is put aside when it is large.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace service {

/// What a folder of logs may take at most: (`mostAside` + 1) * `mostBytes`.
struct LogFileBounds {
    std::uint64_t mostBytes = std::uint64_t{4} << 20;  // of a file; more when a single line is longer
    unsigned mostAside = 4;                            // agent.log.1, the newest, to agent.log.4
};

/// agent.log in a folder that is made when it is missing; both are for their owner alone. Thread-safe.
class LogFile final {
public:
    /// References are not owned and outlive it.
    LogFile(const platform::FileSystem& fileSystem, const platform::Clock& clock, std::string folder,
            LogFileBounds bounds = {});

    /// Adds a line with its moment (UTC) before it; control characters come out as \xNN. A line that the disk
    /// does not take is lost, and none of it stays: the service's work is worth more. Tells why, once until
    /// a line is written again; nothing otherwise.
    std::optional<base::Error> add(std::string_view line) noexcept;

private:
    void write(const std::string& text);
    void open();
    void putAside();
    [[nodiscard]] std::optional<base::Error> tried(const std::string& text);

    const platform::FileSystem& fileSystem_;
    const platform::Clock& clock_;
    const std::string folder_;
    const LogFileBounds bounds_;
    std::mutex mutex_;  // guards what follows
    std::unique_ptr<platform::Directory> directory_;
    std::unique_ptr<platform::File> file_;  // nothing until a line is added, and after a failure
    std::uint64_t sizeBytes_ = 0;
    bool isInTrouble_ = false;
};

}  // namespace service
