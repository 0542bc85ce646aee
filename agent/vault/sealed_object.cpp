// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/sealed_object.hpp"

#include <bit>

#include "agent/vault/random.hpp"
#include "agent/vault/seal_proof.hpp"

namespace vault {

namespace {

constexpr std::string_view kMagic = "HBRV";
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kKindAt = 5;
constexpr std::size_t kLengthPrefixBytes = 8;
constexpr std::uint64_t kSmallestObjectBytes = 512;

/// Throws Unsupported when a newer program wrote the object. The version is a part of what keys the seal, so
/// an object that opens under the version that we write is ours, and its header is damaged.
void refuseNewer(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView stored) {
    if (stored.size() < kHeaderBytes || stored[kVersionAt] <= kFormatVersion) return;
    if (base::asText(stored.first(kMagic.size())) != kMagic) return;
    base::Bytes ours(stored.begin(), stored.end());
    ours[kVersionAt] = kFormatVersion;
    try {
        static_cast<void>(openObject(keys, kind, name, ours));
    } catch (const base::Error&) {
        throw writtenByNewer(stored[kVersionAt]);
    }
}

}  // namespace

base::Error writtenByNewer(base::Byte version) {
    return base::Error(base::ErrorKind::Unsupported, "VAULT-0003",
                       "This vault was written by a newer version of HBR (format " + std::to_string(version) +
                           "; this program knows up to format " + std::to_string(kFormatVersion) + ")",
                       "Update HBR on this machine. Nothing was changed.", base::Retry::AfterFix);
}

base::Bytes makeHeader(ObjectKind kind) {
    base::Bytes header(base::asBytes(kMagic).begin(), base::asBytes(kMagic).end());
    header.push_back(kFormatVersion);
    header.push_back(static_cast<base::Byte>(kind));
    header.push_back(static_cast<base::Byte>(preferredCipher()));
    header.push_back(0);
    header.resize(kHeaderBytes);
    fillRandom(base::MutableBytes(header).last(kSaltBytes));
    return header;
}

Cipher objectCipher(const VaultKeys& keys, ObjectKind kind, const std::string& name, base::ByteView header) {
    if (header.size() < kHeaderBytes || base::asText(header.first(kMagic.size())) != kMagic) {
        throw damagedObject(name, "its header is not that of a vault object");
    }
    if (header[kVersionAt] > kFormatVersion) throw damagedObject(name, "its header names an unknown format");
    if (header[kKindAt] != static_cast<base::Byte>(kind)) {
        throw damagedObject(name, "another kind of object stands in its place");
    }
    const auto cipher = static_cast<CipherKind>(header[6]);
    if (cipher != CipherKind::Aes256Gcm && cipher != CipherKind::ChaCha20Poly1305) {
        throw damagedObject(name, "its header names an unknown cipher");
    }
    return Cipher(cipher, keys.objectKey(header.first(8), header.subspan(8, kSaltBytes), name));
}

base::Bytes sealObject(const VaultKeys& keys, ObjectKind kind, const std::string& name,
                       base::ByteView plain) {
    base::Bytes object = makeHeader(kind);
    Cipher cipher = objectCipher(keys, kind, name, object);
    const std::size_t total = static_cast<std::size_t>(std::max(
        kSmallestObjectBytes, paddedSize(kHeaderBytes + kLengthPrefixBytes + plain.size() + kTagBytes)));
    base::Bytes body(kLengthPrefixBytes);
    base::storeLittleEndian<std::uint64_t>(body.data(), plain.size());
    base::append(body, plain);
    body.resize(total - kHeaderBytes - kTagBytes);
    object.resize(total);
    cipher.seal(PartRole::Body, 0, body, {}, base::MutableBytes(object).subspan(kHeaderBytes));
    proveSealedObject(keys, kind, name, object, plain);  // Invariant: I13
    return object;
}

base::Bytes openObject(const VaultKeys& keys, ObjectKind kind, const std::string& name,
                       base::ByteView stored) {
    refuseNewer(keys, kind, name, stored);
    Cipher cipher = objectCipher(keys, kind, name, stored);
    const base::ByteView sealedBody = stored.subspan(kHeaderBytes);
    if (sealedBody.size() < kTagBytes + kLengthPrefixBytes) throw damagedObject(name, "it is too short");
    base::Bytes body(sealedBody.size() - kTagBytes);
    if (!cipher.open(PartRole::Body, 0, sealedBody, body)) throw damagedObject(name, "its seal is broken");
    const auto sizeBytes = base::loadLittleEndian<std::uint64_t>(body.data());
    if (sizeBytes > body.size() - kLengthPrefixBytes) throw damagedObject(name, "its length is impossible");
    body.erase(body.begin(), body.begin() + kLengthPrefixBytes);
    body.resize(static_cast<std::size_t>(sizeBytes));
    return body;
}

std::uint64_t paddedSize(std::uint64_t sizeBytes) noexcept {
    // Keeps the five leading bits of the size and rounds up the rest.
    const auto bits = static_cast<unsigned>(std::bit_width(sizeBytes));
    if (bits <= 5) return sizeBytes;
    const std::uint64_t granule = std::uint64_t{1} << (bits - 5);
    return (sizeBytes + granule - 1) / granule * granule;
}

base::Error damagedObject(const std::string& name, const std::string& why) {
    return base::Error(base::ErrorKind::Corrupt, "VAULT-0002",
                       "The vault object '" + name + "' is damaged: " + why,
                       "Run 'hbr verify' to see what is affected, then 'hbr repair'.", base::Retry::AfterFix);
}

base::Error missingObject(const std::string& name) {
    return base::Error(base::ErrorKind::Corrupt, "VAULT-0004", "The vault object '" + name + "' is missing",
                       "Run 'hbr verify' to see what is affected, then 'hbr repair'.", base::Retry::AfterFix);
}

}  // namespace vault
