// SPDX-License-Identifier: Apache-2.0
#include "platform/base/given_name.hpp"

#include <algorithm>

#include "platform/base/text.hpp"

namespace base {

std::size_t countCharacters(std::string_view text) noexcept {
    // Every character has one byte that continues no other.
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

std::optional<std::string> faultOfName(std::string_view owner, std::string_view name) {
    const std::string of(owner);
    if (trim(name).empty()) return "The " + of + " has no name; give it one of 1 to 64 characters.";
    if (printable(name) != name)
        return "The " + of + "'s name holds characters that cannot be shown; use letters, digits and signs.";
    const std::size_t length = countCharacters(name);
    if (length <= kLongestGivenName) return std::nullopt;
    return "The " + of + "'s name has " + std::to_string(length) + " characters; 64 are the most.";
}

}  // namespace base
