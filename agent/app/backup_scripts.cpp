// SPDX-License-Identifier: Apache-2.0
#include "agent/app/backup_scripts.hpp"

#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::uint64_t kUsualMinutes = 60;
constexpr std::uint64_t kMostMinutes = 24 * 60;
/// For the last script of a cancelled backup: whoever cancelled it does not wait for long.
constexpr std::chrono::seconds kAfterCancellation{30};

std::chrono::minutes limitOf(const CommandLine& line) {
    const std::uint64_t minutes = line.number("script-timeout").value_or(kUsualMinutes);
    if (minutes == 0 || minutes > kMostMinutes) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004",
                          "'--script-timeout' must be between 1 and 1440 minutes",
                          "Leave it out to give scripts an hour.");
    }
    return std::chrono::minutes(minutes);
}

/// The vault by the name that it was given, or has when it is the only one.
std::string vaultOf(Command& command) {
    if (const auto named = command.line.value("vault")) return *named;
    if (const auto named = command.environment("HBR_VAULT")) return *named;
    const auto vaults = command.book().list();
    return vaults.size() == 1 ? vaults.front().name : "";
}

std::optional<std::string> pathOf(const Command& command, const char* option) {
    const auto path = command.line.value(option);
    if (!path) return std::nullopt;
    return command.around.fileSystem.absolutePath(*path);
}

}  // namespace

BackupScripts::BackupScripts(Command& command, const std::string& client)
    : command_(command),
      before_(pathOf(command, "script-before")),
      after_(pathOf(command, "script-after")),
      limit_(limitOf(command.line)) {
    if (!before_ && !after_) return;
    const std::string plan = command.line.value("plan").value_or("");
    variables_ = {{"HBR_PLAN", command.line.value("plan-name").value_or(plan)},
                  {"HBR_CLIENT", client},
                  {"HBR_VAULT", vaultOf(command)}};
}

Script BackupScripts::scriptOf(const char* name, const std::string& path) const {
    Script script;
    script.name = name;
    script.path = path;
    script.variables = variables_;
    script.limit = limit_;
    script.cancel = command_.around.cancel;
    return script;
}

void BackupScripts::runBefore() {
    if (before_) runScript(command_, scriptOf("script before the backup", *before_));
}

std::optional<base::Error> BackupScripts::runLast(const char* result, const base::CancelToken& cancel,
                                                  std::chrono::seconds limit) {
    if (!after_) return std::nullopt;
    Script script = scriptOf("script after the backup", *after_);
    script.variables.emplace_back("HBR_JOB_RESULT", result);
    script.cancel = cancel;
    script.limit = limit;
    try {
        runScript(command_, script);
        return std::nullopt;
    } catch (...) {
        base::Error error = base::currentError();
        command_.around.console.err("hbr: fault: " + script.name + ": " + base::printable(error.describe()) +
                                    '\n');
        return error;
    }
}

std::optional<base::Error> BackupScripts::runAfter(bool hasFaults) {
    return runLast(hasFaults ? "partially-completed" : "completed", command_.around.cancel, limit_);
}

void BackupScripts::runAfterError(const base::Error& error) {
    // It is to run even though everything else was cancelled, so that what the first one stopped goes on.
    if (error.kind() == base::ErrorKind::Cancelled) {
        static_cast<void>(runLast("cancelled", base::CancelToken(), kAfterCancellation));
    } else {
        static_cast<void>(runLast("failed", command_.around.cancel, limit_));
    }
}

}  // namespace app
