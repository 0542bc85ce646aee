// SPDX-License-Identifier: Apache-2.0
#include "platform/mount_host.hpp"

namespace platform {

void runMount(MountedTree& /*tree*/, const MountOptions& /*options*/,
              const std::function<void()>& /*onMounted*/, const base::CancelToken& /*cancel*/) {
    throw base::Error(
        base::ErrorKind::Unsupported, "MOUNT-0004",
        "Windows cannot show a vault as a folder without a driver that HBR does not bring",
        "Use 'hbr browse', 'hbr find' and 'hbr restore', or mount the vault on a Linux machine.");
}

}  // namespace platform
