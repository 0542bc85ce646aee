// SPDX-License-Identifier: Apache-2.0
#include "platform/base/cut_text.hpp"

namespace base {

std::string_view startOf(std::string_view text, std::size_t mostBytes) noexcept {
    if (text.size() <= mostBytes) return text;
    while (mostBytes > 0 && (text[mostBytes] & 0xC0) == 0x80) --mostBytes;
    return text.substr(0, mostBytes);
}

std::string cutToBytes(std::string_view text, std::size_t mostBytes) {
    constexpr std::string_view kMark = " ...";
    if (text.size() <= mostBytes) return std::string(text);
    if (mostBytes < kMark.size()) return std::string(startOf(text, mostBytes));
    return std::string(startOf(text, mostBytes - kMark.size())).append(kMark);
}

}  // namespace base
