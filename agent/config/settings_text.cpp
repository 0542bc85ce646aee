// SPDX-License-Identifier: Apache-2.0
#include "agent/config/settings_text.hpp"

#include "platform/base/text.hpp"

namespace config {

namespace {

std::string escaped(std::string_view value) {
    std::string text;
    for (const char letter : value) {
        const auto code = static_cast<unsigned char>(letter);
        if (code < 0x20 || code == 0x7F || letter == '%') {
            text += '%' + base::encodeHex(base::asBytes({&letter, 1}));
        } else {
            text += letter;
        }
    }
    return text;
}

std::optional<std::string> unescaped(std::string_view text) {
    std::string value;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            value += text[i];
            continue;
        }
        base::Byte code = 0;
        if (!base::decodeHex(text.substr(i + 1, 2), {&code, 1})) return std::nullopt;
        value += static_cast<char>(code);
        i += 2;
    }
    return value;
}

std::string_view withoutReturn(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

std::string formatSettings(std::string_view firstLine, const Settings& settings) {
    std::string text(firstLine);
    text += '\n';
    for (const auto& [key, value] : settings) text += key + " = " + escaped(value) + '\n';
    return text;
}

std::optional<Settings> parseSettings(std::string_view firstLine, std::string_view text) {
    const auto lines = base::split(text, '\n');
    if (lines.empty() || withoutReturn(lines.front()) != firstLine) return std::nullopt;
    Settings settings;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const std::string_view line = withoutReturn(lines[i]);
        if (base::trim(line).empty() || base::trim(line).starts_with('#')) continue;
        const std::size_t equals = line.find(" = ");
        if (equals == std::string_view::npos) return std::nullopt;
        auto value = unescaped(line.substr(equals + 3));
        if (!value) return std::nullopt;
        settings.emplace_back(base::trim(line.substr(0, equals)), std::move(*value));
    }
    return settings;
}

}  // namespace config
