// SPDX-License-Identifier: Apache-2.0
// restore_commands.cpp: restore.
#include <algorithm>
#include <array>
#include <mutex>

#include "agent/app/commands.hpp"
#include "agent/app/entry_text.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/job_display.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/restore_passes.hpp"
#include "agent/app/restore_selection.hpp"
#include "agent/app/vault_access.hpp"
#include "connectors/files/files_compare.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

namespace files = connectors::files;

constexpr std::size_t kListed = 10;
constexpr std::size_t kSteps = 5;

/// What a restore did to the objects it was given, as its callbacks tell.
struct Tally {
    std::array<std::uint64_t, kSteps> steps{};
    std::uint64_t bytesWanted = 0;           // of files that are not there yet
    std::optional<std::uint64_t> freeBytes;  // at the target, before
    std::mutex mutex;                        // guards the warnings
    std::vector<std::string> warnings;
    std::uint64_t warningCount = 0;

    [[nodiscard]] std::uint64_t of(files::RestoreStep step) const {
        return steps[static_cast<std::size_t>(step)];
    }
};

/// Files that differ from the restore point after a restore.
struct Differences {
    std::mutex mutex;  // guards the rest
    std::vector<std::string> first;
    std::uint64_t count = 0;
};

void printEvent(Command& command, const files::RestoreEvent& event) {
    const std::string_view step = files::toString(event.step);
    if (!command.isJson) {
        command.print(std::string(step) + "  " + base::printable(event.path));
        return;
    }
    base::JsonWriter json;
    json.beginObject().member("type", "object").member("schema", 1).member("step", step);
    json.member("kind", kindName(static_cast<std::uint8_t>(event.kind)));
    json.member("path", event.path).member("key", engine::displayPath(event.key)).endObject();
    command.around.console.out(json.text() + '\n');
}

void watch(Command& command, files::RestoreOptions& options, Tally& tally) {
    const bool isPrinted = options.isDryRun;
    options.onEvent = [&command, &tally, isPrinted](const files::RestoreEvent& event) {
        ++tally.steps[static_cast<std::size_t>(event.step)];
        const bool isThere =
            event.step == files::RestoreStep::Skip || event.step == files::RestoreStep::AlreadyThere;
        if (!isThere && event.kind == connectors::ObjectKind::File) tally.bytesWanted += event.sizeBytes;
        if (isPrinted) printEvent(command, event);
    };
    options.onWarning = [&tally](std::string_view key, const std::string& sentence) {
        const std::lock_guard lock(tally.mutex);
        ++tally.warningCount;
        if (tally.warnings.size() < kListed)
            tally.warnings.push_back(engine::displayPath(key) + ": " + sentence);
    };
}

/// Keys to look at; none when everything is wanted.
std::vector<std::string> subtreesOf(const std::vector<std::string>& selectedKeys) {
    if (std::find(selectedKeys.begin(), selectedKeys.end(), std::string()) != selectedKeys.end()) return {};
    return selectedKeys;
}

/// Reads everything back and compares it.
void compare(Command& command, vault::Vault& vault, const engine::RestoreRequest& request,
             const files::RestoreOptions& options, Differences& differences) {
    files::FilesCompare target(
        command.around.fileSystem, options,
        [&](std::string_view key, files::Difference difference, const std::string& sentence) {
            const std::lock_guard lock(differences.mutex);
            ++differences.count;
            if (differences.first.size() < kListed) {
                differences.first.push_back(engine::displayPath(key) + ": " +
                                            std::string(files::toString(difference)) + ": " + sentence);
            }
        });
    engine::Progress progress;
    const JobDisplay display(command, progress, request.subtrees.empty() ? Totals::Known : Totals::Unknown,
                             "Comparing");
    engine::RestoreOutcome outcome =
        engine::runRestore(vault, request, target, progress, command.around.cancel);
    engine::finishRestore(target, progress, outcome);
    differences.count += outcome.faultCount;
    for (const engine::Fault& fault : outcome.faults) {
        if (differences.first.size() < kListed)
            differences.first.push_back(fault.object + ": " + fault.sentence);
    }
}

std::string inWords(const Tally& tally, const engine::RestoreOutcome& outcome, bool isDryRun) {
    using enum files::RestoreStep;
    std::string text = isDryRun ? "Would restore " : "Restored ";
    const std::uint64_t tried = tally.of(Create) + tally.of(Overwrite) + tally.of(KeepBoth);
    const std::uint64_t faults = std::min(outcome.faultCount, tried);
    if (faults != 0) text += std::to_string(tried - faults) + " of ";
    text += counted(tried, "object");
    if (const auto number = tally.of(Overwrite); number != 0)
        text += ", " + std::to_string(number) + " of them over others";
    if (const auto number = tally.of(KeepBoth); number != 0)
        text += ", " + std::to_string(number) + " of them beside others";
    if (const auto number = tally.of(AlreadyThere); number != 0)
        text += "; " + std::to_string(number) + (number == 1 ? " was" : " were") + " there already";
    if (const auto number = tally.of(Skip); number != 0)
        text += "; " + std::to_string(number) + (number == 1 ? " was" : " were") + " skipped";
    if (outcome.faultCount != 0) text += "; " + counted(outcome.faultCount, "fault") + ", listed above";
    return text + ".";
}

/// What the restore tells of the vault.
void sayWhatTheVaultNeeds(Command& command, const engine::RestoreOutcome& outcome) {
    if (std::any_of(outcome.faults.begin(), outcome.faults.end(), isVaultDamage)) {
        command.say("The vault is damaged. 'hbr repair --dry-run' tells what can be done.");
    } else if (outcome.healedPacks != 0) {
        command.warn(
            counted(outcome.healedPacks, "pack") +
            " of the vault could be read through parity alone. 'hbr verify' tells which, 'hbr repair' "
            "writes them anew; what they lie on may be failing.");
    }
}

void printResult(Command& command, const vault::PointRecord& point, const Tally& tally,
                 const engine::RestoreOutcome& outcome, const engine::Progress& progress,
                 const std::optional<std::uint64_t>& differences, double seconds) {
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1).member("point", point.id.hex());
    json.member("dryRun", command.line.has("dry-run")).member("objects", outcome.objects);
    json.key("steps").beginObject();
    for (std::size_t i = 0; i < kSteps; ++i)
        json.member(files::toString(static_cast<files::RestoreStep>(i)), tally.steps[i]);
    json.endObject().member("bytesStored", progress.bytesStored.load()).member("seconds", seconds);
    json.member("bytesWanted", tally.bytesWanted).key("freeBytes");
    tally.freeBytes ? json.value(*tally.freeBytes) : json.null();
    json.member("healedPacks", outcome.healedPacks);
    json.member("warnings", tally.warningCount).member("faults", outcome.faultCount).key("differences");
    differences ? json.value(*differences) : json.null();
    addFaults(json, outcome.faults);
    command.print(json.endObject());
}

int exitCodeFor(const engine::RestoreOutcome& outcome, std::uint64_t differences) {
    if (std::any_of(outcome.faults.begin(), outcome.faults.end(), isVaultDamage)) return kIntegrity;
    return outcome.faultCount != 0 || differences != 0 ? kDoneWithFaults : kDone;
}

bool mayOverwrite(Command& command, const files::RestoreOptions& options) {
    const bool isHarmless = options.isDryRun || !options.targetFolder.empty() ||
                            options.conflict == files::ConflictRule::Skip ||
                            options.conflict == files::ConflictRule::KeepBoth;
    return isHarmless ||
           command.confirm("Replace files at their original place with those of the restore point?");
}

}  // namespace

int runRestoreCommand(Command& command) {
    const unsigned workers = command.workers();
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::PointRecord point = choosePoint(command, opened.vault->state(), command.line.operands[0]);
    files::RestoreOptions options = restoreOptionsOf(command, opened.path);
    if (!mayOverwrite(command, options)) {
        command.say("Nothing was changed.");
        return kFailed;
    }
    Tally tally;
    const auto& origins = point.sources;
    tally.freeBytes = freeBytesAt(command.around.fileSystem, options.targetFolder.empty() && !origins.empty()
                                                                 ? origins.front()
                                                                 : options.targetFolder);
    watch(command, options, tally);
    files::FilesRestore target(command.around.fileSystem, options);
    engine::RestoreRequest request{point, subtreesOf(target.selectedKeys()), workers};
    refuseAbsentPaths(*opened.vault, point, request.subtrees);

    engine::Progress progress;
    const auto started = command.around.clock.steady();
    engine::RestoreOutcome outcome;
    if (options.isDryRun) {
        outcome = restoreFiles(*opened.vault, request, target, progress, command.around.cancel);
    } else {
        const JobDisplay display(command, progress,
                                 request.subtrees.empty() ? Totals::Known : Totals::Unknown, "Restoring");
        outcome = restoreFiles(*opened.vault, request, target, progress, command.around.cancel);
    }
    const double seconds = std::chrono::duration<double>(command.around.clock.steady() - started).count();
    reportFaults(command, outcome.faults, outcome.faultCount, {});
    for (const std::string& warning : tally.warnings) command.warn(warning);
    if (tally.warningCount > tally.warnings.size()) {
        command.warn("and " + counted(tally.warningCount - tally.warnings.size(), "more warning") + ".");
    }

    std::optional<std::uint64_t> differenceCount;
    if (command.line.has("verify") && !options.isDryRun) {
        Differences differences;
        compare(command, *opened.vault, request, options, differences);
        differenceCount = differences.count;
        for (const std::string& line : differences.first) command.warn("differs: " + line);
    }
    if (command.isJson) printResult(command, point, tally, outcome, progress, differenceCount, seconds);
    command.say(inWords(tally, outcome, options.isDryRun));
    sayWhatTheVaultNeeds(command, outcome);
    if (differenceCount) {
        command.say(*differenceCount == 0
                        ? "Compared with the vault: everything is the same."
                        : "Compared with the vault: " + counted(*differenceCount, "difference") + ".");
    }
    return exitCodeFor(outcome, differenceCount.value_or(0));
}

}  // namespace app
