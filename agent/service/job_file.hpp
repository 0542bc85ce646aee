// SPDX-License-Identifier: Apache-2.0
// job_file.hpp: the words of a job on their way to its process.
//
// They go by a file that only its owner may read, and not on the command line: that is open to everybody on
// the machine, and on Windows holds 32,767 characters, fewer than one plan's sources may have.
#pragma once

#include <string>
#include <vector>

#include "platform/file_system.hpp"

namespace service {

/// Writes a new file of mode 0600. Throws Error (Exists) when the path names something.
void writeJobFile(const platform::FileSystem& fileSystem, const std::string& path,
                  const std::vector<std::string>& words);

/// Throws Error (Invalid, "JOB-0003") when it is no such file.
std::vector<std::string> readJobFile(const platform::FileSystem& fileSystem, const std::string& path);

}  // namespace service
