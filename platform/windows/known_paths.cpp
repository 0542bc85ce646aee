// SPDX-License-Identifier: Apache-2.0
#include "platform/known_paths.hpp"

#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "platform/windows/security.hpp"

namespace platform {

namespace {

/// %ProgramData%\HBR for the machine. An ordinary user gets a folder of their own: whoever makes the
/// machine's folder first owns it, and that must be an Administrator.
std::string folderOf(const char* override, const char* name) {
    if (const auto chosen = environmentVariable(override); chosen && !chosen->empty()) return *chosen;
    const char* variable = windows::isElevated() ? "ProgramData" : "LOCALAPPDATA";
    const auto root = environmentVariable(variable);
    if (!root || root->empty()) {
        throw base::Error(base::ErrorKind::NotFound, "PATHS-0001",
                          std::string("The environment variable ") + variable + " is not set",
                          std::string("Set it, or set ") + override + " to the folder to use.");
    }
    return *root + "\\HBR\\" + name;
}

}  // namespace

std::string configFolder() { return folderOf("HBR_CONFIG_DIR", "config"); }

std::string stateFolder() { return folderOf("HBR_STATE_DIR", "state"); }

}  // namespace platform
