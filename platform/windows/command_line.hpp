// SPDX-License-Identifier: Apache-2.0
// command_line.hpp: words as the one line that Windows starts a program with.
#pragma once

#include <string>
#include <vector>

namespace platform::windows {

/// The line that the C library of the program that is started takes apart into these words again, whatever
/// blanks, quotes and backslashes are in them. Throws Error as toWide() does.
std::wstring commandLineOf(const std::vector<std::string>& words);

}  // namespace platform::windows
