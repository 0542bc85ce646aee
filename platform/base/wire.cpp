// SPDX-License-Identifier: Apache-2.0
#include "platform/base/wire.hpp"

#include "platform/base/error.hpp"

namespace base {

namespace {

[[noreturn]] void throwMalformed(const char* why) {
    throw Error(ErrorKind::Corrupt, "BASE-0005", std::string("A stored record is damaged: ") + why,
                "Run 'hbr verify' to find the damage and 'hbr repair' to mend what can be mended.",
                Retry::AfterFix);
}

}  // namespace

void Encoder::number(std::uint64_t value) {
    while (value >= 0x80) {
        to_.push_back(static_cast<Byte>(value | 0x80));
        value >>= 7;
    }
    to_.push_back(static_cast<Byte>(value));
}

void Encoder::signedNumber(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void Encoder::string(std::string_view text) {
    number(text.size());
    append(to_, asBytes(text));
}

std::uint64_t Decoder::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const Byte next = byte();
        if (shift == 63 && next > 1) throwMalformed("a number does not fit in 64 bits");
        value |= std::uint64_t{next & 0x7Fu} << shift;
        if (next < 0x80) return value;
    }
    throwMalformed("a number does not end");
}

std::int64_t Decoder::signedNumber() {
    const std::uint64_t bits = number();
    return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
}

std::uint64_t Decoder::numberUpTo(std::uint64_t limit) {
    const std::uint64_t value = number();
    if (value > limit) throwMalformed("a count is larger than its limit");
    return value;
}

void Decoder::expectEnd() const {
    if (!rest_.empty()) throwMalformed("bytes are left over at its end");
}

ByteView Decoder::take(std::uint64_t sizeBytes) {
    if (sizeBytes > rest_.size()) throwMalformed("it ends too soon");
    const ByteView taken = rest_.first(static_cast<std::size_t>(sizeBytes));
    rest_ = rest_.subspan(taken.size());
    return taken;
}

}  // namespace base
