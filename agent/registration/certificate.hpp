// SPDX-License-Identifier: Apache-2.0
// certificate.hpp: what a console tells a client that registers: who it is, and where its vault lies.
//
// A person carries it from the console to the client, so it is text, signed, and good for two days. It holds
// no secret: the access key takes another way. agent/doc/certificate_format.md has the bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "agent/registration/ids.hpp"
#include "agent/registration/issuer_key.hpp"
#include "agent/registration/signed_token.hpp"
#include "agent/s3/settings.hpp"
#include "platform/clock.hpp"

namespace registration {

inline constexpr std::chrono::seconds kValidFor = std::chrono::hours(48);

/// How much earlier than a certificate's issue a client's clock may be.
inline constexpr std::chrono::seconds kClockTolerance = std::chrono::minutes(5);

inline constexpr std::size_t kMostDescriptionCharacters = 256;
inline constexpr std::size_t kMostFolderBytes = 512;
inline constexpr std::size_t kMostRegionBytes = 64;
inline constexpr std::size_t kMostUrlBytes = 300;
inline constexpr std::size_t kMostAuthorityBytes = 32 * base::kKiB;

/// From where a client reaches the store's server.
enum class Network : std::uint8_t { Vpc = 1, Classic = 2, Public = 3 };

/// "vpc", "classic", "public".
std::string_view toString(Network network) noexcept;
std::optional<Network> parseNetwork(std::string_view name) noexcept;

struct ClientIdentity {
    ClientId id;
    std::string name;

    bool operator==(const ClientIdentity&) const = default;
};

struct VaultIdentity {
    std::string name;
    std::string description;  // empty: none

    bool operator==(const VaultIdentity&) const = default;
};

/// A folder of a bucket of an S3 server, which is the one kind of store that a certificate can name.
struct Bucket {
    std::string name;
    std::string folder;  // without slashes around; empty: the whole bucket
    std::string region;
    s3::Addressing addressing = s3::Addressing::Path;
    std::map<Network, s3::Endpoint> endpoints;  // one at least
    std::string authorities;                    // PEM; empty: those that the client's system trusts

    /// "s3://name/folder".
    [[nodiscard]] std::string place() const;
};

struct Certificate {
    CertificateId id;
    platform::Timestamp issuedAt;  // whole seconds
    ClientIdentity client;
    VaultIdentity vault;
    Bucket bucket;

    /// The last second in which it is good.
    [[nodiscard]] platform::Timestamp endsAt() const;
};

/// A certificate whose signature was found right.
struct ReadCertificate {
    Certificate certificate;
    IssuerId issuer;
};

/// Signs a certificate. Throws Error (Invalid, "CERT-0009") when something in it cannot be as it is.
std::string issue(const IssuerKey& key, const Certificate& certificate);

/// Reads a certificate that somebody signed whom the client trusts. Does not look at the clock:
/// requireValidAt() does. Throws as openSigned() does, and Error (Invalid, "CERT-0009") when what was signed
/// breaks a rule, (Unsupported, "CERT-0006") for another kind of store.
ReadCertificate readCertificate(std::string_view text, const Trust& trust);

/// Throws Error (Denied): "CERT-0007" when the certificate has run out, "CERT-0008" when `now` lies more than
/// five minutes before its issue, so that one of the two clocks is wrong.
void requireValidAt(const Certificate& certificate, platform::Timestamp now);

}  // namespace registration
