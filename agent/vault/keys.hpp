// SPDX-License-Identifier: Apache-2.0
// keys.hpp: the vault's master key and everything derived from it.
#pragma once

#include <string_view>

#include "agent/vault/cipher.hpp"
#include "agent/vault/ids.hpp"
#include "platform/base/bytes.hpp"

namespace vault {

inline constexpr std::size_t kMasterKeyBytes = 32;
inline constexpr std::size_t kSaltBytes = 32;

using MasterKey = base::Secret<kMasterKeyBytes>;

/// A new random master key.
MasterKey makeMasterKey();

/// HKDF-SHA256 (RFC 5869) to 32 bytes.
base::Secret<32> hkdf(base::ByteView key, base::ByteView salt, base::ByteView info);

/// The keys of one vault. Copyable; wiped when destroyed. Thread-safe (never changes).
class VaultKeys final {
public:
    VaultKeys(const VaultId& vaultId, const MasterKey& master);

    [[nodiscard]] const VaultId& vaultId() const noexcept { return vaultId_; }
    [[nodiscard]] const MasterKey& master() const noexcept { return master_; }

    /// Keys chunk ids (chunk_hasher.hpp).
    [[nodiscard]] const base::Secret<32>& chunkIdKey() const noexcept { return chunkIdKey_; }
    /// Keys chunk boundaries (chunker.hpp) and tree boundaries (tree_writer.hpp).
    [[nodiscard]] const base::Secret<32>& boundaryKey() const noexcept { return boundaryKey_; }

    /// The key that seals one object: bound to the vault, to the object's header (kind, version, cipher and
    /// salt) and to its name, so that no object opens in another's place.
    [[nodiscard]] base::Secret<32> objectKey(base::ByteView header, base::ByteView salt,
                                             std::string_view name) const;

private:
    VaultId vaultId_;
    MasterKey master_;
    base::Secret<32> sealKey_;
    base::Secret<32> chunkIdKey_;
    base::Secret<32> boundaryKey_;
};

}  // namespace vault
