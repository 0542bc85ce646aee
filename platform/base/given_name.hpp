// SPDX-License-Identifier: Apache-2.0
// given_name.hpp: names that people give to what they make: clients, vaults, policies, plans.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace base {

inline constexpr std::size_t kLongestGivenName = 64;

/// How many characters a text in UTF-8 has.
std::size_t countCharacters(std::string_view text) noexcept;

/// What is wrong with a name, for a person; nothing when it has 1 to 64 characters that can be shown, not
/// blanks alone. `owner` is what bears it: "policy".
std::optional<std::string> faultOfName(std::string_view owner, std::string_view name);

}  // namespace base
