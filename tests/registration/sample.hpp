// SPDX-License-Identifier: Apache-2.0
// sample.hpp: a certificate with something in every field, and a key that is always the same.
#pragma once

#include <string>

#include "agent/registration/certificate.hpp"
#include "agent/s3/signature.hpp"
#include "platform/base/error.hpp"

namespace test {

/// An X.509 certificate, written as OpenSSL writes it.
inline const std::string kAuthority = R"(-----BEGIN CERTIFICATE-----
MIIBSDCB+6ADAgECAhQ6reRSDhXgb0VhK+j96O3n3GlxnjAFBgMrZXAwGTEXMBUG
A1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI3MjAyNDU3WhgPMjEyNjExMDMy
MDI0NTdaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MCowBQYDK2VwAyEApiA3
JosCbuC2EA8LRUUqf7AnbQ/SPoaRrzADj8MALvyjUzBRMB0GA1UdDgQWBBTwWUP0
8wHDatuJxoy7JuMBJy5IXDAfBgNVHSMEGDAWgBTwWUP08wHDatuJxoy7JuMBJy5I
XDAPBgNVHRMBAf8EBTADAQH/MAUGAytlcANBACueVn5qLehh9GkRDkCD7yKZk5n3
GsBkwyQy1S9UOLBxu0ka4Ks5sMbm5AgXGLNKlm8hheBMseAPAqBSqPB5wAs=
-----END CERTIFICATE-----
)";

/// The same pair of keys each time; of the next number another one.
inline registration::IssuerKey issuerNumber(base::Byte number) {
    // PKCS#8 of an Ed25519 key: a fixed head, then 32 secret bytes.
    base::Bytes der = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                       0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
    der.resize(der.size() + 32, number);
    return registration::IssuerKey::fromPem(base::asBytes(
        "-----BEGIN PRIVATE KEY-----\n" + s3::encodeBase64(der) + "\n-----END PRIVATE KEY-----\n"));
}

inline registration::Certificate sampleCertificate() {
    using registration::Network;
    registration::Certificate certificate;
    certificate.id = registration::CertificateId::fromBytes(base::Bytes(16, 0x11));
    certificate.issuedAt.seconds = 1'800'000'000;
    certificate.client = {registration::ClientId::fromBytes(base::Bytes(16, 0x22)), "w\u00e9b1"};
    certificate.vault = {"Main vault", "Servers of the \u2603 department"};
    certificate.bucket = {"backups", "site/main", "eu-central-1", s3::Addressing::Host, {}, kAuthority};
    certificate.bucket.endpoints = {{Network::Vpc, s3::parseEndpoint("http://10.0.0.9:9000")},
                                    {Network::Classic, s3::parseEndpoint("https://s3.internal")},
                                    {Network::Public, s3::parseEndpoint("https://s3.example.com:8443")}};
    return certificate;
}

/// The code of the error that something must end with.
template <typename Work>
std::string codeOf(const Work& work) {
    try {
        work();
    } catch (const base::Error& error) {
        return error.code();
    }
    return "none";
}

}  // namespace test
