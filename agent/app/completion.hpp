// SPDX-License-Identifier: Apache-2.0
// completion.hpp: completion scripts for shells, made from the verb table.
#pragma once

#include <string>
#include <string_view>

namespace app {

/// The script for "bash", "zsh", "fish" or "powershell".
std::string completionScript(std::string_view shell);

}  // namespace app
