// SPDX-License-Identifier: Apache-2.0
#include "agent/app/restore_selection.hpp"

#include <algorithm>

#include "agent/app/point_choice.hpp"
#include "agent/s3/settings.hpp"
#include "agent/vault/ids.hpp"
#include "agent/vault/random.hpp"
#include "connectors/files/source_wildcards.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

namespace files = connectors::files;

files::ConflictRule conflictRule(const std::string& word) {
    if (word == "newer") return files::ConflictRule::OverwriteIfNewer;
    if (word == "overwrite") return files::ConflictRule::Overwrite;
    return word == "keep-both" ? files::ConflictRule::KeepBoth : files::ConflictRule::Skip;
}

/// A path is taken as it is; one pattern among the includes makes all of them patterns, as any of them may
/// match.
void addIncludes(const Command& command, files::RestoreOptions& options) {
    const auto includes = command.line.values("include");
    for (const std::string& key : command.line.values("key")) options.keys.push_back(keyOfHex(key));
    const auto isPattern = [&](const std::string& text) {
        return files::hasWildcard(text) || text.find_first_of("/\\") == std::string::npos;
    };
    // Beside keys a path narrows down as a pattern does: it must not bring back what no key names.
    if (!options.keys.empty() || std::any_of(includes.begin(), includes.end(), isPattern)) {
        options.includes = includes;
        return;
    }
    for (const std::string& path : includes)
        options.subtrees.push_back(command.around.fileSystem.absolutePath(path));
}

/// The path itself, or the nearest folder above it that is there.
std::string existingAbove(const platform::FileSystem& fileSystem, const std::string& path) {
    std::string existing = path;
    auto parts = fileSystem.splitPath(path);
    while (!fileSystem.status(existing) && !parts.empty()) {
        parts.pop_back();
        existing = fileSystem.joinPath(parts);
    }
    return existing;
}

/// A restore into the vault would mix files with its objects.
void refuseVaultAsTarget(const Command& command, const std::string& target, const std::string& vaultPath) {
    if (s3::isPlace(vaultPath)) return;
    const platform::FileSystem& fileSystem = command.around.fileSystem;
    const std::string existing = existingAbove(fileSystem, target);
    const auto inside = fileSystem.splitPath(fileSystem.canonicalPath(existing));
    const auto vault = fileSystem.splitPath(fileSystem.canonicalPath(vaultPath));
    if (inside.size() >= vault.size() && std::equal(vault.begin(), vault.end(), inside.begin())) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0042",
                          "'" + base::printable(target) + "' lies inside the vault",
                          "Restore to a folder outside of it.");
    }
}

}  // namespace

files::RestoreOptions restoreOptionsOf(const Command& command, const std::string& vaultPath) {
    const CommandLine& line = command.line;
    const auto target = line.value("target");
    if (target.has_value() == line.has("in-place")) {
        throw base::Error(
            base::ErrorKind::Invalid, "CLI-0040",
            target ? "'--target' and '--in-place' exclude each other" : "Where to restore to is not given",
            "Give --target DIR, or --in-place to restore to where the files came from.");
    }
    if (target && target->empty()) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0041", "'--target' is empty", "Name a folder.");
    }
    files::RestoreOptions options;
    if (target) {
        options.targetFolder = command.around.fileSystem.absolutePath(*target);
        refuseVaultAsTarget(command, options.targetFolder, vaultPath);
    }
    addIncludes(command, options);
    options.excludes = line.values("exclude");
    options.conflict = conflictRule(line.value("conflict").value_or("skip"));
    options.isDryRun = line.has("dry-run");
    options.runId = vault::randomId<vault::PointId>().hex();
    return options;
}

std::optional<std::uint64_t> freeBytesAt(const platform::FileSystem& fileSystem, const std::string& path) {
    try {
        return fileSystem.freeBytes(existingAbove(fileSystem, path));
    } catch (const base::Error&) {
        return std::nullopt;  // such as a drive of another machine
    }
}

}  // namespace app
