// SPDX-License-Identifier: Apache-2.0
#include "agent/app/small_input.hpp"

#include <cstdio>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace app {

namespace {

constexpr std::size_t kMostBytes = 64 * base::kKiB;

base::SecretBytes firstLine(std::string& text) {
    std::string_view line(text);
    line = line.substr(0, line.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    base::SecretBytes secret(line);
    base::wipe(text.data(), text.size());
    return secret;
}

void refuseLong(const std::string& text, const std::string& path) {
    if (text.size() <= kMostBytes) return;
    throw base::Error(base::ErrorKind::Invalid, "CLI-0016", "'" + base::printable(path) + "' is too large",
                      "Check that it is the right file.");
}

}  // namespace

std::string textFromFile(const platform::FileSystem& fileSystem, const std::string& path) {
    std::string text;
    if (path == "-") {
        for (int letter = std::getchar(); letter != EOF && text.size() <= kMostBytes;
             letter = std::getchar()) {
            text += static_cast<char>(letter);
        }
    } else {
        const auto file = fileSystem.openForReading(path);
        base::Bytes piece(4 * base::kKiB);
        while (const std::size_t count = file->read(piece)) {
            text += base::asText(base::ByteView(piece).first(count));
            if (text.size() > kMostBytes) break;
        }
        base::wipe(piece.data(), piece.size());
    }
    refuseLong(text, path);
    return text;
}

base::SecretBytes secretFromFile(const platform::FileSystem& fileSystem, const std::string& path) {
    std::string text = textFromFile(fileSystem, path);
    return firstLine(text);
}

base::SecretBytes secretFromProgram(const std::string& commandLine) {
    platform::ChildResult result = platform::runProgram(splitWords(commandLine), {});
    if (result.exitCode != 0) {
        throw base::Error(base::ErrorKind::Unavailable, "CLI-0017",
                          "The password command ended with exit code " + std::to_string(result.exitCode),
                          "Run it by hand to see why.");
    }
    return firstLine(result.output);
}

std::vector<std::string> splitWords(const std::string& commandLine) {
    std::vector<std::string> words;
    char quote = 0;
    bool isInWord = false;
    for (const char letter : commandLine) {
        if (quote != 0 ? letter == quote : (letter == '"' || letter == '\'')) {
            if (!isInWord) words.emplace_back();
            isInWord = true;
            quote = quote != 0 ? '\0' : letter;
        } else if (quote == 0 && (letter == ' ' || letter == '\t')) {
            isInWord = false;
        } else {
            if (!isInWord) words.emplace_back();
            isInWord = true;
            words.back() += letter;
        }
    }
    if (words.empty() || quote != 0) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0018", "The password command cannot be read",
                          "Give a program and its arguments, with quotes in pairs.");
    }
    return words;
}

}  // namespace app
