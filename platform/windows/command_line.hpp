// SPDX-License-Identifier: Apache-2.0
// command_line.hpp: words as the one line that Windows starts a program with.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace platform::windows {

/// The line that the C library of the program that is started takes apart into these words again, whatever
/// blanks, quotes and backslashes are in them. Throws Error as toWide() does.
std::wstring commandLineOf(const std::vector<std::string>& words);

/// The line with which cmd.exe runs a batch file, whatever is in its path; "%~1" in the batch file is its
/// first argument. Throws Error (Invalid, "PROC-0006") for arguments with a quote, '%' or a control
/// character, which cmd.exe may take for commands of its own, for more than it reads, and as toWide() does.
std::wstring batchLineOf(const std::wstring& batchFile, std::span<const std::string> arguments);

}  // namespace platform::windows
