// SPDX-License-Identifier: Apache-2.0
// fuse_requests.hpp: answers the kernel's questions about a mounted tree. The only files that know FUSE's
// requests.
#pragma once

#define FUSE_USE_VERSION 314
#include <fuse3/fuse_lowlevel.h>

#include "platform/mount_host.hpp"

namespace platform::linux {

/// What a session's requests are answered from. Thread-safe.
class FuseRequests final {
public:
    FuseRequests(MountedTree& servedTree, bool isForEverybody)
        : tree(servedTree), checksAccess(isForEverybody) {}

    MountedTree& tree;
    const bool checksAccess;  // the kernel judges modes and ACLs
};

/// The table of answers; a session's user data is its FuseRequests.
const struct fuse_lowlevel_ops& fuseOperations() noexcept;

}  // namespace platform::linux
