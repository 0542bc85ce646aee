// SPDX-License-Identifier: Apache-2.0
// cut_text.hpp: texts that are too long for whoever takes them, cut between two characters of UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace base {

/// The first bytes of a text, at most so many and none of a character that would be cut through.
std::string_view startOf(std::string_view text, std::size_t mostBytes) noexcept;

/// The text if it has at most so many bytes, else its start with " ..." behind.
std::string cutToBytes(std::string_view text, std::size_t mostBytes);

}  // namespace base
