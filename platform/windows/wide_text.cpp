// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/wide_text.hpp"

#include <cstdint>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace platform::windows {

namespace {

constexpr std::uint32_t kNoCodePoint = 0xFFFFFFFF;

bool isHighSurrogate(std::uint32_t unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
bool isLowSurrogate(std::uint32_t unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

struct Decoded {
    std::uint32_t codePoint = kNoCodePoint;
    std::size_t sizeBytes = 0;
};

/// Reads one code point, surrogates included; kNoCodePoint when the bytes are not WTF-8.
Decoded decodeOne(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
    std::uint32_t codePoint = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {};
        codePoint = (codePoint << 6) | (byte(i) & 0x3F);
    }
    const bool isOverlong = (size == 3 && codePoint < 0x800) || (size == 4 && codePoint < 0x10000);
    if (isOverlong || codePoint > 0x10FFFF) return {};
    return {codePoint, size};
}

void appendUtf8(std::string& to, std::uint32_t codePoint) {
    const auto put = [&to](std::uint32_t value) {
        to += static_cast<char>(static_cast<unsigned char>(value));
    };
    if (codePoint < 0x80) {
        put(codePoint);
    } else if (codePoint < 0x800) {
        put(0xC0 | (codePoint >> 6));
        put(0x80 | (codePoint & 0x3F));
    } else if (codePoint < 0x10000) {
        put(0xE0 | (codePoint >> 12));
        put(0x80 | ((codePoint >> 6) & 0x3F));
        put(0x80 | (codePoint & 0x3F));
    } else {
        put(0xF0 | (codePoint >> 18));
        put(0x80 | ((codePoint >> 12) & 0x3F));
        put(0x80 | ((codePoint >> 6) & 0x3F));
        put(0x80 | (codePoint & 0x3F));
    }
}

}  // namespace

std::wstring toWide(std::string_view text) {
    std::wstring wide;
    wide.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Decoded decoded = decodeOne(text.substr(at));
        if (decoded.codePoint == kNoCodePoint) {
            throw base::Error(
                base::ErrorKind::Invalid, "FS-0020",
                "The name '" + base::printable(text) + "' cannot be written in Windows' alphabet",
                "It is not UTF-8, which Windows asks of names. Restore it on Linux.", base::Retry::Never);
        }
        at += decoded.sizeBytes;
        if (decoded.codePoint < 0x10000) {
            wide += static_cast<wchar_t>(decoded.codePoint);
        } else {
            const std::uint32_t rest = decoded.codePoint - 0x10000;
            wide += static_cast<wchar_t>(0xD800 | (rest >> 10));
            wide += static_cast<wchar_t>(0xDC00 | (rest & 0x3FF));
        }
    }
    return wide;
}

std::string toUtf8(std::wstring_view text) {
    std::string narrow;
    narrow.reserve(text.size() + text.size() / 2);
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::uint32_t codePoint = text[at];
        if (isHighSurrogate(codePoint) && at + 1 < text.size() && isLowSurrogate(text[at + 1])) {
            codePoint = 0x10000 + ((codePoint & 0x3FF) << 10) + (text[at + 1] & 0x3FFU);
            ++at;
        }
        appendUtf8(narrow, codePoint);
    }
    return narrow;
}

}  // namespace platform::windows
