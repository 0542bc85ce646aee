// SPDX-License-Identifier: Apache-2.0
// help_text.hpp: what --help and --version print, made from the verb table.
#pragma once

#include <string>
#include <string_view>

#include "agent/app/verb_table.hpp"

namespace app {

std::string programHelp();
std::string nounHelp(std::string_view noun);
std::string verbHelp(const Verb& verb);
std::string versionText();

/// "hbr backup run [options] PATH..."
std::string usageOf(const Verb& verb);

/// "-t, --target DIR"
std::string optionText(const Option& option);

/// Breaks a text into lines of at most so many columns, each behind an indent.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace app
