// SPDX-License-Identifier: Apache-2.0
// sealed_object.hpp: the header that begins every object of a vault, and objects that are one sealed body.
//
// Header, 40 bytes: "HBRV", format version, object kind, cipher, 0, then a random salt of 32 bytes. Salt,
// kind, version, cipher, vault and object name together give the object's key (VaultKeys::objectKey).
#pragma once

#include <cstdint>
#include <string>

#include "agent/vault/cipher.hpp"
#include "agent/vault/keys.hpp"
#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"

namespace vault {

/// Version of the vault format that this program writes; it reads this and all earlier ones.
inline constexpr base::Byte kFormatVersion = 1;

/// The numbers are stored in object headers.
enum class ObjectKind : std::uint8_t {
    JournalEntry = 1,
    Point = 2,
    IndexRun = 3,
    Pack = 4,
    KeyLabel = 5,
};

inline constexpr std::size_t kHeaderBytes = 8 + kSaltBytes;

/// Begins a new object: a header with a fresh salt. Its cipher is made by objectCipher().
base::Bytes makeHeader(ObjectKind kind);

/// Checks a stored header and makes the cipher of that object. Throws Error (Corrupt) when the header is
/// damaged or of another kind or a newer version: whoever reads packs and runs has read the journal before,
/// and there a newer HBR would have been met (openObject()).
Cipher objectCipher(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView header);

/// Seals `plain` as a whole object, padded so that its size tells little (paddedSize()), and opens it again
/// before it is returned (seal_proof.hpp). Throws Error (Internal, "VAULT-0020") when it does not come out
/// as it went in.
base::Bytes sealObject(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView plain);

/// Opens what sealObject() made. Throws Error: Corrupt ("VAULT-0002") when it was damaged or stands in
/// another's place, Unsupported ("VAULT-0003") when a newer HBR wrote it.
base::Bytes openObject(const VaultKeys& keys, ObjectKind kind, const std::string& name,
                       base::ByteView stored);

/// The size to which `sizeBytes` is padded: at most 6.25 % more and, seen from outside, one of few values.
std::uint64_t paddedSize(std::uint64_t sizeBytes) noexcept;

/// The error for what a newer HBR wrote.
base::Error writtenByNewer(base::Byte version);

/// The error for an object that is damaged.
base::Error damagedObject(const std::string& name, const std::string& why);

/// The error for an object that ought to be there and is not.
base::Error missingObject(const std::string& name);

}  // namespace vault
