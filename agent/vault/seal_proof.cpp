// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/seal_proof.hpp"

#include <algorithm>

namespace vault {

namespace {

/// Internal and not Corrupt: nothing in the vault is damaged, and whoever works around damage must not work
/// around this.
base::Error sealedWrongly() {
    return base::Error(base::ErrorKind::Internal, "VAULT-0020",
                       "A part of the vault's own records did not survive encryption unchanged, so it was "
                       "not stored",
                       "The machine's memory, processor or a library is faulty: test the memory before the "
                       "next backup.",
                       base::Retry::AfterFix);
}

bool opensAs(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView stored,
             base::ByteView plain) {
    try {
        const base::Bytes opened = openObject(keys, kind, name, stored);
        return std::equal(opened.begin(), opened.end(), plain.begin(), plain.end());
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt && error.kind() != base::ErrorKind::Unsupported) throw;
        return false;
    }
}

}  // namespace

void proveSealedPart(Cipher& cipher, PartRole role, std::uint64_t number, base::ByteView sealedPart,
                     base::ByteView plain) {
    base::Bytes opened(plain.size());
    if (!cipher.open(role, number, sealedPart, opened) ||
        !std::equal(opened.begin(), opened.end(), plain.begin())) {
        throw sealedWrongly().addContext("role", std::to_string(static_cast<unsigned>(role)));
    }
}

void proveSealedObject(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView stored,
                       base::ByteView plain) {
    if (!opensAs(keys, kind, name, stored, plain)) throw sealedWrongly().addContext("object", name);
}

}  // namespace vault
