// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/signed_token.hpp"

#include <algorithm>

#include "agent/registration/armour.hpp"
#include "platform/base/error.hpp"
#include "platform/base/wire.hpp"

namespace registration {

namespace {

constexpr std::string_view kMagic = "HBRC";
constexpr base::Byte kVersion = 1;
constexpr std::size_t kVersionOffset = 4;
constexpr std::size_t kSizeOffset = 5;
constexpr std::size_t kIssuerOffset = 9;
constexpr std::size_t kHeadBytes = kIssuerOffset + IssuerId::kSizeBytes;

/// Stands before what is signed, so that no signature over anything else can be passed off as one of these.
constexpr std::string_view kPurpose = "HBR registration certificate\n";

base::Bytes signedMessage(base::ByteView headAndContent) {
    base::Bytes message;
    base::append(message, base::asBytes(kPurpose));
    base::append(message, headAndContent);
    return message;
}

/// Looks at magic, version and size only.
void requireForm(base::ByteView token) {
    if (!base::asText(token).starts_with(kMagic)) {
        if (token.size() < kMagic.size()) throwCutShort("most of it is missing");
        throwEdited("its beginning was changed");
    }
    if (token.size() > kVersionOffset && token[kVersionOffset] != kVersion) {
        throw base::Error(base::ErrorKind::Unsupported, "CERT-0006",
                          "The certificate has form " + std::to_string(token[kVersionOffset]) +
                              ", and this program knows form 1",
                          "Update HBR on this machine.");
    }
    if (token.size() < kHeadBytes + kSignatureBytes) throwCutShort("most of it is missing");
    const std::uint64_t contentBytes = base::loadLittleEndian<std::uint32_t>(token.data() + kSizeOffset);
    const std::uint64_t there = token.size() - kHeadBytes - kSignatureBytes;
    if (there < contentBytes) throwCutShort("lines are missing");
    if (there > contentBytes) throwEdited("something was added");
}

}  // namespace

Trust Trust::in(const std::vector<IssuerId>& issuers) {
    std::vector<std::string> fingerprints;
    for (const IssuerId& issuer : issuers) fingerprints.push_back(fingerprint(issuer));
    return Trust(std::move(fingerprints));
}

void Trust::require(const IssuerId& issuer) const {
    const std::string own = fingerprint(issuer);
    if (!fingerprints_ || std::ranges::find(*fingerprints_, own) != fingerprints_->end()) return;
    std::string known;
    for (const std::string& one : *fingerprints_) known += (known.empty() ? "" : " or ") + one;
    throw base::Error(base::ErrorKind::Denied, "CERT-0005",
                      "The certificate is of another console, or forged: it was signed by " + own +
                          ", and this client trusts " + (known.empty() ? "nobody" : known),
                      "Download the certificate from the console that this client belongs to.");
}

std::string signedText(const IssuerKey& key, base::ByteView content) {
    base::Bytes token;
    base::Encoder encoder(token);
    encoder.raw(base::asBytes(kMagic));
    encoder.byte(kVersion);
    encoder.fixed(static_cast<std::uint32_t>(content.size()));
    encoder.raw(key.id().view());
    encoder.raw(content);
    encoder.raw(key.sign(signedMessage(token)));
    return armoured(token);
}

SignedContent openSigned(std::string_view text, const Trust& trust) {
    const base::Bytes bytes = unarmoured(text);
    const base::ByteView token(bytes);
    requireForm(token);
    const base::ByteView headAndContent = token.first(token.size() - kSignatureBytes);
    const IssuerId issuer = IssuerId::fromBytes(token.subspan(kIssuerOffset));
    if (!isSignedBy(issuer, signedMessage(headAndContent), token.last(kSignatureBytes))) {
        throw base::Error(base::ErrorKind::Denied, "CERT-0004",
                          "The certificate is forged or was changed: its signature does not fit what it says",
                          "Download a new one from the console.");
    }
    trust.require(issuer);
    const base::ByteView content = headAndContent.subspan(kHeadBytes);
    return {issuer, base::Bytes(content.begin(), content.end())};
}

}  // namespace registration
