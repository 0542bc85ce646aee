// SPDX-License-Identifier: Apache-2.0
// letter_case.hpp: makes texts alike that differ in the case of their letters alone.
//
// The table is our own and part of the format of segments: their filters hold folded names, so a library
// whose table grew would no longer find what an earlier one wrote.
#pragma once

#include <string>
#include <string_view>

namespace search {

/// Puts the text into `to` with each letter's case folded: Latin, Greek, Cyrillic, Armenian and full-width
/// letters. All other bytes stay as they are, also those that are no UTF-8.
void foldCase(std::string_view text, std::string& to);

[[nodiscard]] inline std::string foldedCase(std::string_view text) {
    std::string folded;
    foldCase(text, folded);
    return folded;
}

}  // namespace search
