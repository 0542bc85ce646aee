// SPDX-License-Identifier: Apache-2.0
// target_folder.hpp: a folder that is being restored, from its making to its metadata.
//
// A folder gets its metadata when nothing more will be put into it. Everything that still will be - the place
// in the walk, folders inside it, writers of its files, hard links that wait - holds it; the last one to let
// go applies the metadata. So folders are finished innermost first, and no more of them are held than are
// being worked on.
//
// Before a restore makes a folder, it puts a marker with the folder's name beside it, and removes it when the
// folder has its metadata. An interrupted restore leaves the marker; the next one then knows that the folder
// never got its metadata. Unfinished files begin with the same prefix and are swept.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "connectors/files/case_twins.hpp"
#include "connectors/files/file_metadata.hpp"
#include "connectors/files/folder.hpp"
#include "connectors/files/metadata_rules.hpp"
#include "connectors/files/restore_report.hpp"
#include "connectors/files/target_volumes.hpp"
#include "connectors/object_stream.hpp"

namespace connectors::files {

inline constexpr std::string_view kTemporaryPrefix = ".hbr-restore-";

/// What the folders and writers of one restore share. Shared, because writers end on other threads in no
/// known order.
struct RestoreShared {
    RestoreReport report;
    MetadataRules rules;
    TargetVolumes volumes;
    std::string tag;  // of this restore, in temporary names
    std::atomic<std::uint64_t> nextTemporary = 0;

    RestoreShared(RestoreReport::OnWarning onWarning, OwnershipRule ownership, std::string tagText)
        : report(std::move(onWarning)), rules(ownership), tag(std::move(tagText)) {}

    /// A name that no other file has.
    std::string temporaryName(std::string_view end = "~");
    /// True for the name of an unfinished file of another restore.
    [[nodiscard]] bool isLeftover(std::string_view name) const noexcept;
};

/// One folder below the target, or the target itself. Used by several threads once it is open.
class TargetFolder final {
public:
    /// The target itself; `opened` is nullptr in a dry run when it does not exist.
    TargetFolder(std::shared_ptr<RestoreShared> shared, std::shared_ptr<Folder> opened);
    /// A folder inside `parent`, not looked at yet.
    TargetFolder(std::shared_ptr<TargetFolder> parent, std::string name);
    TargetFolder(const TargetFolder&) = delete;
    TargetFolder& operator=(const TargetFolder&) = delete;
    ~TargetFolder();

    /// The header to take the metadata from when the folder is made or, if it is selected, when it replaces
    /// what is there. A folder that is only on the way to what is selected replaces nothing.
    void describe(const ObjectHeader& header, bool isSelected);

    /// How an existing thing of the same name is treated.
    struct Policy {
        bool replacesMetadata = false;  // of an existing folder
        bool replacesOthers = false;    // removes a file or a link that is in the way
        bool isDryRun = false;
    };

    /// Opens the folder, and makes it when there is none. Does nothing the second time, but throws again what
    /// it threw. Throws Error (Exists, "FILES-0022") when something else has the name and the policy does not
    /// replace it.
    void open(const Policy& policy);

    /// Removes unfinished files of interrupted restores, and learns which folders they left unfinished.
    void sweep();

    /// True when open() made it, or would have made it in a dry run.
    [[nodiscard]] bool wasMissing() const noexcept { return wasMissing_; }
    /// True in a dry run for a folder that does not exist.
    [[nodiscard]] bool isImagined() const noexcept { return isOpened_ && !folder_; }
    [[nodiscard]] const std::shared_ptr<Folder>& folder() const noexcept { return folder_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] RestoreShared& shared() const noexcept { return *shared_; }
    /// True when it gets the metadata of describe(), so its streams too.
    [[nodiscard]] bool appliesMetadata() const noexcept { return appliesMetadata_; }
    /// Notes a name that an object gets which is kept beside another, so that no other object takes it.
    /// Used, like isClaimed(), from the thread of accept() alone.
    void claim(const std::string& name) { claimed_.insert(name); }
    [[nodiscard]] bool isClaimed(const std::string& name) const { return claimed_.contains(name); }
    /// Notes a name that something is restored under, from the thread of accept(). Throws Error (Exists,
    /// "FILES-0028") when another was noted that is the same to this folder, which ignores letter case: the
    /// second must not replace the first, nor a folder be mixed with another.
    void refuseCaseTwin(const std::string& name);
    /// Notes that something was put into it.
    void touch() noexcept { isTouched_ = true; }

private:
    [[nodiscard]] bool ignoresCase();
    void openIn(const Policy& policy);
    void make(const platform::Directory& above);
    void mark(const platform::Directory& above);
    [[nodiscard]] std::string takeMarker(const std::string& child);
    void finish();
    void flush();
    void applyValues();

    const std::shared_ptr<RestoreShared> shared_;
    std::shared_ptr<TargetFolder> parent_;
    std::shared_ptr<Folder> above_;  // the parent's, for the metadata
    const std::string name_;
    std::string key_;
    std::optional<FileMetadata> metadata_;
    platform::Timestamp modified_;
    std::optional<platform::FileStatus> before_;
    std::shared_ptr<Folder> folder_;
    std::string marker_;                          // in the folder above
    std::map<std::string, std::string> markers_;  // left by an interrupted restore, by the child's name
    std::set<std::string> claimed_;
    CaseTwins twins_;
    std::optional<bool> ignoresCase_;  // once somebody asked
    std::optional<base::Error> fault_;
    bool isSelected_ = false;
    bool isOpened_ = false;
    bool wasMissing_ = false;
    bool appliesMetadata_ = false;
    std::atomic<bool> isTouched_ = false;
};

}  // namespace connectors::files
