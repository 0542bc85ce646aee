// SPDX-License-Identifier: Apache-2.0
// copy_commands.cpp: copy.
#include <algorithm>

#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/job_display.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/engine/copy_job.hpp"
#include "agent/s3/settings.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace app {

namespace {

/// What a run of several copies comes to.
struct CopyTotals {
    std::vector<std::pair<vault::PointId, vault::PointRecord>> copies;  // with the original's id
    std::uint64_t alreadyThere = 0;
    std::uint64_t failed = 0;  // points whose list of objects is damaged
    std::uint64_t faults = 0;
    std::vector<engine::Fault> firstFaults;
    std::uint64_t bytesRead = 0;
    std::uint64_t bytesNew = 0;
    std::uint64_t bytesStored = 0;
};

/// The points to copy, in the order in which they were made, so that a copy finds its parent.
std::vector<vault::PointRecord> wantedPoints(const Command& command, const vault::VaultState& state) {
    if (command.line.operands.empty()) return selectedPoints(command, state);
    std::vector<vault::PointId> named;
    for (const std::string& text : command.line.operands)
        named.push_back(choosePoint(command, state, text).id);
    std::vector<vault::PointRecord> points;
    std::ranges::copy_if(state.points, std::back_inserter(points), [&](const vault::PointRecord& point) {
        return std::ranges::find(named, point.id) != named.end();
    });
    return points;
}

void refuseSameVault(const Command& command, const OpenedVault& source, const OpenedVault& target) {
    const platform::FileSystem& fileSystem = command.around.fileSystem;
    const auto canonical = [&](const std::string& path) {
        return s3::isPlace(path) ? path : fileSystem.canonicalPath(path);
    };
    if (canonical(source.path) != canonical(target.path)) return;
    throw base::Error(base::ErrorKind::Invalid, "CLI-0060", "Both vaults are the same one",
                      "Name another vault with --to.");
}

void requireTarget(const Command& command) {
    if (command.line.value("to") || command.environment(kTargetWords.variable)) return;
    throw base::Error(base::ErrorKind::Invalid, "CLI-0061", "Which vault to copy to is not given",
                      "Name it with --to VAULT; 'hbr vault list' shows the vaults that are known.");
}

void report(Command& command, const vault::PointRecord& original, const engine::CopyOutcome& outcome,
            const std::string& duration) {
    reportFaults(command, outcome.faults, outcome.newFaults,
                 "hbr point show " + shortId(outcome.point.id) + " --faults");
    command.say("Restore point " + shortId(original.id) + ": " + counted(outcome.point.objects, "object") +
                ", " + base::formatSize(outcome.point.logicalBytes) + ", stored " +
                base::formatSize(outcome.storedBytes) + ", in " + duration + ".");
}

void copyOne(Command& command, vault::Vault& source, vault::Vault& target, const vault::PointRecord& point,
             CopyTotals& totals) {
    engine::Progress progress;
    const auto started = command.around.clock.steady();
    engine::CopyOutcome outcome;
    try {
        const JobDisplay display(command, progress, Totals::Known, "Copying");
        outcome = engine::copyPoint(source, target, point, command.workers(), command.around.clock, progress,
                                    command.around.cancel);
    } catch (const base::Error& error) {
        if (error.code() != "ENGINE-0004") throw;
        ++totals.failed;
        command.warn(error.describe());
        return;
    }
    totals.bytesRead += progress.bytesRead;
    totals.bytesNew += progress.bytesNew;
    totals.bytesStored += outcome.storedBytes;
    if (outcome.wasThere) {
        ++totals.alreadyThere;
        return;
    }
    totals.faults += outcome.newFaults;
    totals.firstFaults.insert(totals.firstFaults.end(), outcome.faults.begin(), outcome.faults.end());
    totals.firstFaults.resize(std::min(totals.firstFaults.size(), engine::FaultLog::kAtHand));
    report(command, point, outcome, base::formatElapsed(command.around.clock.steady() - started));
    totals.copies.emplace_back(point.id, std::move(outcome.point));
}

void printResult(Command& command, const CopyTotals& totals, std::chrono::nanoseconds time) {
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1);
    json.member("dryRun", command.line.has("dry-run")).member("copied", totals.copies.size());
    json.member("alreadyThere", totals.alreadyThere).member("failed", totals.failed);
    json.member("bytesRead", totals.bytesRead).member("bytesNew", totals.bytesNew);
    json.member("bytesStored", totals.bytesStored).member("faults", totals.faults);
    json.member("seconds", std::chrono::duration<double>(time).count());
    json.member("peakMemoryBytes", platform::peakMemoryBytes()).key("points").beginArray();
    for (const auto& [original, point] : totals.copies) {
        json.beginObject().member("copyOf", original.hex());
        addPoint(json, point);
        json.endObject();
    }
    json.endArray();
    addFaults(json, totals.firstFaults);
    command.print(json.endObject());
}

void sayTotals(Command& command, const CopyTotals& totals) {
    std::string text = command.line.has("dry-run") ? "Would copy " : "Copied ";
    text += counted(totals.copies.size(), "restore point");
    if (totals.alreadyThere != 0)
        text += "; " + std::to_string(totals.alreadyThere) +
                (totals.alreadyThere == 1 ? " was there already" : " were there already");
    if (totals.failed != 0) text += "; " + std::to_string(totals.failed) + " could not be copied";
    command.say(text + ".");
    if (totals.faults != 0) {
        command.say("Done with " + counted(totals.faults, "fault") + ": everything else is in the copies.");
    }
}

}  // namespace

int copyPoints(Command& command) {
    requireTarget(command);
    const OpenedVault source = openVault(command, vault::Vault::JournalNeed::Optional);
    const OpenedVault target = openVault(command, vault::Vault::JournalNeed::Required, kTargetWords);
    refuseSameVault(command, source, target);
    const auto started = command.around.clock.steady();
    CopyTotals totals;
    for (const vault::PointRecord& point : wantedPoints(command, source.vault->state())) {
        command.around.cancel.throwIfCancelled();
        if (target.vault->state().findCopy(point.id) != nullptr) {
            ++totals.alreadyThere;
        } else if (command.line.has("dry-run")) {
            if (!command.isJson)
                command.print(shortId(point.id) + "  " + platform::formatLocal(point.started) + "  " +
                              base::printable(point.client));
            totals.copies.emplace_back(point.id, point);
        } else {
            copyOne(command, *source.vault, *target.vault, point, totals);
        }
    }
    if (command.isJson) printResult(command, totals, command.around.clock.steady() - started);
    sayTotals(command, totals);
    return totals.faults != 0 || totals.failed != 0 ? kDoneWithFaults : kDone;
}

}  // namespace app
