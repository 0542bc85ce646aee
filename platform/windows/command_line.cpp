// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/command_line.hpp"

#include <algorithm>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
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

[[noreturn]] void refuseForBatchFile(const std::wstring& batchFile, const std::string& reason) {
    throw base::Error(base::ErrorKind::Invalid, "PROC-0006",
                      "Cannot start the batch file '" + base::printable(toUtf8(batchFile)) + "': " + reason,
                      "Change the command, or name a program that is no batch file.");
}

/// True for what ends a quoted word or means something within it.
bool isUnsafeWithinQuotes(wchar_t letter) noexcept { return letter == L'"' || letter < L' '; }

void appendBatchFile(std::wstring& line, const std::wstring& batchFile) {
    line += L'"';
    for (const wchar_t letter : batchFile) {
        if (isUnsafeWithinQuotes(letter))
            refuseForBatchFile(batchFile, "its path holds a quote or a control character");
        // "%NAME%" would become a variable's value. So each '%' is followed by "%cd:~,%", which becomes
        // nothing: no letters of the current folder's path.
        line += letter == L'%' ? std::wstring(L"%%cd:~,%") : std::wstring(1, letter);
    }
    line += L'"';
}

void appendBatchArgument(std::wstring& line, const std::wstring& argument) {
    // A batch file that asks for "%1" sees the quotes, so they are there only where they have to be.
    constexpr std::wstring_view kPlain =
        L"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-./\\:+@";
    const bool isPlain = !argument.empty() && argument.find_first_not_of(kPlain) == std::wstring::npos;
    line += L' ';
    line += isPlain ? argument : L'"' + argument + L'"';
}

}  // namespace

std::wstring commandLineOf(const std::vector<std::string>& words) {
    std::wstring line;
    for (const std::string& word : words) appendQuoted(line, toWide(word));
    return line;
}

std::wstring batchLineOf(const std::wstring& batchFile, std::span<const std::string> arguments) {
    constexpr std::size_t kMostLetters = 8191;
    // No commands of the user's own before (/d); '%' can be dealt with (/e:on) and '!' means nothing
    // (/v:off); of the line the first and the last quote are taken off (/s), and the rest is the command.
    std::wstring line = L"cmd.exe /d /e:on /v:off /s /c \"";
    appendBatchFile(line, batchFile);
    for (const std::string& text : arguments) {
        const std::wstring argument = toWide(text);
        // The argument may be a secret, and is not told.
        if (argument.find(L'%') != std::wstring::npos ||
            std::any_of(argument.begin(), argument.end(), isUnsafeWithinQuotes)) {
            refuseForBatchFile(batchFile,
                               "an argument holds a quote, '%' or a control character, which no "
                               "batch file gets as it is");
        }
        appendBatchArgument(line, argument);
    }
    line += L'"';
    if (line.size() > kMostLetters)
        refuseForBatchFile(batchFile, "with its arguments it is longer than the 8,191 letters of a line");
    return line;
}

}  // namespace platform::windows
