// SPDX-License-Identifier: Apache-2.0
// backup_scripts.hpp: what a backup's command line wants run before and after it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/app/command.hpp"
#include "agent/app/script_run.hpp"
#include "platform/base/error.hpp"

namespace app {

/// The scripts of --script-before and --script-after, which find HBR_PLAN, HBR_CLIENT and HBR_VAULT among
/// their variables, and the second HBR_JOB_RESULT: completed, partially-completed, failed or cancelled.
class BackupScripts final {
public:
    /// Throws Error (Invalid, "CLI-0004").
    BackupScripts(Command& command, const std::string& client);

    /// Throws what ends the backup before anything was read: as runScript().
    void runBefore();

    /// After a backup with or without faults. What the script does wrong is told, as a fault, and returned.
    [[nodiscard]] std::optional<base::Error> runAfter(bool hasFaults);
    /// After an error, also of the script before: it may have to undo what that one did. What it does wrong
    /// is told, and the error stays the one that counts.
    void runAfterError(const base::Error& error);

private:
    [[nodiscard]] Script scriptOf(const char* name, const std::string& path) const;
    std::optional<base::Error> runLast(const char* result, const base::CancelToken& cancel,
                                       std::chrono::seconds limit);

    Command& command_;
    std::optional<std::string> before_;
    std::optional<std::string> after_;
    std::chrono::seconds limit_;
    std::vector<std::pair<std::string, std::string>> variables_;
};

}  // namespace app
