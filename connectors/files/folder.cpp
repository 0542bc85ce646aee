// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/folder.hpp"

#include <utility>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

std::shared_ptr<Folder> Folder::makeRoot(std::shared_ptr<FolderPool> pool,
                                         std::shared_ptr<const platform::Directory> opened) {
    auto folder = std::make_shared<Folder>(Private{}, std::move(pool), nullptr, std::string());
    folder->handle_ = std::move(opened);
    return folder;
}

Folder::Folder(Private, std::shared_ptr<FolderPool> pool, std::shared_ptr<Folder> parent, std::string name)
    : pool_(std::move(pool)), parent_(std::move(parent)), name_(std::move(name)) {}

Folder::~Folder() {
    {
        const std::lock_guard lock(pool_->mutex_);
        if (isListed_) pool_->recent_.erase(place_);
    }
    // One after the other, since a chain of destructors as long as the deepest path would overflow the stack.
    std::shared_ptr<Folder> above = std::move(parent_);
    while (above && above.use_count() == 1) {
        std::shared_ptr<Folder> next = std::move(above->parent_);
        above = std::move(next);
    }
}

std::shared_ptr<Folder> Folder::openChild(std::string_view name, const platform::FileStatus& status) {
    auto child = std::make_shared<Folder>(Private{}, pool_, shared_from_this(), std::string(name));
    child->volumeId_ = status.volumeId;
    child->fileId_ = status.fileId;
    child->adopt(open()->openDirectory(name));
    return child;
}

std::shared_ptr<const platform::Directory> Folder::open() {
    if (auto handle = current()) return handle;
    std::vector<Folder*> closed{this};
    std::shared_ptr<const platform::Directory> handle;
    for (Folder* above = parent_.get(); above != nullptr; above = above->parent_.get()) {
        handle = above->current();
        if (handle) break;
        closed.push_back(above);
    }
    while (!closed.empty()) {
        handle = closed.back()->reopenIn(*handle);
        closed.pop_back();
    }
    return handle;
}

std::shared_ptr<const platform::Directory> Folder::current() {
    const std::lock_guard lock(pool_->mutex_);
    if (isListed_) pool_->recent_.splice(pool_->recent_.begin(), pool_->recent_, place_);
    return handle_;
}

std::shared_ptr<const platform::Directory> Folder::reopenIn(const platform::Directory& above) {
    std::shared_ptr<const platform::Directory> opened = above.openDirectory(name_);
    const platform::FileStatus status = opened->status();
    if (status.fileId != fileId_ || status.volumeId != volumeId_) {
        throw base::Error(
            base::ErrorKind::NotFound, "FILES-0006",
            "The folder '" + base::printable(opened->displayPath()) + "' was replaced by another one",
            "Run it again when nobody moves folders there.", base::Retry::Later);
    }
    adopt(opened);
    return opened;
}

void Folder::adopt(std::shared_ptr<const platform::Directory> opened) {
    std::shared_ptr<const platform::Directory> closing;  // closed after the lock is given back
    const std::lock_guard lock(pool_->mutex_);
    handle_ = std::move(opened);
    if (!isListed_) {
        pool_->recent_.push_front(this);
        place_ = pool_->recent_.begin();
        isListed_ = true;
    }
    if (pool_->recent_.size() <= pool_->mostOpen_) return;
    Folder* const oldest = pool_->recent_.back();
    pool_->recent_.pop_back();
    oldest->isListed_ = false;
    closing = std::move(oldest->handle_);
}

}  // namespace connectors::files
