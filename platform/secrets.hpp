// SPDX-License-Identifier: Apache-2.0
// secrets.hpp: seals small secrets so that only this machine (or this user on it) can open them again.
#pragma once

#include <memory>
#include <string>

#include "platform/base/bytes.hpp"

namespace platform {

/// Seals secrets with the machine's key store: on Linux AES-256-GCM under a key file that only its owner can
/// read, on Windows DPAPI. Thread-safe.
class SecretStore {
public:
    virtual ~SecretStore() = default;

    /// Seals the secret; `purpose` must be given again to open it.
    [[nodiscard]] virtual base::Bytes seal(base::ByteView secret, const std::string& purpose) = 0;

    /// Throws Error (Denied, "SECRET-0001") when it was sealed elsewhere, for another purpose, or was
    /// changed.
    [[nodiscard]] virtual base::SecretBytes open(base::ByteView sealedSecret, const std::string& purpose) = 0;
};

/// The machine's store; keeps its key file, where it needs one, in the given private folder, created on first
/// use.
std::unique_ptr<SecretStore> makeSecretStore(const std::string& folder);

}  // namespace platform
