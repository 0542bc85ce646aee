// SPDX-License-Identifier: Apache-2.0
// unlock_key.hpp: what seals a vault's access key so that the machine alone cannot open it ("Encrypt
// AccessKey").
//
//     logon password ── scrypt ──► key of the seal ── AES-256-GCM ──► unlock key ── AES-256-GCM ──► secrets
//
// The unlock key is random and stays the same when the password changes: only its seal is made anew. It is
// written nowhere but in that seal. A service that was started has it from the moment somebody logs in.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/scrypt.hpp"
#include "platform/base/bytes.hpp"

namespace config {

/// Seals secrets. Its memory is wiped when it goes.
class UnlockKey final {
public:
    static UnlockKey makeNew();
    /// As 64 hex digits, on its way to a job; nothing for anything else.
    static std::optional<UnlockKey> fromHex(std::string_view hex);
    [[nodiscard]] base::SecretBytes hex() const;

    [[nodiscard]] base::Bytes seal(base::ByteView secret, std::string_view purpose) const;
    /// Nothing when it was sealed by another key, for another purpose, or was changed.
    [[nodiscard]] std::optional<base::SecretBytes> open(base::ByteView sealedSecret,
                                                        std::string_view purpose) const;

private:
    friend class UnlockSeal;
    static constexpr std::size_t kKeyBytes = 32;

    base::Secret<kKeyBytes> key_;
};

/// The unlock key under a logon password. Opening takes as long as checking the password does.
class UnlockSeal final {
public:
    /// Throws Error (Exhausted, "CONFIG-0005") when there is no memory for it.
    static UnlockSeal of(const UnlockKey& key, std::string_view password);

    /// Reads what text() wrote; nothing for anything else.
    static std::optional<UnlockSeal> parse(std::string_view text);
    /// "scrypt LOG2N R P SALT SEALED", the last two in hex.
    [[nodiscard]] std::string text() const;

    /// Nothing under another password. Throws as of() does.
    [[nodiscard]] std::optional<UnlockKey> open(std::string_view password) const;

    bool operator==(const UnlockSeal&) const = default;

private:
    static constexpr std::size_t kSaltBytes = 16;

    ScryptCost cost_;
    std::array<base::Byte, kSaltBytes> salt_{};
    base::Bytes sealed_;
};

/// Where a running service has the unlock key, once somebody entered the password. Thread-safe.
class UnlockKeeper final {
public:
    void take(const UnlockKey& key) {
        const std::lock_guard lock(mutex_);
        key_ = key;
    }
    [[nodiscard]] std::optional<UnlockKey> key() const {
        const std::lock_guard lock(mutex_);
        return key_;
    }

private:
    mutable std::mutex mutex_;  // guards key_
    std::optional<UnlockKey> key_;
};

}  // namespace config
