// SPDX-License-Identifier: Apache-2.0
// vault_book.hpp: the vaults that this user has connected, each with its key sealed for this machine.
//
// One small text file a vault, "<config folder>/vaults/<name>", readable by its owner only;
// agent/app/README.md describes it. With it, daily commands need no password.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/unlock_key.hpp"
#include "platform/base/bytes.hpp"
#include "platform/file_system.hpp"

namespace config {

/// Throws Error (Denied, "CONFIG-0006"): the secrets of the vault are under the logon password.
[[noreturn]] void throwLocked(const std::string& vault);

/// A vault that is remembered. The key is still sealed.
struct RememberedVault {
    std::string name;
    std::string path;     // absolute, or a place such as "s3://bucket/prefix"
    std::string vaultId;  // hex
    base::Bytes sealedKey;
    std::map<std::string, std::string> storeOptions;  // how to reach the place
    base::Bytes sealedCredentials;                    // empty when the place needs none
    base::Bytes sealedProxyLogin;                     // empty when no proxy asks for one
    bool isUnderPassword = false;                     // sealed by the unlock key, too

    bool operator==(const RememberedVault&) const = default;
};

/// What a place takes to be reached besides its name: nothing for a folder.
struct StoreAccess {
    std::map<std::string, std::string> options;
    base::SecretBytes credentials;        // empty: none to remember
    base::SecretBytes proxyLogin;         // the same
    std::optional<UnlockKey> under = {};  // seals all of this and the vault's key, besides the machine
};

/// True for letters, digits, '-', '_' and '.', not beginning with '.' or '-', at most 64 bytes.
bool isVaultName(std::string_view name) noexcept;

/// A name that isVaultName() takes, made out of any text.
std::string vaultNameFrom(std::string_view text);

/// The remembered vaults of one config folder. Not thread-safe.
class VaultBook final {
public:
    VaultBook(const platform::FileSystem& fileSystem, std::string configFolder);

    /// All vaults, by name. Files that cannot be read as one are left out and named in unreadable().
    [[nodiscard]] std::vector<RememberedVault> list();
    [[nodiscard]] const std::vector<std::string>& unreadable() const noexcept { return unreadable_; }

    [[nodiscard]] std::optional<RememberedVault> findName(std::string_view name);
    /// By its folder, however that is written.
    [[nodiscard]] std::optional<RememberedVault> findPath(const std::string& path);

    /// Remembers a vault under a name, in place of what had the name or the path. Durable on return.
    RememberedVault remember(const std::string& name, const std::string& path, const std::string& vaultId,
                             base::ByteView masterKey, const StoreAccess& access = {});

    /// Opens what is under the logon password; without it openKey() and its like throw for such vaults.
    void useUnlockKey(const UnlockKey& key) { unlockKey_ = key; }
    [[nodiscard]] bool hasUnlockKey() const noexcept { return unlockKey_.has_value(); }

    /// The vault's master key. Throws Error (Denied): "SECRET-0001" when another machine or user sealed it,
    /// "CONFIG-0006" when it is under the logon password, and that was not entered or sealed another key.
    [[nodiscard]] base::SecretBytes openKey(const RememberedVault& vault) const;

    /// The access key of the vault's place; empty when none is remembered. Throws as openKey() does.
    [[nodiscard]] base::SecretBytes openCredentials(const RememberedVault& vault) const;

    /// The same for the login at the proxy on the way to that place.
    [[nodiscard]] base::SecretBytes openProxyLogin(const RememberedVault& vault) const;

    /// Removes a vault from the book; the vault itself stays. False when there was none.
    bool forget(const std::string& name);

private:
    [[nodiscard]] std::string fileOf(const std::string& name) const;
    [[nodiscard]] std::optional<RememberedVault> read(const std::string& name) const;
    [[nodiscard]] std::string bestPath(const std::string& path) const;
    [[nodiscard]] base::SecretBytes opened(const RememberedVault& vault, const base::Bytes& sealedSecret,
                                           const std::string& purpose) const;

    const platform::FileSystem& fileSystem_;
    const std::string configFolder_;
    const std::string folder_;
    std::vector<std::string> unreadable_;
    std::optional<UnlockKey> unlockKey_;
};

}  // namespace config
