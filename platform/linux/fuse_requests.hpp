// SPDX-License-Identifier: Apache-2.0
// fuse_requests.hpp: answers the kernel's questions about a mounted tree. The only files that know FUSE's
// requests.
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse3/fuse_lowlevel.h>

#include <memory>
#include <mutex>
#include <vector>

#include "platform/mount_host.hpp"

namespace platform::linux {

/// What a session's requests are answered from. Thread-safe.
class FuseRequests final {
public:
    FuseRequests(MountedTree& servedTree, bool isForEverybody)
        : tree(servedTree), checksAccess(isForEverybody) {}

    /// The file of this number, as opened for an earlier request if that is not long ago: what it remembers
    /// of the way it is read counts. Throws Error as MountedTree::open() does.
    [[nodiscard]] std::shared_ptr<MountedFile> file(std::uint64_t id);

    MountedTree& tree;
    const bool checksAccess;  // the kernel judges modes and ACLs

private:
    struct OpenedFile {
        std::uint64_t id = 0;
        std::shared_ptr<MountedFile> file;
    };

    std::shared_ptr<MountedFile> recentFile(std::uint64_t id);

    std::mutex mutex_;                     // guards recentFiles_
    std::vector<OpenedFile> recentFiles_;  // the last used first
};

/// The table of answers; a session's user data is its FuseRequests.
const struct fuse_lowlevel_ops& fuseOperations() noexcept;

}  // namespace platform::linux
