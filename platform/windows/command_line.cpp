// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/command_line.hpp"

#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

/// Appends a word so that the C library of the child reads it back as it is: quoted, with backslashes doubled
/// where a quote follows.
void appendQuoted(std::wstring& line, const std::wstring& word) {
    if (!line.empty()) line += L' ';
    if (!word.empty() && word.find_first_of(L" \t\n\v\"") == std::wstring::npos) {
        line += word;
        return;
    }
    line += L'"';
    std::size_t backslashes = 0;
    for (const wchar_t letter : word) {
        if (letter == L'"') line.append(backslashes + 1, L'\\');
        backslashes = letter == L'\\' ? backslashes + 1 : 0;
        line += letter;
    }
    line.append(backslashes, L'\\');
    line += L'"';
}

}  // namespace

std::wstring commandLineOf(const std::vector<std::string>& words) {
    std::wstring line;
    for (const std::string& word : words) appendQuoted(line, toWide(word));
    return line;
}

}  // namespace platform::windows
