// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/certificate.hpp"

#include <algorithm>
#include <utility>

#include "agent/registration/certificate_rules.hpp"
#include "agent/registration/signed_token.hpp"
#include "platform/base/error.hpp"
#include "platform/base/wire.hpp"

namespace registration {

namespace {

constexpr base::Byte kBucketStore = 1;
constexpr std::pair<Network, std::string_view> kNetworks[] = {
    {Network::Vpc, "vpc"}, {Network::Classic, "classic"}, {Network::Public, "public"}};

std::int64_t endOf(std::int64_t issuedAt) noexcept { return issuedAt + kValidFor.count(); }

void encodeBucket(base::Encoder& encoder, const Bucket& bucket) {
    encoder.string(bucket.name);
    encoder.string(bucket.folder);
    encoder.string(bucket.region);
    encoder.byte(bucket.addressing == s3::Addressing::Host ? 1 : 0);
    encoder.number(bucket.endpoints.size());
    for (const auto& [network, endpoint] : bucket.endpoints) {
        encoder.byte(static_cast<base::Byte>(network));
        encoder.string(endpoint.url());
    }
    encoder.string(bucket.authorities);
}

base::Bytes encodeContent(const Certificate& certificate) {
    base::Bytes content;
    base::Encoder encoder(content);
    encoder.raw(certificate.id.view());
    encoder.fixed(static_cast<std::uint64_t>(certificate.issuedAt.seconds));
    encoder.fixed(static_cast<std::uint64_t>(certificate.endsAt().seconds));
    encoder.raw(certificate.client.id.view());
    encoder.string(certificate.client.name);
    encoder.string(certificate.vault.name);
    encoder.string(certificate.vault.description);
    encoder.byte(kBucketStore);
    encodeBucket(encoder, certificate.bucket);
    return content;
}

s3::Endpoint decodeEndpoint(std::string_view url) {
    s3::Endpoint endpoint = readByStore([&] { return s3::parseEndpoint(url); });
    if (endpoint.url() != url) throwUnsound("The URL of an endpoint is not in its shortest form");
    return endpoint;
}

Bucket decodeBucket(base::Decoder& decoder) {
    Bucket bucket;
    bucket.name = decoder.string();
    bucket.folder = decoder.string();
    bucket.region = decoder.string();
    const base::Byte addressing = decoder.byte();
    if (addressing > 1) throwUnsound("The addressing is neither path nor host");
    bucket.addressing = addressing == 1 ? s3::Addressing::Host : s3::Addressing::Path;
    const std::uint64_t count = decoder.numberUpTo(std::size(kNetworks));
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto network = static_cast<Network>(decoder.byte());
        const bool isLater = bucket.endpoints.empty() || bucket.endpoints.rbegin()->first < network;
        if (toString(network).empty() || !isLater) {
            throwUnsound("The networks of its endpoints are not vpc, classic and public in this order");
        }
        bucket.endpoints[network] = decodeEndpoint(decoder.string());
    }
    bucket.authorities = decoder.string();
    return bucket;
}

Certificate decodeContent(base::ByteView content) {
    base::Decoder decoder(content);
    Certificate certificate;
    certificate.id = CertificateId::fromBytes(decoder.raw(CertificateId::kSizeBytes));
    const auto issuedAt = decoder.fixed<std::uint64_t>();
    const auto endsAt = decoder.fixed<std::uint64_t>();
    if (endsAt - issuedAt != static_cast<std::uint64_t>(kValidFor.count())) {
        throwUnsound("Its end is not two days after its issue");
    }
    // What does not fit is negative then, and refused with the other rules.
    certificate.issuedAt.seconds = static_cast<std::int64_t>(issuedAt);
    certificate.client.id = ClientId::fromBytes(decoder.raw(ClientId::kSizeBytes));
    certificate.client.name = decoder.string();
    certificate.vault.name = decoder.string();
    certificate.vault.description = decoder.string();
    if (const base::Byte kind = decoder.byte(); kind != kBucketStore) {
        throw base::Error(base::ErrorKind::Unsupported, "CERT-0006",
                          "The certificate names a store of kind " + std::to_string(kind) +
                              ", and this program knows buckets only",
                          "Update HBR on this machine.");
    }
    certificate.bucket = decodeBucket(decoder);
    decoder.expectEnd();
    return certificate;
}

}  // namespace

std::string_view toString(Network network) noexcept {
    const auto* const found =
        std::ranges::find(kNetworks, network, &std::pair<Network, std::string_view>::first);
    return found == std::end(kNetworks) ? std::string_view() : found->second;
}

std::optional<Network> parseNetwork(std::string_view name) noexcept {
    const auto* const found =
        std::ranges::find(kNetworks, name, &std::pair<Network, std::string_view>::second);
    return found == std::end(kNetworks) ? std::nullopt : std::optional(found->first);
}

std::string Bucket::place() const { return "s3://" + name + (folder.empty() ? "" : "/" + folder); }

platform::Timestamp Certificate::endsAt() const { return {endOf(issuedAt.seconds), 0}; }

std::string issue(const IssuerKey& key, const Certificate& certificate) {
    requireSound(certificate);
    return signedText(key, encodeContent(certificate));
}

ReadCertificate readCertificate(std::string_view text, const Trust& trust) {
    const SignedContent opened = openSigned(text, trust);
    try {
        Certificate certificate = decodeContent(opened.content);
        requireSound(certificate);
        return {std::move(certificate), opened.issuer};
    } catch (const base::Error& error) {
        // The decoder speaks of vaults.
        if (error.kind() == base::ErrorKind::Corrupt) throwUnsound("A field ends too soon or has no sense");
        throw;
    }
}

void requireValidAt(const Certificate& certificate, platform::Timestamp now) {
    if (now.seconds > certificate.endsAt().seconds) {
        throw base::Error(
            base::ErrorKind::Denied, "CERT-0007",
            "The certificate has expired: it was good until " + platform::formatUtc(certificate.endsAt()),
            "Download a new one; each is good for two days.");
    }
    if (now.seconds < certificate.issuedAt.seconds - kClockTolerance.count()) {
        throw base::Error(base::ErrorKind::Denied, "CERT-0008",
                          "The certificate was issued at " + platform::formatUtc(certificate.issuedAt) +
                              ", and this machine's clock says " + platform::formatUtc(now) +
                              ", which is earlier",
                          "Set this machine's clock, or the console's, then try again.");
    }
}

}  // namespace registration
