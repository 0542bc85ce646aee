// SPDX-License-Identifier: Apache-2.0
// cgroup_limit.hpp: how many processors a container leaves to this process.
#pragma once

#include <string>

namespace platform::linux {

/// Processors' worth of time that the control groups (version 2 or 1) named in `membershipFile` allow,
/// rounded up; 0 when they set no limit. `root` is where the groups are mounted.
unsigned cgroupProcessorLimit(const std::string& membershipFile, const std::string& root);

}  // namespace platform::linux
