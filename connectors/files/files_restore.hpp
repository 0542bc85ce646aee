// SPDX-License-Identifier: Apache-2.0
// files_restore.hpp: puts files and folders back: the entry point of this connector for a restore.
//
// How the engine uses it:
//   0. openTarget(), to find out before anything else whether there is a target.
//   1. for every object of the restore point in key order: accept(header), and feed the writer when there is
//   one.
//      What is not selected is skipped. selectedKeys() says where in the point to look.
//   2. for every need of missingLinkTargets(): look up the object `targetKey`, set its header's key to `key`,
//   and accept() that.
//      Such needs exist when another name of a file is selected and the name that carries the content is not.
//   3. when every writer has finished or was abandoned: finish(), and then flush().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// What to do when a name is taken already.
enum class ConflictRule {
    Skip,              // leaves what is there
    OverwriteIfNewer,  // replaces it when the backup's modification time is later
    Overwrite,         // replaces it
    KeepBoth,          // restores beside it, as "name (restored).ext"
};

/// Who owns what is restored.
enum class OwnershipRule {
    Restore,        // as in the backup; what our rights refuse is a warning
    RestoreIfRoot,  // as in the backup when this process may give files away, silently ours otherwise
    Leave,          // ours
};

/// What happened, or in a dry run would happen, to one object.
enum class RestoreStep {
    Create,        // nothing was there
    Overwrite,     // replaces what was there
    KeepBoth,      // restored under another name beside what was there
    Skip,          // the conflict rule leaves what is there
    AlreadyThere,  // an earlier restore brought it already
};

/// "create", "overwrite", "keepBoth", "skip", "alreadyThere".
std::string_view toString(RestoreStep step) noexcept;

struct RestoreEvent {
    std::string_view key;
    ObjectKind kind = ObjectKind::File;
    RestoreStep step = RestoreStep::Create;
    std::string_view path;  // where in the target
    std::uint64_t sizeBytes = 0;
};

struct RestoreOptions {
    /// The folder to restore into, created when it is missing; empty: the original place.
    std::string targetFolder;
    /// Original absolute paths; only they, what is below, and the folders above them are restored. Empty:
    /// everything.
    std::vector<std::string> subtrees;
    /// The same, as keys of objects: for names that cannot be written as paths of this machine.
    std::vector<std::string> keys;
    /// Patterns as for excludes of a backup; a file is restored when one matches it or a folder above it.
    /// Empty: everything.
    std::vector<std::string> includes;
    std::vector<std::string> excludes;
    /// Leaves away so many leading components of every path; what has no more than these is not restored.
    std::size_t stripComponents = 0;
    ConflictRule conflict = ConflictRule::Skip;
    OwnershipRule ownership = OwnershipRule::RestoreIfRoot;
    /// Reports what would be done and changes nothing.
    bool isDryRun = false;
    /// Makes temporary names unique; letters and digits. Unfinished files of any earlier restore are swept
    /// whatever its id.
    std::string runId = "0";
    /// Told about every object, from the thread of accept(). May be empty.
    std::function<void(const RestoreEvent&)> onEvent;
    /// Told about what was restored incompletely, such as an owner that our rights refuse. From any thread,
    /// one call at a time. May be empty.
    std::function<void(std::string_view key, const std::string& sentence)> onWarning;
};

/// An object that must be offered once more under another key; see the head of this file.
struct LinkNeed {
    std::string targetKey;
    std::string key;
};

class RestoreSession;

/// Restores files. accept(), missingLinkTargets() and finish() from one thread; the writers from any.
class FilesRestore final : public RestoreTarget {
public:
    /// Throws Error (Invalid) when the options make no sense. Touches nothing.
    FilesRestore(const platform::FileSystem& fileSystem, RestoreOptions options);
    ~FilesRestore() override;

    /// The keys of the selected subtrees, ascending and without overlap; one empty key when everything is
    /// selected. A reader of the point need only look at these, at what is below and at what is above them.
    [[nodiscard]] const std::vector<std::string>& selectedKeys() const noexcept;

    /// Makes the target folder unless this is a dry run, and opens it. Throws what that throws.
    void openTarget();

    RestoreAction accept(const ObjectHeader& header) override;

    /// Objects that selected hard links need; after the last accept() of the first pass. Each call clears the
    /// list.
    [[nodiscard]] std::vector<LinkNeed> missingLinkTargets();

    void finish(const std::function<void(std::string_view key, const base::Error&)>& fail) override;
    void flush(const std::function<void(std::string_view key, const base::Error&)>& fail) override;

private:
    const std::unique_ptr<RestoreSession> session_;
};

}  // namespace connectors::files
