// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/signed_token.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/registration/armour.hpp"
#include "tests/registration/sample.hpp"

using registration::IssuerKey;
using registration::openSigned;
using registration::Trust;

namespace {

const base::Bytes kContent = {1, 2, 3, 4, 5};

std::string refusal(const base::Bytes& token) {
    return test::codeOf([&] { (void)openSigned(registration::armoured(token), Trust::inAnybody()); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signed_token)

BOOST_AUTO_TEST_CASE(content_and_issuer_come_back) {
    const IssuerKey key = test::issuerNumber(1);
    const auto opened = openSigned(registration::signedText(key, kContent), Trust::inAnybody());
    BOOST_TEST(opened.content == kContent);
    BOOST_TEST((opened.issuer == key.id()));
}

BOOST_AUTO_TEST_CASE(any_trusted_issuer_will_do_and_no_other_and_both_are_told) {
    const IssuerKey ours = test::issuerNumber(1);
    const IssuerKey second = test::issuerNumber(2);
    const IssuerKey other = test::issuerNumber(3);
    const std::string text = registration::signedText(ours, kContent);
    BOOST_TEST(test::codeOf([&] { (void)openSigned(text, Trust::in({ours.id()})); }) == "none");
    BOOST_TEST(test::codeOf([&] { (void)openSigned(text, Trust::in({second.id(), ours.id()})); }) == "none");
    try {
        (void)openSigned(text, Trust::in({second.id(), other.id()}));
        BOOST_ERROR("nothing was thrown");
    } catch (const base::Error& error) {
        BOOST_TEST(error.code() == "CERT-0005");
        for (const IssuerKey* key : {&ours, &second, &other}) {
            BOOST_TEST(error.message().find(registration::fingerprint(key->id())) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(who_knows_no_issuer_believes_nobody) {
    const std::string text = registration::signedText(test::issuerNumber(1), kContent);
    BOOST_TEST(test::codeOf([&] { (void)openSigned(text, Trust::in({})); }) == "CERT-0005");
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_refused) {
    const base::Bytes whole =
        registration::unarmoured(registration::signedText(test::issuerNumber(1), kContent));
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        base::Bytes token = whole;
        token[bit / 8] ^= static_cast<base::Byte>(1U << (bit % 8));
        BOOST_TEST(refusal(token) != "none", "bit " << bit);
        if (bit / 8 >= 9) BOOST_TEST(refusal(token) == "CERT-0004", "bit " << bit);
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_told_as_one) {
    const base::Bytes whole =
        registration::unarmoured(registration::signedText(test::issuerNumber(1), kContent));
    for (std::size_t sizeBytes = 0; sizeBytes < whole.size(); ++sizeBytes) {
        const base::Bytes token(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(sizeBytes));
        BOOST_TEST(refusal(token) == "CERT-0002", sizeBytes << " bytes");
    }
}

BOOST_AUTO_TEST_CASE(what_was_added_is_told_as_edited) {
    base::Bytes token = registration::unarmoured(registration::signedText(test::issuerNumber(1), kContent));
    token.push_back(0);
    BOOST_TEST(refusal(token) == "CERT-0003");
}

BOOST_AUTO_TEST_CASE(a_later_form_is_told_before_anything_else) {
    base::Bytes token = registration::unarmoured(registration::signedText(test::issuerNumber(1), kContent));
    token[4] = 2;
    BOOST_TEST(refusal(token) == "CERT-0006");
    BOOST_TEST(refusal({'H', 'B', 'R', 'C', 2}) == "CERT-0006");
    token[0] = 'X';
    BOOST_TEST(refusal(token) == "CERT-0003");
}

BOOST_AUTO_TEST_CASE(a_signature_without_the_purpose_does_not_count) {
    const IssuerKey key = test::issuerNumber(1);
    base::Bytes token = registration::unarmoured(registration::signedText(key, kContent));
    const std::size_t signedBytes = token.size() - registration::kSignatureBytes;
    const auto bare = key.sign(base::ByteView(token).first(signedBytes));
    std::copy(bare.begin(), bare.end(), token.begin() + static_cast<std::ptrdiff_t>(signedBytes));
    BOOST_TEST(refusal(token) == "CERT-0004");
}

BOOST_AUTO_TEST_CASE(content_may_be_empty) {
    const std::string text = registration::signedText(test::issuerNumber(1), {});
    BOOST_TEST(openSigned(text, Trust::inAnybody()).content.empty());
}

BOOST_AUTO_TEST_SUITE_END()
