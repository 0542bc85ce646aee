// SPDX-License-Identifier: Apache-2.0
// program_search.hpp: which file the name of a program stands for.
#pragma once

#include <string>
#include <string_view>

namespace platform::windows {

/// The whole path of a program. A path stands for its file or, when there is none, for the one with ".exe"
/// behind it; a bare name, with ".exe" when it has no ending, for the first such file in the folders of the
/// system and of PATH. The current folder is not looked into, nor are folders of PATH that depend on it.
/// Throws as failToStart() and absoluteWidePath() do.
std::wstring findProgram(const std::string& name);

/// Whether only cmd.exe can run it, as its path's ending tells.
bool isBatchFile(std::wstring_view program);

}  // namespace platform::windows
