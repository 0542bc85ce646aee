// SPDX-License-Identifier: Apache-2.0
// seal_proof.hpp: opens what was just sealed, before it goes to the store (invariant I13).
//
// Faulty memory, or a fault in a library, must end a run and not become a part of the vault. What is opened
// is compared with the plain bytes, so that bytes which changed on their way into the seal are found, too:
// the seal itself would be in order.
#pragma once

#include <string>

#include "agent/vault/sealed_object.hpp"

namespace vault {

/// Opens a sealed part and compares it with the plain bytes that it was made of. Give it another cipher than
/// the one that sealed, so that the derivation of the key is proven, too. Throws Error (Internal,
/// "VAULT-0020") when they differ.
void proveSealedPart(Cipher& cipher, PartRole role, std::uint64_t number, base::ByteView sealedPart,
                     base::ByteView plain);

/// The same for what sealObject() made.
void proveSealedObject(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView stored,
                       base::ByteView plain);

}  // namespace vault
