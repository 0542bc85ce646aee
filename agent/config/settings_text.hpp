// SPDX-License-Identifier: Apache-2.0
// settings_text.hpp: small settings files: a first line that names the format, then "key = value" lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace config {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// Values may hold any bytes: control characters and '%' are written as %XX.
std::string formatSettings(std::string_view firstLine, const Settings& settings);

/// Nothing when the first line differs or a line cannot be read. Blank lines are skipped, and lines that
/// begin with '#', before which blanks may stand.
std::optional<Settings> parseSettings(std::string_view firstLine, std::string_view text);

}  // namespace config
