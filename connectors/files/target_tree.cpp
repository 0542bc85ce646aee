// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/target_tree.hpp"

#include <utility>

#include "connectors/files/object_key.hpp"

namespace connectors::files {

TargetTree::TargetTree(const platform::FileSystem& fileSystem, std::string targetFolder, Access access,
                       std::shared_ptr<RestoreShared> shared)
    : fileSystem_(fileSystem),
      targetFolder_(std::move(targetFolder)),
      access_(access),
      startsAtDrive_(targetFolder_.empty() && hasDrives(fileSystem)),
      shared_(std::move(shared)),
      pool_(std::make_shared<FolderPool>()) {}

std::shared_ptr<TargetFolder> TargetTree::folder(std::span<const std::string> names) {
    std::size_t common = 0;
    while (common < way_.size() && common < names.size() && way_[common].name == names[common]) ++common;
    // Innermost first, so that each is finished before the one above it.
    while (way_.size() > common) way_.pop_back();
    while (way_.size() < names.size()) {
        const std::string& name = names[way_.size()];
        if (way_.empty() && startsAtDrive_) {
            way_.push_back({name, top(fileSystem_.joinPath({name}))});
            continue;
        }
        auto above = way_.empty() ? top(topPath()) : way_.back().folder;
        way_.push_back({name, std::make_shared<TargetFolder>(std::move(above), name)});
    }
    if (!way_.empty()) return way_.back().folder;
    return top(topPath());
}

void TargetTree::openTarget() {
    if (!startsAtDrive_) top(topPath());
}

std::string TargetTree::topPath() const {
    return targetFolder_.empty() ? fileSystem_.joinPath({}) : targetFolder_;
}

std::shared_ptr<TargetFolder> TargetTree::top(const std::string& path) {
    std::shared_ptr<TargetFolder>& top = tops_[path];
    if (top) return top;
    const bool exists = fileSystem_.status(path).has_value();
    if (!exists && access_ == Access::Read) return top = std::make_shared<TargetFolder>(shared_, nullptr);
    if (!exists) fileSystem_.createDirectories(path);
    auto opened =
        std::make_shared<TargetFolder>(shared_, Folder::makeRoot(pool_, fileSystem_.openDirectory(path)));
    if (access_ == Access::Write) opened->sweep();
    return top = std::move(opened);
}

void TargetTree::leave() {
    while (!way_.empty()) way_.pop_back();
    tops_.clear();
}

}  // namespace connectors::files
