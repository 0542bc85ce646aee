// SPDX-License-Identifier: Apache-2.0
// password_hash.hpp: what is kept of the logon password: enough to know it again, and nothing to read it
// from.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/scrypt.hpp"
#include "platform/base/bytes.hpp"

namespace config {

/// As the seed of the product has it. Counted in characters, not bytes.
inline constexpr std::size_t kLeastPasswordCharacters = 6;
/// Longer ones are refused, so that nobody makes the agent hash a megabyte.
inline constexpr std::size_t kMostPasswordBytes = 1024;

/// A password's scrypt hash, with its salt and the cost that it was made at. One check takes a tenth of a
/// second of a processor and 32 MiB, so callers bound how many they do at once.
class PasswordHash final {
public:
    /// Throws Error: Invalid ("CONFIG-0004") for a password that is too short or too long, Exhausted
    /// ("CONFIG-0005") when there is no memory to hash it.
    static PasswordHash of(std::string_view password);

    /// Reads what text() wrote; nothing for anything else.
    static std::optional<PasswordHash> parse(std::string_view text);

    /// "scrypt LOG2N R P SALT HASH", the last two in hex.
    [[nodiscard]] std::string text() const;

    /// Takes as long for a wrong password as for the right one. Throws Error (Exhausted, "CONFIG-0005") as
    /// of() does.
    [[nodiscard]] bool matches(std::string_view password) const;

    bool operator==(const PasswordHash&) const = default;

private:
    static constexpr std::size_t kSaltBytes = 16;
    static constexpr std::size_t kHashBytes = 32;
    using Hash = std::array<base::Byte, kHashBytes>;

    PasswordHash() = default;
    [[nodiscard]] Hash hash(std::string_view password) const;

    ScryptCost cost_;
    std::array<base::Byte, kSaltBytes> salt_{};
    Hash hash_{};
};

}  // namespace config
