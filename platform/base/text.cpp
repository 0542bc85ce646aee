// SPDX-License-Identifier: Apache-2.0
#include "platform/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace base {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

int hexValue(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/// Length of the well-formed UTF-8 sequence at the start of the text, or 0.
std::size_t utf8SequenceLength(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    if (length == 0 || lead > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    const unsigned second = byte(1);
    if (lead == 0xE0 && second < 0xA0) return 0;   // overlong
    if (lead == 0xED && second >= 0xA0) return 0;  // surrogate
    if (lead == 0xF0 && second < 0x90) return 0;   // overlong
    if (lead == 0xF4 && second >= 0x90) return 0;  // past U+10FFFF
    return length;
}

}  // namespace

std::string encodeHex(ByteView bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const Byte byte : bytes) {
        text += kHexDigits[byte >> 4];
        text += kHexDigits[byte & 15];
    }
    return text;
}

bool decodeHex(std::string_view text, MutableBytes to) {
    if (text.size() != to.size() * 2) return false;
    for (std::size_t i = 0; i < to.size(); ++i) {
        const int high = hexValue(text[2 * i]);
        const int low = hexValue(text[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        to[i] = static_cast<Byte>(high * 16 + low);
    }
    return true;
}

std::string formatSize(std::uint64_t sizeBytes) {
    constexpr std::array<const char*, 6> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (sizeBytes < 1024) return std::to_string(sizeBytes) + " B";
    double value = static_cast<double>(sizeBytes) / 1024;
    std::size_t unit = 0;
    while (value >= 1023.95 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
    return text.data();
}

std::string formatDuration(std::uint64_t seconds) {
    std::array<char, 48> text{};
    const auto hours = static_cast<unsigned long long>(seconds / 3600);
    const auto minutes = static_cast<unsigned>(seconds / 60 % 60);
    const auto rest = static_cast<unsigned>(seconds % 60);
    if (hours > 0) {
        std::snprintf(text.data(), text.size(), "%lluh %02um %02us", hours, minutes, rest);
    } else if (minutes > 0) {
        std::snprintf(text.data(), text.size(), "%um %02us", minutes, rest);
    } else {
        std::snprintf(text.data(), text.size(), "%u s", rest);
    }
    return text.data();
}

std::string formatElapsed(std::chrono::nanoseconds time) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    constexpr std::uint64_t kTenth = kSecond / 10;
    const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.count()));
    const std::uint64_t tenths = (nanoseconds + kTenth / 2) / kTenth;
    if (tenths == 0) return "under 0.1 s";
    if (tenths >= 100) return formatDuration((nanoseconds + kSecond / 2) / kSecond);
    return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

std::optional<std::uint64_t> parseSize(std::string_view text) {
    std::size_t numberLength = 0;
    while (numberLength < text.size() &&
           (text[numberLength] == '.' || (text[numberLength] >= '0' && text[numberLength] <= '9'))) {
        ++numberLength;
    }
    double value = 0;
    const std::string_view number = text.substr(0, numberLength);
    const char* const end = number.data() + number.size();
    const auto parsed = std::from_chars(number.data(), end, value);
    if (numberLength == 0 || parsed.ec != std::errc() || parsed.ptr != end) {
        return std::nullopt;
    }
    std::string_view unit = text.substr(numberLength);
    double factor = 1;
    if (!unit.empty() && unit != "B") {
        constexpr std::string_view kLetters = "KMGTP";
        const char letter = unit[0] >= 'a' ? static_cast<char>(unit[0] - 'a' + 'A') : unit[0];
        const std::size_t power = kLetters.find(letter);
        const std::string_view rest = unit.substr(1);
        if (power == std::string_view::npos || !(rest.empty() || rest == "iB")) return std::nullopt;
        factor = std::pow(1024.0, static_cast<double>(power + 1));
    }
    const double sizeBytes = value * factor;
    if (!(sizeBytes >= 0) || sizeBytes >= 9.2e18) return std::nullopt;
    return static_cast<std::uint64_t>(sizeBytes);
}

std::optional<std::uint64_t> parseUnsigned(std::string_view text) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

bool isUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = utf8SequenceLength(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string printable(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto lead = static_cast<unsigned char>(bytes[0]);
        const std::size_t length = utf8SequenceLength(bytes);
        // U+0080..U+009F are control characters too; terminals act on them.
        const bool isControl = lead < 0x20 || lead == 0x7F ||
                               (length == 2 && lead == 0xC2 && static_cast<unsigned char>(bytes[1]) < 0xA0);
        if (length == 0 || isControl) {
            text += "\\x";
            text += kHexDigits[lead >> 4];
            text += kHexDigits[lead & 15];
            bytes.remove_prefix(1);
        } else {
            text += bytes.substr(0, length);
            bytes.remove_prefix(length);
        }
    }
    return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace base
