// SPDX-License-Identifier: Apache-2.0
// strong_id.hpp: fixed-size binary identifiers that cannot be mixed up with one another.
#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "platform/base/bytes.hpp"
#include "platform/base/text.hpp"

namespace base {

/// A binary identifier of SizeBytes bytes; Tag makes each kind its own type.
template <typename Tag, std::size_t SizeBytes>
class StrongId final {
public:
    static constexpr std::size_t kSizeBytes = SizeBytes;

    StrongId() = default;

    /// Copies exactly kSizeBytes bytes from the start of the view.
    static StrongId fromBytes(ByteView bytes) {
        StrongId id;
        std::memcpy(id.bytes_.data(), bytes.data(), SizeBytes);
        return id;
    }

    /// Nothing when the text is not exactly 2 * kSizeBytes hex digits.
    static std::optional<StrongId> fromHex(std::string_view text) {
        StrongId id;
        if (!decodeHex(text, MutableBytes(id.bytes_))) return std::nullopt;
        return id;
    }

    [[nodiscard]] ByteView view() const noexcept { return bytes_; }
    [[nodiscard]] MutableBytes fill() noexcept { return bytes_; }
    [[nodiscard]] std::string hex() const { return encodeHex(bytes_); }

    /// A number made of the leading bytes, big-endian, so that it sorts as the identifier does.
    [[nodiscard]] std::uint64_t prefix() const noexcept {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i) value = (value << 8) | bytes_[i];
        return value;
    }

    auto operator<=>(const StrongId&) const = default;
    bool operator==(const StrongId&) const = default;

private:
    static_assert(SizeBytes >= 8);
    std::array<Byte, SizeBytes> bytes_ = {};
};

}  // namespace base

/// Identifiers are random or hashes, so their first bytes serve as their hash.
template <typename Tag, std::size_t SizeBytes>
struct std::hash<base::StrongId<Tag, SizeBytes>> {
    std::size_t operator()(const base::StrongId<Tag, SizeBytes>& id) const noexcept {
        return static_cast<std::size_t>(id.prefix());
    }
};
