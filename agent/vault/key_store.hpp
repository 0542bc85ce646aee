// SPDX-License-Identifier: Apache-2.0
// key_store.hpp: the master key, wrapped by any number of passwords, and on paper.
//
// Each password has a key object that is stored twice, "keys/<id>/1" and "keys/<id>/2": it is the only kind
// of object that cannot be worked out again from others.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/vault/keys.hpp"
#include "agent/vault/object_store.hpp"
#include "platform/base/error.hpp"
#include "platform/clock.hpp"

namespace vault {

/// Cost of guessing a password: scrypt with N = 2^log2N, block size r and parallelism p needs 128 * r * N
/// bytes of memory.
struct PasswordCost {
    unsigned log2N = 16;
    unsigned r = 8;
    unsigned p = 1;
};

struct KeyInfo {
    KeyId id;
    std::string label;
    platform::Timestamp created;
};

/// Shortest password that is taken.
inline constexpr std::size_t kMinPasswordBytes = 6;

/// Wraps the keys of a vault with one more password. Throws Error (Invalid, "KEY-0002") for a password that
/// is too short.
KeyInfo addPassword(ObjectStore& store, const VaultKeys& keys, const base::SecretBytes& password,
                    const std::string& label, platform::Timestamp now, PasswordCost cost = {});

/// Tries the password on every key object. Throws Error: Denied ("KEY-0001") when it opens none, NotFound
/// ("VAULT-0001") when there is no vault here, Unsupported when a newer HBR wrote the keys, Corrupt when no
/// key object is whole.
VaultKeys unlock(ObjectStore& store, const base::SecretBytes& password);

/// What wraps the master key. Labels are sealed, so the keys are needed to read them.
std::vector<KeyInfo> listPasswords(ObjectStore& store, const VaultKeys& keys);

/// Throws Error: NotFound when there is no such key, Invalid ("KEY-0004") when no other whole one is left.
void removePassword(ObjectStore& store, const VaultKeys& keys, const KeyId& id);

/// A key object of which one copy is missing or damaged.
struct KeyCopyProblem {
    std::string object;
    std::string sentence;
    bool isMended = false;
};

/// Compares the two copies of every key object and, when asked to, writes a missing or damaged one again from
/// the other. Copies that look whole and differ are reported and left alone.
std::vector<KeyCopyProblem> checkKeyCopies(ObjectStore& store, bool mend);

/// The vaults that key objects say they belong to; nobody vouches for that. Normally one.
std::vector<VaultId> vaultIdsOfKeys(ObjectStore& store);

/// Removes a key without asking whether it is the last.
void removeKeyObjects(ObjectStore& store, const KeyId& id);

/// The error for a place without a vault.
base::Error noVaultHere(const ObjectStore& store);

/// True when the store holds a vault.
bool holdsVault(ObjectStore& store);

/// A text to print and lock away: opens the vault without any password.
std::string recoveryKit(const VaultKeys& keys, const std::string& location);

/// Reads the code from a recovery kit, the code alone or within the whole text. Throws Error (Invalid,
/// "KEY-0005") with the number of the group that is mistyped.
VaultKeys keysFromRecoveryKit(const std::string& text);

}  // namespace vault
