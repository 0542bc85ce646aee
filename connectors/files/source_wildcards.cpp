// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/source_wildcards.hpp"

#include <utility>

#include "connectors/files/glob_pattern.hpp"
#include "connectors/files/object_key.hpp"
#include "platform/base/error.hpp"

namespace connectors::files {

namespace {

using platform::Directory;
using platform::DirectoryListing;
using platform::FileType;

/// Descends along a pattern.
class Expansion final {
public:
    using Found = std::function<void(const std::vector<std::string>& names)>;

    Expansion(std::vector<PathPattern::Component> pattern, std::vector<std::string> start, const Found& found)
        : pattern_(std::move(pattern)), names_(std::move(start)), found_(found) {}

    /// Matches pattern components from `at` on against the children of the folder.
    void below(const Directory& folder, std::size_t at) {
        DirectoryListing listing;
        try {
            listing = folder.list();
        } catch (const base::Error&) {
            return;  // what cannot be listed matches nothing
        }
        listing.sortByName();
        for (std::size_t i = 0; i < listing.size(); ++i) child(folder, listing.name(i), listing.type(i), at);
    }

private:
    void child(const Directory& folder, std::string_view name, FileType hint, std::size_t at) {
        const bool isAnyDepth = pattern_[at].isAnyDepth;
        const std::size_t wanted = isAnyDepth ? at + 1 : at;
        const bool isLast = wanted + 1 >= pattern_.size();
        // A final "**" stands for everything below.
        const bool matches = wanted == pattern_.size() || pattern_[wanted].glob.matches(name);
        names_.emplace_back(name);
        if (matches && isLast) found_(names_);
        const bool descends = matches && !isLast;
        const bool staysOpen = isAnyDepth && !(matches && isLast);
        if ((descends || staysOpen) && isFolder(folder, name, hint)) {
            if (const auto opened = open(folder, name)) {
                if (descends) below(*opened, wanted + 1);
                if (staysOpen) below(*opened, at);
            }
        }
        names_.pop_back();
    }

    static bool isFolder(const Directory& folder, std::string_view name, FileType hint) {
        if (hint != FileType::Other) return hint == FileType::Directory;
        const auto status = folder.statusOf(name);
        return status && status->type == FileType::Directory;
    }

    static std::unique_ptr<Directory> open(const Directory& folder, std::string_view name) {
        try {
            return folder.openDirectory(name);
        } catch (const base::Error&) {
            return nullptr;
        }
    }

    const std::vector<PathPattern::Component> pattern_;
    std::vector<std::string> names_;
    const Found& found_;
};

std::string patternOf(const std::vector<std::string>& names, std::size_t from) {
    std::string pattern;
    for (std::size_t i = from; i < names.size(); ++i) pattern += '/' + names[i];
    return pattern;
}

}  // namespace

bool hasWildcard(const std::string& path) noexcept { return path.find_first_of("*?[") != std::string::npos; }

void expandWildcards(const platform::FileSystem& fileSystem, const std::string& absolutePattern,
                     const std::function<void(const std::vector<std::string>& names)>& found) {
    std::vector<std::string> names = fileSystem.splitPath(absolutePattern);
    std::size_t fixed = 0;
    while (fixed < names.size() && !hasWildcard(names[fixed])) ++fixed;
    const auto letterCase = hasDrives(fileSystem) ? LetterCase::Ignored : LetterCase::Matters;
    const PathPattern pattern(patternOf(names, fixed), letterCase);
    if (pattern.components().empty()) return;
    names.resize(fixed);
    const std::string start = fileSystem.joinPath(names);
    std::unique_ptr<Directory> folder;
    try {
        folder = fileSystem.openDirectory(start);
        names = fileSystem.splitPath(fileSystem.canonicalPath(start));
    } catch (const base::Error&) {
        return;
    }
    Expansion(pattern.components(), std::move(names), found).below(*folder, 0);
}

}  // namespace connectors::files
