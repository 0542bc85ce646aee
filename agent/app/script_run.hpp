// SPDX-License-Identifier: Apache-2.0
// script_run.hpp: a script that a person wants run before or after a backup.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "agent/app/command.hpp"
#include "platform/base/cancel.hpp"

namespace app {

struct Script {
    std::string name;  // for people: "script before the backup"
    std::string path;  // whole
    /// Variables that it finds besides those of this process, of which secrets are withheld.
    std::vector<std::pair<std::string, std::string>> variables;
    /// When it has taken so long, it is asked to stop, and ended by force when it does not.
    std::chrono::seconds limit = std::chrono::hours(1);
    base::CancelToken cancel;  // the same happens
};

/// A longer line of its output is cut, and more lines are left out.
inline constexpr std::size_t kLongestScriptLine = 1000;
inline constexpr std::size_t kMostScriptLines = 500;

/// Runs it to its end, with its output as talk, each line behind the script's name. Its input is empty.
/// Throws Error: Unavailable ("SCRIPT-0001") when its exit code is not 0, Unavailable ("SCRIPT-0002") when it
/// took too long, Cancelled, and as platform::startChild() does.
void runScript(Command& command, const Script& script);

}  // namespace app
