// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/file_selection.hpp"

#include <algorithm>

#include "connectors/files/object_key.hpp"
#include "connectors/files/source_wildcards.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

namespace {

using base::Error;
using base::ErrorKind;
using platform::FileSystem;
using platform::FileType;

constexpr std::size_t kMostExcludeBytes = 16 * base::kMiB;

std::string readText(const FileSystem& fileSystem, const std::string& path) {
    const auto file = fileSystem.openForReading(path);
    std::string text;
    base::Bytes buffer(64 * base::kKiB);
    while (const std::size_t got = file->read(buffer)) {
        text += base::asText(base::ByteView(buffer).first(got));
        if (text.size() > kMostExcludeBytes) {
            throw Error(ErrorKind::Invalid, "FILES-0002",
                        "The exclude file '" + base::printable(path) + "' is larger than 16 MiB",
                        "Name a text file with one pattern a line.");
        }
    }
    return text;
}

std::string lowerCase(std::string text) {
    for (char& letter : text) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return text;
}

bool endsWithIgnoringCase(std::string_view name, std::string_view lowerEnding) noexcept {
    if (name.size() <= lowerEnding.size()) return false;
    const std::string_view end = name.substr(name.size() - lowerEnding.size());
    return std::equal(end.begin(), end.end(), lowerEnding.begin(), [](char letter, char lower) {
        return (letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter) == lower;
    });
}

Error noSuchSource(const std::string& path) {
    return {ErrorKind::NotFound, "FILES-0004", "The source '" + base::printable(path) + "' does not exist",
            "Correct the path, mount its file system, or take it out of the sources."};
}

/// The path's own status, not that of what a link at its end points to, and its names with the links above
/// resolved.
struct Resolved {
    std::vector<std::string> names;
    platform::FileStatus status;
};

std::optional<Resolved> resolve(const FileSystem& fileSystem, const std::string& absolutePath) {
    std::vector<std::string> names = fileSystem.splitPath(absolutePath);
    const std::size_t rootNames = hasDrives(fileSystem) ? 1 : 0;
    if (names.size() <= rootNames) {
        const auto status = fileSystem.status(absolutePath);
        if (!status) return std::nullopt;
        return Resolved{std::move(names), *status};
    }
    const std::string name = std::move(names.back());
    names.pop_back();
    const std::string above = fileSystem.joinPath(names);
    if (!fileSystem.status(above)) return std::nullopt;
    const std::string folder = fileSystem.canonicalPath(above);
    const auto status = fileSystem.openDirectory(folder)->statusOf(name);
    if (!status) return std::nullopt;
    Resolved resolved{fileSystem.splitPath(folder), *status};
    resolved.names.push_back(name);
    return resolved;
}

}  // namespace

FileSelection::FileSelection(const FileSystem& fileSystem, const SelectionOptions& options)
    : rules_(hasDrives(fileSystem) ? LetterCase::Ignored : LetterCase::Matters) {
    if (options.sources.empty()) {
        throw Error(ErrorKind::Invalid, "FILES-0001", "There is nothing to back up: no source is named",
                    "Name at least one file or folder.");
    }
    readExcludes(fileSystem, options);
    forbid(fileSystem, options.neverEnter);
    for (const std::string& source : options.sources) addSource(fileSystem, source);
}

void FileSelection::readExcludes(const FileSystem& fileSystem, const SelectionOptions& options) {
    for (const std::string& line : options.excludes) rules_.addLine(line);
    for (const std::string& path : options.excludeFiles) rules_.addText(readText(fileSystem, path));
    for (const std::string& extension : options.excludeExtensions) {
        const std::string text = lowerCase(extension.substr(extension.starts_with('*') ? 1 : 0));
        if (!text.empty()) extensions_.push_back(text.starts_with('.') ? text : '.' + text);
    }
    for (const FileType type : options.excludeTypes) excludedTypes_ |= 1U << static_cast<unsigned>(type);
    largestBytes_ = options.excludeLargerThanBytes.value_or(UINT64_MAX);
}

void FileSelection::forbid(const FileSystem& fileSystem, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        const auto status = fileSystem.status(path);
        if (!status) continue;  // what does not exist cannot be entered
        forbidden_.push_back(
            {status->volumeId, status->fileId, keyOf(fileSystem, fileSystem.canonicalPath(path))});
    }
}

void FileSelection::addSource(const FileSystem& fileSystem, const std::string& source) {
    const std::string path = fileSystem.absolutePath(source);
    try {
        if (addLiteral(fileSystem, path)) return;
    } catch (const Error& error) {
        if (error.code() == "FILES-0003") throw;
        if (!hasWildcard(path)) {
            faults_.push_back({keyOf(fileSystem, path), error});
            return;
        }
    }
    if (!hasWildcard(path)) {
        faults_.push_back({keyOf(fileSystem, path), noSuchSource(path)});
        return;
    }
    bool isEmpty = true;
    expandWildcards(fileSystem, path, [&](const std::vector<std::string>& names) {
        isEmpty = false;
        tree_.add(names, SourceNaming::Wildcard);
    });
    if (isEmpty) emptyWildcards_.push_back(path);
}

bool FileSelection::addLiteral(const FileSystem& fileSystem, const std::string& path) {
    const auto resolved = resolve(fileSystem, path);
    if (!resolved) return false;
    const std::string key = keyOf(resolved->names);
    for (const Place& place : forbidden_) {
        if (!isAtOrBelow(key, place.key)) continue;
        throw Error(ErrorKind::Invalid, "FILES-0003",
                    "The source '" + base::printable(path) +
                        "' lies in a folder that must not be backed up, '" +
                        base::printable(pathOfKey(fileSystem, place.key)) + "'",
                    "A vault cannot back up itself: name another source, or keep the vault elsewhere.");
    }
    tree_.add(resolved->names, SourceNaming::Literal);
    // A person who names a link means what it points to; the link alone would be a backup of nothing.
    if (resolved->status.type == FileType::Symlink && fileSystem.status(path)) {
        const std::string target = fileSystem.canonicalPath(path);
        tree_.add(fileSystem.splitPath(target), SourceNaming::Literal);
    }
    return true;
}

bool FileSelection::leavesOut(FileType type, std::uint64_t sizeBytes) const noexcept {
    if ((excludedTypes_ >> static_cast<unsigned>(type)) & 1U) return true;
    return type == FileType::Regular && sizeBytes > largestBytes_;
}

bool FileSelection::leavesOutName(std::string_view name) const noexcept {
    return std::any_of(extensions_.begin(), extensions_.end(),
                       [name](const std::string& ending) { return endsWithIgnoringCase(name, ending); });
}

bool FileSelection::isForbidden(const platform::FileStatus& folder) const noexcept {
    return std::any_of(forbidden_.begin(), forbidden_.end(), [&folder](const Place& place) {
        return place.fileId == folder.fileId && place.volumeId == folder.volumeId;
    });
}

}  // namespace connectors::files
