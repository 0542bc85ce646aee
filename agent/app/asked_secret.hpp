// SPDX-License-Identifier: Apache-2.0
// asked_secret.hpp: a secret from wherever a person has it: a file, the environment, the terminal.
#pragma once

#include "agent/app/command.hpp"

namespace app {

/// By which option and variable a secret may come, and how it is asked for.
struct SecretWords {
    const char* fileOption;
    const char* variable;
    const char* name;  // "The logon password"
};

inline constexpr SecretWords kLogonPassword{"logon-password-file", "HBR_LOGON_PASSWORD",
                                            "The logon password"};
inline constexpr SecretWords kVaultPassword{"vault-password-file", "HBR_PASSWORD", "The vault's password"};

enum class Typing { Once, Twice };

/// Throws Error (Invalid): "CLI-0071" when there is no terminal to ask on, "CLI-0015" when the two differ.
base::SecretBytes askedSecret(Command& command, const SecretWords& words, Typing typing = Typing::Once);

}  // namespace app
