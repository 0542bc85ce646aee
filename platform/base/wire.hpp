// SPDX-License-Identifier: Apache-2.0
// wire.hpp: how structured values become bytes and come back: LEB128 numbers, little-endian integers,
// length-prefixed strings. The decoder trusts nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "platform/base/bytes.hpp"

namespace base {

/// Appends values to a buffer that the caller owns and that must outlive the encoder.
class Encoder final {
public:
    explicit Encoder(Bytes& to) : to_(to) {}

    void byte(Byte value) { to_.push_back(value); }
    void raw(ByteView bytes) { append(to_, bytes); }

    template <typename Number>
    void fixed(Number value) {
        const std::size_t at = to_.size();
        to_.resize(at + sizeof(Number));
        storeLittleEndian<Number>(to_.data() + at, value);
    }

    /// Unsigned LEB128: seven bits a byte, least significant first.
    void number(std::uint64_t value);

    /// Zigzag, then LEB128, so that small negative numbers stay short.
    void signedNumber(std::int64_t value);

    /// A LEB128 length, then the bytes.
    void string(std::string_view text);
    void blob(ByteView bytes) { string(asText(bytes)); }

private:
    Bytes& to_;
};

/// Takes values from bytes that the caller owns and that must outlive the decoder and what it returns.
///
/// Every method throws Error (Corrupt, "BASE-0005") when the bytes end too soon or make no sense.
class Decoder final {
public:
    explicit Decoder(ByteView from) : rest_(from) {}

    Byte byte() { return take(1)[0]; }
    ByteView raw(std::size_t sizeBytes) { return take(sizeBytes); }

    template <typename Number>
    Number fixed() {
        return loadLittleEndian<Number>(take(sizeof(Number)).data());
    }

    std::uint64_t number();
    std::int64_t signedNumber();

    /// A number that must be at most `limit`; guards every count that leads to an allocation.
    std::uint64_t numberUpTo(std::uint64_t limit);

    std::string_view string() { return asText(blob()); }
    ByteView blob() { return take(number()); }

    [[nodiscard]] bool atEnd() const noexcept { return rest_.empty(); }
    [[nodiscard]] ByteView rest() const noexcept { return rest_; }

    /// Throws when bytes are left over.
    void expectEnd() const;

private:
    ByteView take(std::uint64_t sizeBytes);

    ByteView rest_;
};

}  // namespace base
