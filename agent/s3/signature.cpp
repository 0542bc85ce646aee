// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace s3 {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

[[noreturn]] void failCrypto() {
    throw base::Error(base::ErrorKind::Internal, "BUCKET-0020", "OpenSSL cannot work out a SHA-256",
                      "Is its default provider installed?");
}

Sha256 hmac(base::ByteView key, std::string_view text) {
    Sha256 digest;
    unsigned length = 0;
    const base::ByteView data = base::asBytes(text);
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
             digest.fill().data(), &length) == nullptr) {
        failCrypto();
    }
    return digest;
}

std::string percentEncode(std::string_view text, bool keepsSlash) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool isPlain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                             (letter >= '0' && letter <= '9') || letter == '-' || letter == '.' ||
                             letter == '_' || letter == '~' || (keepsSlash && letter == '/');
        if (isPlain) {
            encoded += letter;
        } else {
            encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
        }
    }
    return encoded;
}

/// The value without outer spaces and with runs of spaces as one.
std::string canonicalValue(std::string_view value) {
    std::string canonical;
    for (const char letter : base::trim(value)) {
        if (letter == ' ' && canonical.ends_with(' ')) continue;
        canonical += letter;
    }
    return canonical;
}

}  // namespace

Sha256 sha256(base::ByteView bytes) {
    Sha256 digest;
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), digest.fill().data(), &length, EVP_sha256(), nullptr) != 1) {
        failCrypto();
    }
    return digest;
}

std::string encodeBase64(base::ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(std::max(length, 0)));
    return text;
}

std::string encodePath(std::string_view path) { return percentEncode(path, true); }
std::string encodeQueryPart(std::string_view text) { return percentEncode(text, false); }

std::string canonicalQuery(const std::map<std::string, std::string>& query) {
    std::map<std::string, std::string> encoded;
    for (const auto& [name, value] : query) encoded[encodeQueryPart(name)] = encodeQueryPart(value);
    std::string text;
    for (const auto& [name, value] : encoded) {
        if (!text.empty()) text += '&';
        text += name;
        text += '=';
        text += value;
    }
    return text;
}

std::string amzDate(platform::Timestamp time) {
    std::string text = platform::formatUtc(time);
    std::erase_if(text, [](char letter) { return letter == '-' || letter == ':'; });
    return text;
}

std::string authorization(const SignedParts& parts, const Credentials& credentials, std::string_view dateTime,
                          std::string_view region, std::string_view service) {
    std::string canonical = parts.method + '\n' + parts.path + '\n' + canonicalQuery(parts.query) + '\n';
    std::string names;
    for (const auto& [name, value] : parts.headers) {
        canonical += name + ':' + canonicalValue(value) + '\n';
        names += (names.empty() ? "" : ";") + name;
    }
    canonical += '\n' + names + '\n' + parts.payloadHash;

    const std::string day(dateTime.substr(0, 8));
    const std::string scope = day + '/' + std::string(region) + '/' + std::string(service) + "/aws4_request";
    const std::string toSign = std::string(kAlgorithm) + '\n' + std::string(dateTime) + '\n' + scope + '\n' +
                               base::encodeHex(sha256(base::asBytes(canonical)).view());

    base::Bytes first;
    base::append(first, base::asBytes("AWS4"));
    base::append(first, credentials.secretAccessKey.view());
    const base::SecretBytes start{base::ByteView(first)};
    base::wipe(first.data(), first.size());
    const Sha256 dayKey = hmac(start.view(), day);
    const Sha256 regionKey = hmac(dayKey.view(), region);
    const Sha256 serviceKey = hmac(regionKey.view(), service);
    const Sha256 signingKey = hmac(serviceKey.view(), "aws4_request");
    return std::string(kAlgorithm) + " Credential=" + credentials.accessKeyId + '/' + scope +
           ", SignedHeaders=" + names +
           ", Signature=" + base::encodeHex(hmac(signingKey.view(), toSign).view());
}

}  // namespace s3
