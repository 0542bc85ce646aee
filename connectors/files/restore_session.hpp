// SPDX-License-Identifier: Apache-2.0
// restore_session.hpp: decides what becomes of each object that a restore is offered, and does it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/files_restore.hpp"
#include "connectors/files/restore_plan.hpp"
#include "connectors/files/restored_links.hpp"
#include "connectors/files/target_tree.hpp"

namespace connectors::files {

/// The work of FilesRestore, whose members say what these do.
class RestoreSession final {
public:
    RestoreSession(const platform::FileSystem& fileSystem, RestoreOptions options);

    [[nodiscard]] const RestorePlan& plan() const noexcept { return plan_; }
    void openTarget() { tree_.openTarget(); }
    RestoreAction accept(const ObjectHeader& header);
    std::vector<LinkNeed> missingLinkTargets();
    void finish(const std::function<void(std::string_view key, const base::Error&)>& fail);
    void flush(const std::function<void(std::string_view key, const base::Error&)>& fail) {
        shared_->volumes.flush(fail);
    }

private:
    /// Where an object goes, and what lies there now.
    struct Place {
        std::shared_ptr<TargetFolder> folder;
        std::string name;
        std::optional<platform::FileStatus> existing;
        RestoreStep step = RestoreStep::Create;
    };

    RestoreAction acceptFolder(const ObjectHeader& header, const std::vector<std::string>& names,
                               RestorePlan::Part part);
    RestoreAction acceptOther(const ObjectHeader& header, const std::vector<std::string>& names);
    void decide(const ObjectHeader& header, Place& place) const;
    void chooseFreeName(const ObjectHeader& header, Place& place) const;
    [[nodiscard]] bool isSame(const ObjectHeader& header, const Place& place) const;
    RestoreAction passOver(const ObjectHeader& header, const Place& place);
    RestoreAction restoreTo(const ObjectHeader& header, const Place& place);
    RestoreAction restoreFile(const ObjectHeader& header, const Place& place);
    void restoreLink(const ObjectHeader& header, const Place& place);
    void restoreNode(const ObjectHeader& header, const Place& place);
    void makeNode(const ObjectHeader& header, const FileMetadata& metadata, const platform::Directory& folder,
                  const std::string& name);
    void tell(const ObjectHeader& header, RestoreStep step, const std::vector<std::string>& names) const;

    const platform::FileSystem& fileSystem_;
    const RestoreOptions options_;
    const RestorePlan plan_;
    const TargetFolder::Policy policy_;
    const std::shared_ptr<RestoreShared> shared_;
    const std::shared_ptr<RestoredLinks> links_;
    TargetTree tree_;
};

/// The n-th name beside `name` for ConflictRule::KeepBoth: "a (restored).txt", "a (restored 2).txt".
std::string nameBeside(std::string_view name, unsigned n);

/// The file that lies there looks like the one in the backup: size and modification time agree.
bool looksLikeRestored(const ObjectHeader& header, const platform::FileStatus& existing) noexcept;

}  // namespace connectors::files
