// SPDX-License-Identifier: Apache-2.0
// page_list.hpp: the management page as files that the program carries.
#pragma once

#include <vector>

#include "agent/web/page_files.hpp"

namespace web {

/// All that agent/web/page/build.sh makes. Their bytes live as long as the program.
std::vector<PageFile> pageFiles();

}  // namespace web
