// SPDX-License-Identifier: Apache-2.0
// man_page.hpp: the manual page hbr(1), made from the verb table.
#pragma once

#include <string>

namespace app {

/// In the roff language.
std::string manPage();

}  // namespace app
