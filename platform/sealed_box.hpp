// SPDX-License-Identifier: Apache-2.0
// sealed_box.hpp: a small secret under a key: AES-256-GCM with a random nonce.
//
// A box is the nonce, 12 bytes, the ciphertext, and a tag of 16 bytes. Nonces are random, so that one key is
// good for the few secrets that it seals in its life, and not for masses of data.
#pragma once

#include <cstddef>
#include <optional>

#include "platform/base/bytes.hpp"

namespace platform {

inline constexpr std::size_t kBoxKeyBytes = 32;
/// What a box is larger than what it holds.
inline constexpr std::size_t kBoxOverheadBytes = 28;

/// `key` has kBoxKeyBytes. What `bound` says must be given again to open the box. Throws Error (Internal,
/// "SECRET-0003") when the cryptographic library fails.
[[nodiscard]] base::Bytes sealBox(base::ByteView key, base::ByteView secret, base::ByteView bound);

/// Nothing when the box was sealed under another key or for something else, or was changed. Throws as
/// sealBox() does.
[[nodiscard]] std::optional<base::SecretBytes> openBox(base::ByteView key, base::ByteView box,
                                                       base::ByteView bound);

}  // namespace platform
