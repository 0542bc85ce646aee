// SPDX-License-Identifier: Apache-2.0
// bytes.hpp: the words for raw memory: views, owned buffers, little-endian numbers, secrets that wipe
// themselves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace base {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;
using MutableBytes = std::span<Byte>;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * std::uint64_t{kMiB};

/// Views text as bytes; the text must outlive the view.
inline ByteView asBytes(std::string_view text) {
    return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}

/// Views bytes as text; nothing says that they are UTF-8.
inline std::string_view asText(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads an unsigned little-endian number from the first sizeof(Number) bytes.
template <typename Number>
Number loadLittleEndian(const Byte* from) {
    static_assert(std::is_unsigned_v<Number>);
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) value |= static_cast<Number>(Number{from[i]} << (8 * i));
    return value;
}

/// Writes an unsigned number as sizeof(Number) little-endian bytes.
template <typename Number>
void storeLittleEndian(Byte* to, Number value) {
    static_assert(std::is_unsigned_v<Number>);
    for (std::size_t i = 0; i < sizeof(Number); ++i) to[i] = static_cast<Byte>(value >> (8 * i));
}

inline void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

/// Overwrites memory in a way that the optimiser keeps.
void wipe(void* memory, std::size_t sizeBytes) noexcept;

/// Owns key material of a fixed size and wipes it when it goes.
template <std::size_t Size>
class Secret final {
public:
    Secret() = default;
    explicit Secret(ByteView bytes) { std::copy_n(bytes.begin(), std::min(Size, bytes.size()), bytes_); }
    Secret(const Secret&) = default;
    Secret& operator=(const Secret&) = default;
    ~Secret() { wipe(bytes_, Size); }

    [[nodiscard]] ByteView view() const noexcept { return {bytes_, Size}; }
    [[nodiscard]] MutableBytes fill() noexcept { return {bytes_, Size}; }

private:
    Byte bytes_[Size] = {};
};

/// Owns secret bytes of any length, such as a password, and wipes them when it goes.
class SecretBytes final {
public:
    SecretBytes() = default;
    explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
    explicit SecretBytes(std::string_view text) : SecretBytes(asBytes(text)) {}
    SecretBytes(const SecretBytes&) = default;
    SecretBytes(SecretBytes&&) noexcept = default;
    SecretBytes& operator=(const SecretBytes& other) {
        if (this != &other) *this = SecretBytes(other);
        return *this;
    }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        wipe(bytes_.data(), bytes_.size());
        bytes_ = std::move(other.bytes_);
        return *this;
    }
    ~SecretBytes() { wipe(bytes_.data(), bytes_.size()); }

    [[nodiscard]] ByteView view() const noexcept { return bytes_; }
    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

private:
    Bytes bytes_;
};

}  // namespace base
