// SPDX-License-Identifier: Apache-2.0
// prune_commands.cpp: prune, and what forgetting points with --prune shares with it.
#include <algorithm>

#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/prune_run.hpp"
#include "agent/app/stage_display.hpp"
#include "agent/app/vault_access.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::uint64_t kMostHours = 24 * 365 * 100;

}  // namespace

vault::PruneOptions pruneOptionsOf(const Command& command) {
    const CommandLine& line = command.line;
    vault::PruneOptions options;
    const std::uint64_t percent = line.number("max-unused").value_or(5);
    if (percent > 100) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004", "'--max-unused' is a share between 0 and 100",
                          "5 is usual: more costs room, less costs time.");
    }
    options.allowedWaste = static_cast<double>(percent) / 100;
    const std::uint64_t hours = std::min(line.number("end-sessions-older-than").value_or(72), kMostHours);
    options.sessionTimeout = std::chrono::hours(static_cast<std::int64_t>(hours));
    options.workers = command.workers();
    options.dryRun = line.has("dry-run");
    return options;
}

vault::PruneReport runPrune(Command& command, vault::Vault& vault, const vault::PruneOptions& options) {
    StageDisplay display(command);
    return vault::prune(vault, command.around.clock, options, display.callback(), command.around.cancel);
}

void addPruneReport(base::JsonWriter& json, const vault::PruneReport& report) {
    json.member("packsBefore", report.packsBefore).member("bytesBefore", report.bytesBefore);
    json.member("packsRemoved", report.packsRemoved).member("packsRewritten", report.packsRewritten);
    json.member("bytesRemoved", report.bytesRemoved).member("bytesWritten", report.bytesWritten);
    json.member("chunksRemoved", report.chunksRemoved).member("leftoversRemoved", report.leftoversRemoved);
    json.member("sessionsEnded", report.sessionsEnded)
        .member("openSessions", report.openSessions)
        .member("sweepRefusal", report.sweepRefusal);
}

void tellPruneReport(Command& command, const vault::PruneReport& report, bool isDryRun) {
    const std::uint64_t gained = report.bytesRemoved - std::min(report.bytesRemoved, report.bytesWritten);
    command.say((isDryRun ? "Would give back " : "Gave back ") + base::formatSize(gained) + " of " +
                base::formatSize(report.bytesBefore) + ": " + counted(report.packsRemoved, "pack") +
                " removed, " + counted(report.packsRewritten, "pack") + " rewritten.");
    if (report.openSessions != 0) {
        command.say("What " + counted(report.openSessions, "running backup") + " may need was left alone.");
    }
    if (!report.sweepRefusal.empty()) {
        command.say("Unfinished uploads of interrupted backups were left where they are. " +
                    report.sweepRefusal);
    }
}

int pruneVault(Command& command) {
    const vault::PruneOptions options = pruneOptionsOf(command);
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Required);
    if (!options.dryRun && !command.confirm("Delete what no restore point needs?")) {
        command.say("Nothing was changed.");
        return kFailed;
    }
    const vault::PruneReport report = runPrune(command, *opened.vault, options);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("dryRun", options.dryRun);
        addPruneReport(json, report);
        command.print(json.endObject());
    }
    tellPruneReport(command, report, options.dryRun);
    return kDone;
}

}  // namespace app
