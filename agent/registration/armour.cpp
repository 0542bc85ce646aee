// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/armour.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "agent/s3/signature.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace registration {

namespace {

constexpr std::string_view kFirstLine = "-----BEGIN HBR CERTIFICATE-----";
constexpr std::string_view kLastLine = "-----END HBR CERTIFICATE-----";
constexpr std::size_t kLettersALine = 64;
constexpr const char* kDownloadAgain = "Download it again and hand over the file as it is.";

[[noreturn]] void throwNone(const std::string& why) {
    throw base::Error(
        base::ErrorKind::Invalid, "CERT-0001", "This is no registration certificate: " + why,
        "Give the file that was downloaded from the console, or made by 'hbr certificate create'.");
}

/// Letters of base64 in groups of four. Every text but the one that encodes the result is refused, so no
/// bit of a certificate can change unnoticed.
base::Bytes decoded(const std::string& letters) {
    if (letters.size() % 4 != 0) throwCutShort("letters are missing");
    base::Bytes bytes(letters.size() / 4 * 3);
    const int sizeBytes =
        EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(letters.data()),
                        static_cast<int>(letters.size()));
    const auto padding = std::min<std::ptrdiff_t>(2, std::count(letters.begin(), letters.end(), '='));
    if (sizeBytes < 0 || static_cast<std::size_t>(sizeBytes) != bytes.size()) {
        throwEdited("it holds what no certificate has");
    }
    bytes.resize(bytes.size() - static_cast<std::size_t>(padding));
    if (s3::encodeBase64(bytes) != letters) throwEdited("its letters were changed");
    return bytes;
}

}  // namespace

void throwCutShort(const std::string& why) {
    throw base::Error(base::ErrorKind::Invalid, "CERT-0002", "The certificate was cut short: " + why,
                      kDownloadAgain);
}

void throwEdited(const std::string& why) {
    throw base::Error(base::ErrorKind::Invalid, "CERT-0003", "The certificate was edited: " + why,
                      kDownloadAgain);
}

std::string armoured(base::ByteView bytes) {
    const std::string letters = s3::encodeBase64(bytes);
    std::string text(kFirstLine);
    text += '\n';
    for (std::size_t at = 0; at < letters.size(); at += kLettersALine) {
        text += letters.substr(at, kLettersALine) + '\n';
    }
    text += kLastLine;
    text += '\n';
    return text;
}

base::Bytes unarmoured(std::string_view text) {
    if (text.size() > kMostTextBytes) throwNone("it is larger than any");
    std::string letters;
    enum class Part { Before, Inside, Behind };
    Part part = Part::Before;
    for (const std::string_view line : base::split(text, '\n')) {
        const std::string_view words = base::trim(line);
        if (words.empty()) continue;
        if (part == Part::Before) {
            if (words != kFirstLine) throwNone("it does not begin with '" + std::string(kFirstLine) + "'");
            part = Part::Inside;
        } else if (part == Part::Behind) {
            throwEdited("something follows its last line");
        } else if (words == kLastLine) {
            part = Part::Behind;
        } else {
            letters += words;
        }
    }
    if (part == Part::Before) throwNone("it is empty");
    if (part == Part::Inside) throwCutShort("its last line is missing");
    return decoded(letters);
}

}  // namespace registration
