// SPDX-License-Identifier: Apache-2.0
// registration_certificate_fuzz.cpp: the text of a registration certificate as anybody can send it, and
// content that an issuer has signed and that keeps to no rule.
#include "agent/registration/armour.hpp"
#include "agent/registration/certificate.hpp"
#include "agent/registration/signed_token.hpp"
#include "tests/fuzz/fuzz_support.hpp"

namespace {

const registration::IssuerKey& issuer() {
    static const registration::IssuerKey key = registration::IssuerKey::makeNew();
    return key;
}

/// What was read is issued again, and then says the same.
void readText(std::string_view text) {
    fuzz::refuses([&] {
        const auto read = registration::readCertificate(text, registration::Trust::inAnybody());
        const std::string once = registration::issue(issuer(), read.certificate);
        const auto again = registration::readCertificate(once, registration::Trust::in({issuer().id()}));
        fuzz::require(registration::issue(issuer(), again.certificate) == once);
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const base::ByteView input = base::ByteView(data, size).subspan(1);
    switch (data[0] % 3) {
        case 0:
            readText(base::asText(input));
            break;
        case 1:
            readText(registration::armoured(input));
            break;
        default:
            readText(registration::signedText(issuer(), input));
    }
    return 0;
}
