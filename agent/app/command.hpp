// SPDX-License-Identifier: Apache-2.0
// command.hpp: one run of a verb: its words, and the world it runs in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "agent/app/command_line.hpp"
#include "agent/app/console.hpp"
#include "agent/app/exit_code.hpp"
#include "agent/app/hourly_limit.hpp"
#include "agent/config/vault_book.hpp"
#include "platform/base/cancel.hpp"
#include "platform/base/json_writer.hpp"
#include "platform/base/rate_limiter.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace app {

/// The world around a command; tests make one of their own.
struct Surroundings {
    Console& console;
    platform::FileSystem& fileSystem;
    const platform::Clock& clock;
    std::function<std::optional<std::string>(const std::string& name)> environment;
    std::string configFolder;
    base::CancelToken cancel;
    /// Of a job that the service gave it; else commands ask for the logon password.
    std::optional<config::UnlockKey> unlockKey = {};
};

/// What verbs are given. Not thread-safe.
class Command final {
public:
    Command(const CommandLine& commandLine, Surroundings& surroundings);

    const CommandLine& line;
    Surroundings& around;
    const bool isJson;
    const bool isVerbose;
    const bool isQuiet;

    [[nodiscard]] config::VaultBook& book() noexcept { return book_; }

    /// A line of data on standard output.
    void print(std::string_view text);
    /// A JSON value as a line of its own, at once.
    void print(const base::JsonWriter& json);

    /// A sentence on standard error, unless quiet.
    void say(std::string_view sentence);
    /// The same, only with --verbose.
    void detail(std::string_view sentence);
    /// A warning, even if quiet.
    void warn(std::string_view sentence);

    /// Asks before something is destroyed; true with --yes. Throws Error (Invalid, "CLI-0007") when there is
    /// nobody to ask.
    [[nodiscard]] bool confirm(const std::string& question);

    /// An environment variable that is set and not empty.
    [[nodiscard]] std::optional<std::string> environment(const std::string& name) const;

    /// Number of threads to work with.
    [[nodiscard]] unsigned workers() const;

    /// The bandwidth that all stores of this run keep to together, by --limit-upload and --limit-download,
    /// else HBR_LIMIT_UPLOAD and HBR_LIMIT_DOWNLOAD; at the hours of --limit-upload-by-hour by that. The
    /// limiters live as long as the command. Throws Error (Invalid, "CLI-0004") for a variable that makes no
    /// sense.
    [[nodiscard]] base::TransferLimits limits();

private:
    [[nodiscard]] std::optional<std::uint64_t> rateOf(const char* option, const char* variable);
    void limitByHour(const std::string& rates);
    void limitAlways(std::optional<base::RateLimiter>& limiter, const char* option, const char* variable);

    config::VaultBook book_;
    std::optional<base::RateLimiter> uploadLimit_;
    std::optional<base::RateLimiter> downloadLimit_;
    bool areLimitsKnown_ = false;
    std::optional<HourlyLimit> hourlyLimit_;  // last: it uses the limiter
};

}  // namespace app
