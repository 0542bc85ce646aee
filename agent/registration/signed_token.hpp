// SPDX-License-Identifier: Apache-2.0
// signed_token.hpp: content with the signature of an issuer, as text. agent/doc/certificate_format.md has the
// bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/registration/ids.hpp"
#include "agent/registration/issuer_key.hpp"
#include "platform/base/bytes.hpp"

namespace registration {

/// Content whose signature was found right.
struct SignedContent {
    IssuerId issuer;
    base::Bytes content;
};

std::string signedText(const IssuerKey& key, base::ByteView content);

/// Checks form, version, signature and issuer, and looks at no byte of the content.
///
/// `trusted` are the issuers that this client believes. When it is empty any issuer is taken; the caller then
/// shows its fingerprint to a person and remembers it. Throws as unarmoured() does, and Error (Unsupported,
/// "CERT-0006") for a later version, (Denied, "CERT-0004") for a signature that does not fit, (Denied,
/// "CERT-0005") for an issuer that is not trusted.
SignedContent openSigned(std::string_view text, const std::vector<IssuerId>& trusted);

}  // namespace registration
