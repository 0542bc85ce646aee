// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/case_twins.hpp"

#include <functional>

namespace connectors::files {

namespace {

/// The small letter of a character of two bytes in UTF-8 (U+0080 to U+07FF), or itself.
unsigned smallLetter(unsigned c) noexcept {
    const auto isIn = [c](unsigned first, unsigned last) { return c >= first && c <= last; };
    if (isIn(0xC0, 0xDE) && c != 0xD7) return c + 32;                // Latin-1
    if (isIn(0x391, 0x3A9) && c != 0x3A2) return c + 32;             // Greek
    if (isIn(0x410, 0x42F)) return c + 32;                           // Cyrillic
    if (isIn(0x400, 0x40F)) return c + 80;                           // Cyrillic
    if (isIn(0x531, 0x556)) return c + 48;                           // Armenian
    if (isIn(0x139, 0x147) || isIn(0x179, 0x17D)) return c + c % 2;  // Latin, capitals odd
    if (isIn(0x100, 0x137) || isIn(0x14A, 0x177) || isIn(0x460, 0x481) || isIn(0x48A, 0x4BF) ||
        isIn(0x4D0, 0x52F)) {
        return c | 1;  // capitals even
    }
    return c;
}

}  // namespace

std::string withoutCapitals(std::string_view name) {
    std::string small(name);
    for (std::size_t i = 0; i < small.size(); ++i) {
        const auto lead = static_cast<unsigned char>(small[i]);
        if (lead >= 'A' && lead <= 'Z') small[i] = static_cast<char>(lead + 32);
        if (lead < 0xC2 || lead > 0xDF || i + 1 == small.size()) continue;
        const auto next = static_cast<unsigned char>(small[i + 1]);
        if ((next & 0xC0) != 0x80) continue;
        const unsigned letter = smallLetter((lead & 0x1FU) << 6 | (next & 0x3FU));
        small[i] = static_cast<char>(0xC0 | letter >> 6);
        small[++i] = static_cast<char>(0x80 | (letter & 0x3F));
    }
    return small;
}

bool CaseTwins::add(std::string_view name) {
    const std::hash<std::string_view> hash;
    const std::string small = withoutCapitals(name);
    if (small == name) {
        const auto twin = seen_.find(hash(small));
        return twin != seen_.end() && twin->second != hash(name);
    }
    return seen_.emplace(hash(small), hash(name)).first->second != hash(name);
}

}  // namespace connectors::files
