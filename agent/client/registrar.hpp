// SPDX-License-Identifier: Apache-2.0
// registrar.hpp: makes this machine a client of a console's: by a certificate, an access key and a password.
//
// Everything is judged first, and the access key is tried with real requests, before anything is kept. Then
// come, each written whole:
//   1. the authorities of the certificate, in a file named after what they are,
//   2. the seal of the unlock key, when the access key is to be encrypted and there is none,
//   3. the vault in the vault book,
//   4. agent.conf: logon password, issuer, and who this client is.
// The last one makes the client. Whatever is cut off before it leaves the machine as it was, but for a vault
// that may be made or remembered already, and the same call once more completes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/config/agent_settings.hpp"
#include "agent/config/vault_book.hpp"
#include "agent/registration/certificate.hpp"
#include "platform/base/cancel.hpp"
#include "platform/base/error.hpp"

namespace client {

/// References are not owned and outlive the registrar.
struct RegistrarParts {
    const platform::FileSystem& fileSystem;
    const platform::Clock& clock;
    std::string configFolder;  // absolute
    base::CancelToken cancel;
};

/// What a certificate says to this machine.
struct Look {
    registration::Certificate certificate;
    std::string issuer;  // its fingerprint
    bool isIssuerTrusted = false;
    std::string
        difference;  // a sentence when it is for another client or vault than the registered; or empty
};

struct AccessKey {
    std::string id;
    base::SecretBytes secret;
};

/// What a person fills in.
struct Form {
    std::string certificate;  // the text
    AccessKey accessKey;
    std::optional<registration::Network> network;  // nothing: the only one that the certificate has
    base::SecretBytes logonPassword;               // the agent's own, once it has one
    base::SecretBytes vaultPassword;               // of the vault that is there, or for the one to be made
    bool encryptsAccessKey = false;
    std::string confirmedIssuer;  // the fingerprint that a person compared; for issuers not trusted yet
    bool acceptsDifference = false;
};

struct Registered {
    config::RegisteredClient client;
    bool isVaultNew = false;
    std::optional<config::UnlockKey> unlockKey;  // that the access key is encrypted with
};

/// Not thread-safe, and one at a time on a machine.
class Registrar final {
public:
    explicit Registrar(RegistrarParts parts);

    /// Reads a certificate and judges it. Throws as readCertificate() and requireValidAt() do: "CERT-..."
    [[nodiscard]] Look look(std::string_view certificate) const;

    /// Tries the access key on the certificate's place: true when a vault is there. Throws Error: Invalid
    /// ("CLIENT-0001") for a network that the certificate does not have, and "BUCKET-..." as the store does.
    [[nodiscard]] bool tryAccessKey(const Look& look, const AccessKey& accessKey,
                                    std::optional<registration::Network> network) const;

    /// Throws Error as the others do, and Denied: "CLIENT-0002" when nobody has confirmed a new issuer,
    /// "CLIENT-0004" for a wrong logon password, "KEY-0001" for a wrong one of the vault; Exists
    /// ("CLIENT-0003") for another client or vault that was not accepted; Invalid ("CONFIG-0004", "KEY-0002")
    /// for passwords that are too short.
    Registered enrol(const Form& form);

private:
    struct Way;
    [[nodiscard]] Way wayTo(const Look& look, const AccessKey& accessKey,
                            std::optional<registration::Network> network) const;
    void requireAllowed(const Look& look, const Form& form) const;
    [[nodiscard]] std::string nameFor(const registration::Certificate& certificate,
                                      const std::string& place) const;
    [[nodiscard]] config::UnlockKey unlockKeyFor(std::string_view logonPassword);
    void keepAuthorities(const registration::Certificate& certificate) const;
    [[nodiscard]] std::string authoritiesFile(const registration::Certificate& certificate) const;

    const RegistrarParts parts_;
    config::AgentSettingsFile settings_;
};

/// What this machine's backups are called by, when nobody says otherwise: HBR_CLIENT, else the name that its
/// certificate has, else the machine's.
std::string ownName(const platform::FileSystem& fileSystem, const std::string& configFolder);

}  // namespace client
