// SPDX-License-Identifier: Apache-2.0
// run.hpp: runs one command line from beginning to end and turns whatever happens into words and an exit
// code.
#pragma once

#include <string>
#include <vector>

#include "agent/app/command.hpp"

namespace app {

/// Never throws.
int runCommandLine(const std::vector<std::string>& words, Surroundings& around) noexcept;

}  // namespace app
