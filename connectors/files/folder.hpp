// SPDX-License-Identifier: Apache-2.0
// folder.hpp: folders of a tree that is walked, with a bound on how many of them are open at once.
//
// A deep tree, or many folders whose files wait to be read, would take more handles than a process may have.
// A Folder is a place in the tree; its handle may be closed behind its back and is opened again, name by name
// from the nearest folder above that is still open, when it is needed. The way never follows a symbolic link,
// and a folder that is found again is compared with the one that was left.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "platform/file_system.hpp"

namespace connectors::files {

class Folder;

/// The open handles of one tree; the least recently used one is closed first. Thread-safe.
class FolderPool final {
public:
    static constexpr std::size_t kDefaultOpenFolders = 192;

    explicit FolderPool(std::size_t mostOpen = kDefaultOpenFolders) : mostOpen_(mostOpen) {}

private:
    friend class Folder;

    const std::size_t mostOpen_;
    std::mutex mutex_;           // guards recent_ and the handle of every folder of this pool
    std::list<Folder*> recent_;  // folders whose handle may be closed, most recently used first
};

/// A folder of a walked tree. Thread-safe. Shared, because the walk and the files that wait to be read end in
/// no known order.
class Folder final : public std::enable_shared_from_this<Folder> {
    struct Private {};

public:
    /// A folder whose handle is never closed while it lives.
    static std::shared_ptr<Folder> makeRoot(std::shared_ptr<FolderPool> pool,
                                            std::shared_ptr<const platform::Directory> opened);

    Folder(Private, std::shared_ptr<FolderPool> pool, std::shared_ptr<Folder> parent, std::string name);
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();

    /// Opens a child folder. `status` is what the child's status was found to be.
    std::shared_ptr<Folder> openChild(std::string_view name, const platform::FileStatus& status);

    /// The folder's handle. Throws what opening throws, and Error (NotFound, "FILES-0006") when another
    /// folder has taken its place.
    std::shared_ptr<const platform::Directory> open();

    /// Nobody for a root.
    [[nodiscard]] const std::shared_ptr<Folder>& parent() const noexcept { return parent_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    std::shared_ptr<const platform::Directory> current();
    std::shared_ptr<const platform::Directory> reopenIn(const platform::Directory& above);
    void adopt(std::shared_ptr<const platform::Directory> opened);

    const std::shared_ptr<FolderPool> pool_;
    std::shared_ptr<Folder> parent_;
    const std::string name_;
    std::uint64_t volumeId_ = 0;
    std::uint64_t fileId_ = 0;
    std::shared_ptr<const platform::Directory> handle_;  // guarded by pool_->mutex_
    std::list<Folder*>::iterator place_;                 // the same; means something while isListed_
    bool isListed_ = false;                              // the same
};

}  // namespace connectors::files
