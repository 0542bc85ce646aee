// SPDX-License-Identifier: Apache-2.0
// vault_access.hpp: finds the vault that a command means, and the key to it.
#pragma once

#include <memory>
#include <string>

#include "agent/app/command.hpp"
#include "agent/vault/vault.hpp"

namespace app {

struct OpenedVault {
    std::unique_ptr<vault::Vault> vault;
    std::string path;
};

/// The words by which a command line and the environment name a vault and its password.
struct VaultWords {
    const char* option;
    const char* variable;
    const char* passwordFile;
    const char* passwordCommand;
    const char* passwordVariable;
};

inline constexpr VaultWords kVaultWords{"vault", "HBR_VAULT", "password-file", "password-command",
                                        "HBR_PASSWORD"};
/// Of the vault that 'copy' writes to.
inline constexpr VaultWords kTargetWords{"to", "HBR_TO", "to-password-file", "to-password-command",
                                         "HBR_TO_PASSWORD"};

/// Opens the vault named by --vault or HBR_VAULT, or the only one that is remembered: with the remembered
/// key, or with a password when one is given explicitly or the vault is not remembered.
OpenedVault openVault(Command& command, vault::Vault::JournalNeed need,
                      const VaultWords& words = kVaultWords);

/// The password of an existing vault: --password-file, --password-command, HBR_PASSWORD, or asked for. Other
/// words name other options.
base::SecretBytes existingPassword(Command& command, const std::string& path,
                                   const VaultWords& words = kVaultWords);

/// A new password: from the file if one is given, else the environment variable, else asked for twice. Throws
/// Error (Invalid, "KEY-0002") for one that is empty or too short.
base::SecretBytes newPassword(Command& command, const std::string& fileOption, const std::string& variable);

}  // namespace app
