// SPDX-License-Identifier: Apache-2.0
// wide_text.hpp: the one place where text changes between UTF-8 inside and UTF-16 at the system's edge.
#pragma once

#include <string>
#include <string_view>

namespace platform::windows {

/// UTF-16 of WTF-8 text. Throws Error (Invalid, "FS-0020") for bytes that are neither UTF-8 nor an unpaired
/// surrogate written as three bytes: no Windows name stands for them.
std::wstring toWide(std::string_view text);

/// WTF-8 of UTF-16 text: UTF-8, with unpaired surrogates written as three bytes each.
std::string toUtf8(std::wstring_view text);

}  // namespace platform::windows
