// SPDX-License-Identifier: Apache-2.0
// run.hpp: runs one command line from beginning to end and turns whatever happens into words and an exit
// code.
#pragma once

#include <string>
#include <vector>

#include "agent/app/command.hpp"
#include "platform/base/error.hpp"

namespace app {

/// For what fails before there is a command line: says it on standard error and returns the exit code.
int refuseToStart(const base::Error& error) noexcept;

/// Never throws.
int runCommandLine(const std::vector<std::string>& words, Surroundings& around) noexcept;

}  // namespace app
