// SPDX-License-Identifier: Apache-2.0
// backup_commands.cpp: backup run.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "agent/app/backup_scripts.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/dry_run_sink.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/job_display.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/client/registrar.hpp"
#include "agent/engine/backup_job.hpp"
#include "agent/s3/settings.hpp"
#include "connectors/files/files_backup.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace app {

namespace {

namespace files = connectors::files;

std::vector<std::string> canonicalParts(const platform::FileSystem& fileSystem, const std::string& path) {
    return fileSystem.splitPath(fileSystem.canonicalPath(fileSystem.absolutePath(path)));
}

/// Tells when the vault lies inside a source; its folder is left out then, and a person should know.
void warnOfVaultInside(Command& command, const std::vector<std::string>& sources,
                       const std::string& vaultPath) {
    if (s3::isPlace(vaultPath)) return;
    const platform::FileSystem& fileSystem = command.around.fileSystem;
    const auto vault = canonicalParts(fileSystem, vaultPath);
    for (const std::string& source : sources) {
        if (!fileSystem.status(source)) continue;
        const auto parts = canonicalParts(fileSystem, source);
        if (parts.size() < vault.size() && std::equal(parts.begin(), parts.end(), vault.begin())) {
            command.warn("The vault lies inside '" + base::printable(source) +
                         "'; its folder is left out of the backup.");
        }
    }
}

/// A type is the ending of a name, such as ".log", or a kind of file.
void excludeType(files::SelectionOptions& selection, const std::string& type) {
    using platform::FileType;
    static const std::map<std::string, std::vector<FileType>> kKinds = {
        {"symlink", {FileType::Symlink}},
        {"device", {FileType::BlockDevice, FileType::CharDevice}},
        {"fifo", {FileType::Fifo}},
        {"socket", {FileType::Socket}},
    };
    if (const auto kind = kKinds.find(type); kind != kKinds.end()) {
        selection.excludeTypes.insert(selection.excludeTypes.end(), kind->second.begin(), kind->second.end());
    } else if (type.size() > 1 && type.front() == '.') {
        selection.excludeExtensions.push_back(type);
    } else {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0004",
                          "'--exclude-type' knows no '" + base::printable(type) + "'",
                          "Give the ending of names, such as '.log', or symlink, device, fifo or socket.");
    }
}

files::FilesBackupOptions optionsOf(const Command& command, const std::vector<std::string>& sources,
                                    const std::string& vaultPath) {
    const CommandLine& line = command.line;
    files::FilesBackupOptions options;
    options.selection.sources = sources;
    options.selection.excludes = line.values("exclude");
    options.selection.excludeFiles = line.values("exclude-file");
    options.selection.leavesOutCaches = line.has("exclude-caches");
    options.selection.excludeLargerThanBytes = line.size("exclude-larger-than");
    for (const std::string& type : line.values("exclude-type")) excludeType(options.selection, type);
    options.selection.staysOnFileSystem = line.has("one-file-system");
    if (!s3::isPlace(vaultPath)) options.selection.neverEnter = {vaultPath};
    options.pagedFiles = line.values("fixed-pages");
    options.rereadsEverything = line.has("reread");
    return options;
}

std::string clientOf(const Command& command) {
    if (const auto client = command.line.value("client")) return *client;
    if (const auto named = command.environment("HBR_CLIENT")) return *named;
    return client::ownName(command.around.fileSystem, command.around.configFolder);
}

/// Refuses paths that do not exist: whoever typed them meant others. What cannot be read becomes a fault of
/// the run.
void refuseMissing(const files::FilesBackup& backup) {
    for (const base::Error& error : backup.precheck()) {
        if (error.kind() == base::ErrorKind::NotFound) throw error;
    }
}

const vault::PointRecord* parentOf(const vault::VaultState& state, const engine::BackupRequest& request) {
    if (request.parent) return state.findPoint(*request.parent);
    const auto found =
        std::find_if(state.points.rbegin(), state.points.rend(), [&](const vault::PointRecord& point) {
            return point.client == request.client && point.plan == request.plan &&
                   point.sources == request.sources;
        });
    return found == state.points.rend() ? nullptr : &*found;
}

int dryRun(Command& command, vault::Vault& vault, const engine::BackupRequest& request) {
    engine::Progress progress;
    const vault::VaultState state = vault.state();
    DryRunSink sink(vault, parentOf(state, request), progress);
    {
        const JobDisplay display(command, progress, Totals::Known, "Looking");
        request.run(sink);
    }
    reportFaults(command, sink.firstFaults(), sink.faultCount(), {});
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("dryRun", true);
        json.member("objects", progress.objectsDone.load()).member("logicalBytes", progress.bytesDone.load());
        json.member("unchanged", sink.unchanged()).member("filesToRead", sink.toRead());
        json.member("bytesToRead", sink.bytesToRead()).member("faults", sink.faultCount());
        addFaults(json, sink.firstFaults());
        command.print(json.endObject());
    }
    command.say("A backup would hold " + counted(progress.objectsDone, "object") + " (" +
                base::formatSize(progress.bytesDone) + ") and read " + counted(sink.toRead(), "file") + " (" +
                base::formatSize(sink.bytesToRead()) + "). Nothing was stored.");
    return sink.faultCount() != 0 ? kDoneWithFaults : kDone;
}

/// A backup that has ended, and its time.
struct Finished {
    engine::BackupOutcome outcome;
    std::chrono::nanoseconds time{0};
};

void reportBackup(Command& command, const Finished& finished, const std::optional<base::Error>& scriptFault) {
    const engine::BackupOutcome& outcome = finished.outcome;
    const vault::PointRecord& point = outcome.point;
    const double seconds = std::chrono::duration<double>(finished.time).count();
    reportFaults(command, outcome.faults, point.faults, "hbr point show " + shortId(point.id) + " --faults");
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).key("point").beginObject();
        addPoint(json, point);
        json.endObject().member("seconds", seconds).member("warnings", outcome.warnings);
        json.member("peakMemoryBytes", platform::peakMemoryBytes()).key("scriptFault");
        scriptFault ? json.value(scriptFault->describe()) : json.null();
        addFaults(json, outcome.faults);
        command.print(json.endObject());
    }
    command.say("Restore point " + shortId(point.id) + ": " + counted(point.objects, "object") + ", " +
                base::formatSize(point.logicalBytes) + ", in " + base::formatElapsed(finished.time) + ".");
    command.say("Read " + base::formatSize(point.readBytes) + ", new " + base::formatSize(point.newBytes) +
                ", stored " + base::formatSize(point.storedBytes) + ".");
    if (point.faults != 0) {
        command.say("Done with " + counted(point.faults, "fault") +
                    ": everything else is in the restore point.");
    }
}

/// Opens the vault, looks at the sources, and hands over what the command line asks for.
template <typename Use>
auto withRequest(Command& command, const Use& use) {
    using JournalNeed = vault::Vault::JournalNeed;
    const auto sources = vault::sourcesOfPoint(command.around.fileSystem, command.line.operands);
    const bool looksBeforeItBegins = command.line.has("parent") || command.line.has("dry-run");
    const OpenedVault opened =
        openVault(command, looksBeforeItBegins ? JournalNeed::Required : JournalNeed::ToAppend);
    const files::FilesBackup backup(command.around.fileSystem, optionsOf(command, sources, opened.path),
                                    command.around.clock);
    refuseMissing(backup);
    warnOfVaultInside(command, sources, opened.path);

    engine::BackupRequest request;
    request.client = clientOf(command);
    request.plan = command.line.value("plan").value_or("");
    request.sources = sources;
    request.tags = command.line.values("tag");
    request.workers = command.workers();
    if (const auto parent = command.line.value("parent")) {
        request.parent = choosePoint(command, opened.vault->state(), *parent).id;
    }
    request.run = [&](connectors::ObjectSink& sink) { backup.run(sink, command.around.cancel); };
    return use(*opened.vault, request);
}

Finished backUp(Command& command) {
    return withRequest(command, [&](vault::Vault& vault, const engine::BackupRequest& request) {
        engine::Progress progress;
        const auto started = command.around.clock.steady();
        const JobDisplay display(command, progress, Totals::Known, "Backing up");
        auto outcome =
            engine::runBackup(vault, command.around.clock, request, progress, command.around.cancel);
        return Finished{std::move(outcome), command.around.clock.steady() - started};
    });
}

}  // namespace

int runBackupCommand(Command& command) {
    static_cast<void>(command.workers());  // refused before a script runs
    if (command.line.has("dry-run")) {
        return withRequest(command, [&](vault::Vault& vault, const engine::BackupRequest& request) {
            return dryRun(command, vault, request);
        });
    }
    BackupScripts scripts(command, clientOf(command));
    Finished finished;
    try {
        scripts.runBefore();
        finished = backUp(command);
    } catch (...) {
        scripts.runAfterError(base::currentError());
        throw;
    }
    const bool hasFaults = finished.outcome.point.faults != 0;
    const auto scriptFault = scripts.runAfter(hasFaults);
    reportBackup(command, finished, scriptFault);
    return hasFaults || scriptFault ? kDoneWithFaults : kDone;
}

}  // namespace app
