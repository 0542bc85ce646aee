// SPDX-License-Identifier: Apache-2.0
// small_input.hpp: secrets and short texts from files and programs.
#pragma once

#include <string>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/file_system.hpp"

namespace app {

/// A text of at most 64 KiB; "-" is standard input. Throws Error (Invalid, "CLI-0016") beyond.
std::string textFromFile(const platform::FileSystem& fileSystem, const std::string& path);

/// The first line of a file, without its end.
base::SecretBytes secretFromFile(const platform::FileSystem& fileSystem, const std::string& path);

/// The first line that a program prints. Throws Error (Unavailable, "CLI-0017") when it fails.
base::SecretBytes secretFromProgram(const std::string& commandLine);

/// Words separated by blanks; single or double quotes keep blanks in a word.
std::vector<std::string> splitWords(const std::string& commandLine);

}  // namespace app
