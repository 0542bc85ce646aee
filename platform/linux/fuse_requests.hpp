// SPDX-License-Identifier: Apache-2.0
// fuse_requests.hpp: answers the kernel's questions about a mounted tree. The only files that know FUSE's
// requests.
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse3/fuse_lowlevel.h>

#include <memory>
#include <mutex>
#include <unordered_map>

#include "platform/mount_host.hpp"

namespace platform::linux {

/// What a session's requests are answered from. Thread-safe.
class FuseRequests final {
public:
    FuseRequests(MountedTree& servedTree, bool isForEverybody)
        : tree(servedTree), checksAccess(isForEverybody) {}

    /// Keeps an opened file; the handle it returns is what the kernel names it by.
    std::uint64_t keep(std::unique_ptr<MountedFile> file);

    /// The file of a handle; valid until its close().
    MountedFile& file(std::uint64_t handle);

    /// Ends the file of a handle.
    void close(std::uint64_t handle) noexcept;

    MountedTree& tree;
    const bool checksAccess;  // the kernel judges modes and ACLs

private:
    // An unmount may overtake the kernel's last release(): what is still open then ends with the session.
    std::mutex mutex_;
    std::uint64_t lastHandle_ = 0;
    std::unordered_map<std::uint64_t, std::unique_ptr<MountedFile>> openFiles_;
};

/// The table of answers; a session's user data is its FuseRequests.
const struct fuse_lowlevel_ops& fuseOperations() noexcept;

}  // namespace platform::linux
