// SPDX-License-Identifier: Apache-2.0
// target_tree.hpp: the way from the top of a restore's target to the folder that is being filled.
//
// Objects come in key order, so the folders of the present object and of the next one share a beginning. Only
// the folders on the way to the present object are held here; what is left behind is finished by whoever lets
// go of it last (target_folder.hpp).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "connectors/files/target_folder.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// Used from one thread.
class TargetTree final {
public:
    enum class Access {
        Write,  // the target is made when it is missing, and swept
        Read,   // nothing is changed, and what is missing is imagined
    };

    /// `targetFolder` is absolute; empty for the original place.
    TargetTree(const platform::FileSystem& fileSystem, std::string targetFolder, Access access,
               std::shared_ptr<RestoreShared> shared);

    /// Makes and opens the target, if it is one folder, so that a target that cannot be used is found out
    /// before anything is restored.
    void openTarget();

    /// The folder with these names below the target, not opened yet unless it was before. Throws what making
    /// and opening the target throws.
    std::shared_ptr<TargetFolder> folder(std::span<const std::string> names);

    /// Lets go of every folder.
    void leave();

private:
    struct Step {
        std::string name;
        std::shared_ptr<TargetFolder> folder;
    };

    [[nodiscard]] std::string topPath() const;
    std::shared_ptr<TargetFolder> top(const std::string& path);

    const platform::FileSystem& fileSystem_;
    const std::string targetFolder_;
    const Access access_;
    const bool startsAtDrive_;  // the first name is a drive or a share, which is the top of its own tree
    const std::shared_ptr<RestoreShared> shared_;
    const std::shared_ptr<FolderPool> pool_;
    std::map<std::string, std::shared_ptr<TargetFolder>> tops_;
    std::vector<Step> way_;
};

}  // namespace connectors::files
