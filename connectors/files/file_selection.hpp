// SPDX-License-Identifier: Apache-2.0
// file_selection.hpp: which files a backup takes: the sources that a person named and what is left out of
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/files/exclude_rules.hpp"
#include "connectors/files/source_tree.hpp"
#include "platform/base/error.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// What to back up and what to leave out.
struct SelectionOptions {
    /// Paths. `*`, `?`, `[a-z]` and `**` are expanded at the beginning of every run; a path that exists as it
    /// is written is taken literally. A source that is a symbolic link is kept together with what it points
    /// to.
    std::vector<std::string> sources;
    /// Lines as in a .gitignore file. A leading '/' (or a drive) anchors at the root of the machine, any
    /// other '/' but a final one at the source; without one the name matches at any depth. The last line that
    /// matches decides.
    std::vector<std::string> excludes;
    /// Files that hold such lines, after those of `excludes`.
    std::vector<std::string> excludeFiles;
    /// Endings of file names, with or without the dot, compared without regard to ASCII case.
    std::vector<std::string> excludeExtensions;
    /// Kinds of files to leave out, such as sockets.
    std::vector<platform::FileType> excludeTypes;
    /// Regular files that are larger are left out.
    std::optional<std::uint64_t> excludeLargerThanBytes;
    /// Leaves out what lies in a folder that holds a valid CACHEDIR.TAG; the folder and its tag are kept.
    bool leavesOutCaches = false;
    /// Stays on the file system of each source; a mount point below is kept as an empty folder.
    bool staysOnFileSystem = false;
    /// Absolute paths that are never entered whatever the sources say, such as the vault's own folder.
    std::vector<std::string> neverEnter;
};

/// The sources of one run: wildcards expanded, overlaps merged, and everything that says no. Read-only after
/// it is made.
class FileSelection final {
public:
    /// A literal source that cannot be looked at.
    struct Fault {
        std::string key;
        base::Error error;
    };

    /// Looks at the file system. Throws Error (Invalid) when the options make no sense: no source at all
    /// (FILES-0001), a pattern that cannot be read (FILES-0002), a source inside a folder that must not be
    /// entered (FILES-0003); and what reading an exclude file throws.
    FileSelection(const platform::FileSystem& fileSystem, const SelectionOptions& options);

    [[nodiscard]] const SourceNode& root() const noexcept { return tree_.root(); }
    [[nodiscard]] const ExcludeRules& rules() const noexcept { return rules_; }
    /// Literal sources that do not exist or cannot be reached.
    [[nodiscard]] const std::vector<Fault>& faults() const noexcept { return faults_; }
    /// Wildcards that match nothing.
    [[nodiscard]] const std::vector<std::string>& emptyWildcards() const noexcept { return emptyWildcards_; }

    /// True when a file of this type and size is left out whatever its name.
    [[nodiscard]] bool leavesOut(platform::FileType type, std::uint64_t sizeBytes) const noexcept;
    /// True when the ending of the name says so.
    [[nodiscard]] bool leavesOutName(std::string_view name) const noexcept;
    /// True for a folder that must never be entered.
    [[nodiscard]] bool isForbidden(const platform::FileStatus& folder) const noexcept;

private:
    void addSource(const platform::FileSystem& fileSystem, const std::string& source);
    bool addLiteral(const platform::FileSystem& fileSystem, const std::string& path);
    void forbid(const platform::FileSystem& fileSystem, const std::vector<std::string>& paths);
    void readExcludes(const platform::FileSystem& fileSystem, const SelectionOptions& options);

    struct Place {
        std::uint64_t volumeId = 0;
        std::uint64_t fileId = 0;
        std::string key;
    };

    SourceTree tree_;
    ExcludeRules rules_;
    std::vector<Fault> faults_;
    std::vector<std::string> emptyWildcards_;
    std::vector<Place> forbidden_;
    std::vector<std::string> extensions_;  // lower case, with the dot
    std::uint32_t excludedTypes_ = 0;      // bit n: FileType n
    std::uint64_t largestBytes_ = UINT64_MAX;
};

}  // namespace connectors::files
