// SPDX-License-Identifier: Apache-2.0
// command_line.hpp: the words of a command line, sorted into a verb, its options and its operands.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/app/verb_table.hpp"

namespace app {

/// What a person asked for. Made by parseCommandLine(), so every option is one that the verb takes.
class CommandLine final {
public:
    const Verb* verb = nullptr;  // nullptr: the program as a whole, with --help or --version
    bool wantsVersion = false;
    std::string helpNoun;  // with --help after a noun alone
    std::map<std::string, std::vector<std::string>, std::less<>> options;
    std::vector<std::string> operands;

    [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
    /// The last value given.
    [[nodiscard]] std::optional<std::string> value(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    /// The value of a Number or Size option.
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> size(std::string_view name) const;
};

/// Bytes a second, as in "500K" or "10M"; nothing for what is no such size, or is 0.
std::optional<std::uint64_t> parseRate(std::string_view text);
inline constexpr std::string_view kRateHint =
    "Give a size a second such as 500K or 10M, or leave it out for no limit.";

/// Throws Error (Invalid, CLI-0001 to CLI-0006) that says what is wrong with the line and what was perhaps
/// meant.
CommandLine parseCommandLine(const std::vector<std::string>& words);

}  // namespace app
