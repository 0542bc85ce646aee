// SPDX-License-Identifier: Apache-2.0
#include "agent/search/letter_case.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace search {

namespace {

/// Capital letters that lie in a row, each as far from its small one as the others.
struct CapitalRange {
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t step;  // 2 where capitals and small letters alternate
    std::int32_t toSmall;
};

constexpr std::array kCapitals = {
    CapitalRange{0x00c0, 0x00d6, 1, 32},   CapitalRange{0x00d8, 0x00de, 1, 32},
    CapitalRange{0x0100, 0x012e, 2, 1},    CapitalRange{0x0132, 0x0136, 2, 1},
    CapitalRange{0x0139, 0x0147, 2, 1},    CapitalRange{0x014a, 0x0176, 2, 1},
    CapitalRange{0x0178, 0x0178, 1, -121}, CapitalRange{0x0179, 0x017d, 2, 1},
    CapitalRange{0x01cd, 0x01db, 2, 1},    CapitalRange{0x01de, 0x01ee, 2, 1},
    CapitalRange{0x01f8, 0x021e, 2, 1},    CapitalRange{0x0222, 0x0232, 2, 1},
    CapitalRange{0x0386, 0x0386, 1, 38},   CapitalRange{0x0388, 0x038a, 1, 37},
    CapitalRange{0x038c, 0x038c, 1, 64},   CapitalRange{0x038e, 0x038f, 1, 63},
    CapitalRange{0x0391, 0x03a1, 1, 32},   CapitalRange{0x03a3, 0x03ab, 1, 32},
    CapitalRange{0x03c2, 0x03c2, 1, 1},    CapitalRange{0x0400, 0x040f, 1, 80},
    CapitalRange{0x0410, 0x042f, 1, 32},   CapitalRange{0x0460, 0x0480, 2, 1},
    CapitalRange{0x048a, 0x04be, 2, 1},    CapitalRange{0x04c1, 0x04cd, 2, 1},
    CapitalRange{0x04d0, 0x052e, 2, 1},    CapitalRange{0x0531, 0x0556, 1, 48},
    CapitalRange{0x1e00, 0x1e94, 2, 1},    CapitalRange{0x1ea0, 0x1efe, 2, 1},
    CapitalRange{0xff21, 0xff3a, 1, 32},
};

std::uint32_t smallLetter(std::uint32_t letter) noexcept {
    for (const CapitalRange& range : kCapitals) {
        if (letter < range.first) break;
        if (letter <= range.last && (letter - range.first) % range.step == 0)
            return letter + static_cast<std::uint32_t>(range.toSmall);
    }
    return letter;
}

struct Letter {
    std::uint32_t number = 0;
    std::size_t bytes = 0;
};

/// A letter of two or three bytes of UTF-8: nobody else has capitals that are folded here.
std::optional<Letter> letterAt(std::string_view text, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const auto isTail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0U) == 0x80U; };
    const std::uint32_t first = byte(at);
    if (first >= 0xc2 && first < 0xe0 && isTail(at + 1))
        return Letter{(first & 0x1fU) << 6U | (byte(at + 1) & 0x3fU), 2};
    if (first >= 0xe0 && first < 0xf0 && isTail(at + 1) && isTail(at + 2))
        return Letter{(first & 0x0fU) << 12U | (byte(at + 1) & 0x3fU) << 6U | (byte(at + 2) & 0x3fU), 3};
    return std::nullopt;
}

/// Folding never changes how many bytes a letter takes: all ranges stay on their side of 0x800.
void putLetter(std::uint32_t letter, std::size_t bytes, std::string& to) {
    if (bytes == 2) {
        to += static_cast<char>(0xc0U | letter >> 6U);
    } else {
        to += static_cast<char>(0xe0U | letter >> 12U);
        to += static_cast<char>(0x80U | (letter >> 6U & 0x3fU));
    }
    to += static_cast<char>(0x80U | (letter & 0x3fU));
}

}  // namespace

void foldCase(std::string_view text, std::string& to) {
    to.clear();
    for (std::size_t i = 0; i < text.size();) {
        const char byte = text[i];
        if (static_cast<unsigned char>(byte) < 0x80) {
            to += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 32) : byte;
            ++i;
        } else if (const auto letter = letterAt(text, i)) {
            putLetter(smallLetter(letter->number), letter->bytes, to);
            i += letter->bytes;
        } else {
            to += byte;
            ++i;
        }
    }
}

}  // namespace search
