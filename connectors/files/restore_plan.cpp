// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/restore_plan.hpp"

#include <algorithm>

#include "connectors/files/object_key.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

namespace {

using base::Error;
using base::ErrorKind;

bool isAbsolute(const platform::FileSystem& fileSystem, const std::string& path) {
    return !path.empty() && path == fileSystem.joinPath(fileSystem.splitPath(path));
}

/// A trailing separator and doubled ones are forgiven.
std::string cleaned(const platform::FileSystem& fileSystem, const std::string& path) {
    const bool looksAbsolute =
        path.starts_with('/') || path.starts_with('\\') || (path.size() > 1 && path[1] == ':');
    const std::string clean = looksAbsolute ? fileSystem.joinPath(fileSystem.splitPath(path)) : path;
    if (isAbsolute(fileSystem, clean)) return clean;
    throw Error(ErrorKind::Invalid, "FILES-0020", "'" + base::printable(path) + "' is not an absolute path",
                "Give the whole path as the backup shows it, such as /srv/data.");
}

bool hasSeparator(std::string_view name, bool hasDrives) noexcept {
    if (name.find('\0') != std::string_view::npos || name.find('/') != std::string_view::npos) return true;
    // The colon would reach into an alternate stream of another file.
    return hasDrives && name.find_first_of("\\:") != std::string_view::npos;
}

void refuseUnsafeName(std::string_view name, std::string_view key, bool hasDrives) {
    if (!name.empty() && name != "." && name != ".." && !hasSeparator(name, hasDrives)) return;
    std::string path;
    for (const std::string_view part : namesOf(key)) path += '/' + std::string(part);
    throw Error(ErrorKind::Invalid, "FILES-0021",
                "The name '" + base::printable(name) + "' in '" + base::printable(path) +
                    "' could lead out of the target",
                "It is not restored. Restore on the system where it was backed up, or leave it out.");
}

/// A drive or a share as the name of a folder: "C:" becomes "C", "\\host\share" becomes "host_share".
std::string folderNameOfRoot(std::string_view root) {
    std::string name;
    for (const char letter : root) {
        if (letter == ':') continue;
        if (letter != '\\' && letter != '/') {
            name += letter;
        } else if (!name.empty()) {
            name += '_';
        }
    }
    return name;
}

bool looksLikeRoot(std::string_view name) noexcept {
    return (name.size() == 2 && name[1] == ':') || name.starts_with("\\\\");
}

}  // namespace

RestorePlan::RestorePlan(const platform::FileSystem& fileSystem, const RestoreOptions& options)
    : includes_(files::hasDrives(fileSystem) ? LetterCase::Ignored : LetterCase::Matters),
      excludes_(includes_),
      stripComponents_(options.stripComponents),
      isInFolder_(!options.targetFolder.empty()),
      hasDrives_(files::hasDrives(fileSystem)) {
    for (const std::string& path : options.subtrees)
        subtrees_.push_back(keyOf(fileSystem, cleaned(fileSystem, path)));
    subtrees_.insert(subtrees_.end(), options.keys.begin(), options.keys.end());
    if (subtrees_.empty()) subtrees_.emplace_back();
    std::sort(subtrees_.begin(), subtrees_.end());
    const auto inside = [](const std::string& above, const std::string& key) {
        return isAtOrBelow(key, above);
    };
    subtrees_.erase(std::unique(subtrees_.begin(), subtrees_.end(), inside), subtrees_.end());
    for (const std::string& line : options.includes) includes_.addLine(line);
    for (const std::string& line : options.excludes) excludes_.addLine(line);
}

bool RestorePlan::isChosen(std::string_view key, bool isFolder) const {
    if (includes_.empty() && excludes_.empty()) return true;
    const std::vector<std::string_view> names = namesOf(key);
    bool isIncluded = includes_.empty();
    // A folder stands for what is below it, so every folder above is asked as well.
    for (std::size_t depth = 1; depth <= names.size(); ++depth) {
        const auto part = std::span(names).first(depth);
        const bool partIsFolder = isFolder || depth < names.size();
        if (excludes_.judge(part, 0, partIsFolder) == ExcludeRules::Verdict::Exclude) return false;
        const auto verdict = includes_.judge(part, 0, partIsFolder);
        if (verdict == ExcludeRules::Verdict::Exclude) isIncluded = true;
        if (verdict == ExcludeRules::Verdict::Include) isIncluded = false;
    }
    return isIncluded;
}

RestorePlan::Part RestorePlan::partOf(std::string_view key, bool isFolder) const {
    // The first subtree that is greater than the key may lie below it, the one before may hold it.
    const auto next = std::upper_bound(subtrees_.begin(), subtrees_.end(), key);
    const bool isInside = next != subtrees_.begin() && isAtOrBelow(key, *std::prev(next));
    if (isInside && isChosen(key, isFolder)) return Part::Yes;
    if (!isFolder) return Part::No;
    const bool isAbove = next != subtrees_.end() && isAtOrBelow(*next, key);
    return isAbove || (isInside && !includes_.empty()) ? Part::Above : Part::No;
}

std::optional<std::vector<std::string>> RestorePlan::destinationOf(std::string_view key) const {
    std::vector<std::string_view> names = namesOf(key);
    std::vector<std::string> destination;
    if (names.size() < stripComponents_ || (names.size() == stripComponents_ && stripComponents_ != 0)) {
        return std::nullopt;
    }
    std::size_t taken = stripComponents_;
    const bool isRoot = taken == 0 && !names.empty() && looksLikeRoot(names[0]);
    // On a machine without drives "C:" is a name like any other unless the backup comes from one with drives.
    if (isRoot && (hasDrives_ || names[0].starts_with("\\\\"))) {
        destination.push_back(isInFolder_ ? folderNameOfRoot(names[0]) : std::string(names[0]));
        taken = 1;
    }
    for (std::size_t i = taken; i < names.size(); ++i) {
        refuseUnsafeName(names[i], key, hasDrives_);
        destination.emplace_back(names[i]);
    }
    return destination;
}

}  // namespace connectors::files
