// SPDX-License-Identifier: Apache-2.0
// cipher.hpp: authenticated encryption of one object's parts under that object's own key.
//
// Nonces never repeat under a key, by construction: every object has a key of its own (keys.hpp), and within
// an object every part is sealed once, under a nonce made of its role and its number (invariant I10).
#pragma once

#include <cstdint>
#include <memory>

#include "platform/base/bytes.hpp"

namespace vault {

/// The numbers are stored in object headers.
enum class CipherKind : std::uint8_t {
    Aes256Gcm = 1,
    ChaCha20Poly1305 = 2,
};

/// AES-256-GCM where the processor has instructions for it, ChaCha20-Poly1305 elsewhere.
CipherKind preferredCipher() noexcept;

/// What a sealed part is; part of its nonce, so that none can stand in for another.
enum class PartRole : std::uint32_t {
    Body = 1,
    Segment = 2,
    Directory = 3,
    Footer = 4,
    IndexBlock = 5,
    FilterBlock = 6,
    PackTable = 7,
    Key = 8,
};

inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kCipherKeyBytes = 32;

/// Seals and opens the parts of one object. Not thread-safe; cheap enough to make one per thread and object.
class Cipher final {
public:
    Cipher(CipherKind kind, const base::Secret<kCipherKeyBytes>& key);
    ~Cipher();
    Cipher(const Cipher&) = delete;
    Cipher& operator=(const Cipher&) = delete;

    /// Writes prefix and payload, encrypted, then the tag. `to` has room for exactly both and kTagBytes.
    /// `number` must never be used twice with one role in one object.
    void seal(PartRole role, std::uint64_t number, base::ByteView prefix, base::ByteView payload,
              base::MutableBytes to);

    /// Decrypts a sealed part into `to`, which has room for it less kTagBytes. False, and `to` wiped, when
    /// it was not sealed by this key for this role and number, or was changed since.
    [[nodiscard]] bool open(PartRole role, std::uint64_t number, base::ByteView sealedPart,
                            base::MutableBytes to);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace vault
