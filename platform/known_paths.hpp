// SPDX-License-Identifier: Apache-2.0
// known_paths.hpp: where HBR keeps its own files on this system.
#pragma once

#include <string>

namespace platform {

/// Settings of the current user, or of the machine when run as root or Administrator: HBR_CONFIG_DIR if set;
/// else /etc/hbr for root and $XDG_CONFIG_HOME/hbr or ~/.config/hbr for others; %ProgramData%\HBR\config, or
/// config in the folder that the installer was told, on Windows, and %LOCALAPPDATA%\HBR\config for ordinary
/// users there. The folder may not exist yet.
std::string configFolder();

/// State that can be rebuilt: HBR_STATE_DIR if set; else /var/lib/hbr for root and $XDG_STATE_HOME/hbr or
/// ~/.local/state/hbr for others; %ProgramData%\HBR\state or %LOCALAPPDATA%\HBR\state on Windows. The folder
/// may not exist yet.
std::string stateFolder();

}  // namespace platform
