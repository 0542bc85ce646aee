// SPDX-License-Identifier: Apache-2.0
// signed_token.hpp: content with the signature of an issuer, as text. agent/doc/certificate_format.md has the
// bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/registration/ids.hpp"
#include "agent/registration/issuer_key.hpp"
#include "platform/base/bytes.hpp"

namespace registration {

/// Whose signatures a client believes.
class Trust final {
public:
    /// Those of some issuers; nobody's when there are none.
    static Trust in(const std::vector<IssuerId>& issuers);

    /// The same, of issuers by their fingerprints.
    static Trust inFingerprints(std::vector<std::string> fingerprints) {
        return Trust(std::move(fingerprints));
    }

    /// Anybody's. For who only looks, and for a client that knows no issuer yet: the caller shows the
    /// issuer's fingerprint to a person and remembers it.
    static Trust inAnybody() { return Trust(std::nullopt); }

    /// Throws Error (Denied, "CERT-0005"), which names this issuer and those that are believed.
    void require(const IssuerId& issuer) const;

private:
    explicit Trust(std::optional<std::vector<std::string>> fingerprints)
        : fingerprints_(std::move(fingerprints)) {}

    std::optional<std::vector<std::string>> fingerprints_;  // nothing: anybody
};

/// Content whose signature was found right.
struct SignedContent {
    IssuerId issuer;
    base::Bytes content;
};

std::string signedText(const IssuerKey& key, base::ByteView content);

/// Checks form, version, signature and issuer, and looks at no byte of the content.
///
/// Throws as unarmoured() and Trust::require() do, and Error (Unsupported, "CERT-0006") for a later version,
/// (Denied, "CERT-0004") for a signature that does not fit.
SignedContent openSigned(std::string_view text, const Trust& trust);

}  // namespace registration
