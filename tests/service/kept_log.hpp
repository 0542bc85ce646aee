// SPDX-License-Identifier: Apache-2.0
// kept_log.hpp: a system's log that keeps what is written, for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "platform/system_log.hpp"

namespace test {

/// Not thread-safe.
class KeptLog final : public platform::SystemLog {
public:
    void write(platform::LogSeverity, platform::LogEvent event, std::string_view line) noexcept override {
        lines_.push_back(std::to_string(static_cast<unsigned>(event)) + " " + std::string(line));
    }
    /// "12 A backup ...": what was written since the last call.
    std::vector<std::string> take() { return std::exchange(lines_, {}); }

private:
    std::vector<std::string> lines_;
};

}  // namespace test
