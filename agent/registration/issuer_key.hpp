// SPDX-License-Identifier: Apache-2.0
// issuer_key.hpp: the Ed25519 key that signs certificates, and the check of what it signed.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/registration/ids.hpp"
#include "platform/base/bytes.hpp"
#include "platform/file_system.hpp"

namespace registration {

inline constexpr std::size_t kSignatureBytes = 64;
using Signature = std::array<base::Byte, kSignatureBytes>;

/// A key pair. Whoever has it can send clients to a server of their own. Its memory is wiped when it goes.
class IssuerKey final {
public:
    static IssuerKey makeNew();

    /// Reads PKCS#8 in PEM form. Throws Error (Invalid, "CERT-0010") for anything but an Ed25519 key that no
    /// password guards; never asks for one.
    static IssuerKey fromPem(base::ByteView pem);

    ~IssuerKey();
    IssuerKey(IssuerKey&&) noexcept;
    IssuerKey& operator=(IssuerKey&&) noexcept;
    IssuerKey(const IssuerKey&) = delete;
    IssuerKey& operator=(const IssuerKey&) = delete;

    /// The public half.
    [[nodiscard]] IssuerId id() const;
    [[nodiscard]] base::SecretBytes pem() const;
    [[nodiscard]] Signature sign(base::ByteView message) const;

private:
    struct Impl;
    explicit IssuerKey(std::unique_ptr<Impl> impl);

    std::unique_ptr<Impl> impl_;
};

/// True when `issuer` signed exactly this message. Any bytes may come in.
bool isSignedBy(const IssuerId& issuer, base::ByteView message, base::ByteView signature);

/// What people compare: 128 bits of the hash of the public key, such as "1f0c-33ab-...", 39 characters.
std::string fingerprint(const IssuerId& issuer);

/// The fingerprint of an issuer that a person names by its public key of 64 hex digits, or by its fingerprint
/// in any case, with or without its '-'. Nothing for any other text.
std::optional<std::string> fingerprintFrom(std::string_view text);

/// Writes the key to a new file that only its owner may read. Durable on return. Throws Error (Exists) when
/// the path names something: a key is never replaced.
void saveIssuerKey(const platform::FileSystem& fileSystem, const std::string& path, const IssuerKey& key);

/// Throws as fromPem() does, and Error (Denied, "CERT-0011") when others than the owner may read the file,
/// which Linux tells.
IssuerKey loadIssuerKey(const platform::FileSystem& fileSystem, const std::string& path);

}  // namespace registration
