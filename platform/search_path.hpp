// SPDX-License-Identifier: Apache-2.0
// search_path.hpp: where programs are looked for that are named without a path.
#pragma once

#include <string>
#include <vector>

namespace platform {

/// The folders that PATH names, in order. Left out is what depends on the current folder, such as an empty
/// entry: a program there may be anybody's. `separator` stands between two, `unset` for a PATH that is not
/// set.
std::vector<std::string> searchedFolders(char separator, const std::string& unset);

}  // namespace platform
