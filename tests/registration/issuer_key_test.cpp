// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/issuer_key.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"
#include "tests/registration/sample.hpp"

using registration::IssuerKey;

namespace {

base::Bytes fromHex(std::string_view hex) {
    base::Bytes bytes(hex.size() / 2);
    BOOST_REQUIRE(base::decodeHex(hex, bytes));
    return bytes;
}

void writeFile(const test::TemporaryFolder& folder, const std::string& name, base::ByteView content) {
    folder.files->createNew(folder / name)->write(content);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(issuer_key)

BOOST_AUTO_TEST_CASE(signatures_are_those_of_rfc_8032) {
    const base::Bytes secret = fromHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    base::Bytes der = fromHex("302e020100300506032b657004220420");
    base::append(der, secret);
    const IssuerKey key = IssuerKey::fromPem(base::asBytes(
        "-----BEGIN PRIVATE KEY-----\n" + s3::encodeBase64(der) + "\n-----END PRIVATE KEY-----\n"));
    BOOST_TEST(key.id().hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    const base::Bytes message = {0x72};
    const auto signature = key.sign(message);
    BOOST_TEST(base::encodeHex(signature) ==
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
               "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    BOOST_TEST(registration::isSignedBy(key.id(), message, signature));
}

BOOST_AUTO_TEST_CASE(only_the_signed_message_and_the_whole_signature_of_the_key_fit) {
    const IssuerKey key = IssuerKey::makeNew();
    const base::ByteView message = base::asBytes("message");
    const auto signature = key.sign(message);
    BOOST_TEST(registration::isSignedBy(key.id(), message, signature));
    BOOST_TEST(!registration::isSignedBy(key.id(), base::asBytes("messagf"), signature));
    BOOST_TEST(!registration::isSignedBy(IssuerKey::makeNew().id(), message, signature));
    BOOST_TEST(!registration::isSignedBy(key.id(), message, base::ByteView(signature).first(63)));
    BOOST_TEST(!registration::isSignedBy(key.id(), message, {}));
    const registration::IssuerId zeros;
    BOOST_TEST(!registration::isSignedBy(zeros, message, signature));
}

BOOST_AUTO_TEST_CASE(new_keys_differ) {
    BOOST_TEST((IssuerKey::makeNew().id() != IssuerKey::makeNew().id()));
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_a_part_of_the_hash_of_the_public_key) {
    // SHA-256 of 32 zero bytes.
    BOOST_TEST(registration::fingerprint({}) == "6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20");
}

BOOST_AUTO_TEST_CASE(a_key_comes_back_from_its_file) {
    const test::TemporaryFolder folder;
    const IssuerKey key = IssuerKey::makeNew();
    registration::saveIssuerKey(*folder.files, folder / "key", key);
    BOOST_TEST((registration::loadIssuerKey(*folder.files, folder / "key").id() == key.id()));
}

BOOST_AUTO_TEST_CASE(a_key_never_replaces_another) {
    const test::TemporaryFolder folder;
    const IssuerKey first = IssuerKey::makeNew();
    registration::saveIssuerKey(*folder.files, folder / "key", first);
    BOOST_TEST(test::codeOf([&] {
                   registration::saveIssuerKey(*folder.files, folder / "key", IssuerKey::makeNew());
               }) == "FS-0002");
    BOOST_TEST((registration::loadIssuerKey(*folder.files, folder / "key").id() == first.id()));
}

BOOST_AUTO_TEST_CASE(what_is_no_key_is_refused) {
    const std::string pem(base::asText(IssuerKey::makeNew().pem().view()));
    const std::string locked =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgfQuAc9k9sBAICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAAAAAAAAAAAAAAAAAAAAAAEQAAA\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n";
    const std::string ofAnotherKind =  // P-256
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAAAAAAAAAAAAAAAA\n"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAGhRANCAARrF9Hy4SxCR/i85uVjpEDydwN9gS3r\n"
        "M6D0oTlF2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNXazFezsu2QGg3v1H1\n"
        "-----END PRIVATE KEY-----\n";
    for (const std::string& text : {std::string(), std::string("text"), pem.substr(0, pem.size() / 2), locked,
                                    ofAnotherKind, test::kAuthority, std::string(5000, '\n') + pem}) {
        BOOST_TEST(test::codeOf([&] { IssuerKey::fromPem(base::asBytes(text)); }) == "CERT-0010", text);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_holds_no_key_is_named) {
    const test::TemporaryFolder folder;
    writeFile(folder, "text", base::asBytes("text"));
    writeFile(folder, "large", base::Bytes(100'000, 'x'));
    for (const char* name : {"text", "large"}) {
        try {
            registration::loadIssuerKey(*folder.files, folder / name);
            BOOST_ERROR("nothing was thrown");
        } catch (const base::Error& error) {
            BOOST_TEST(error.code() == "CERT-0010");
            BOOST_REQUIRE(error.context().size() == 1);
            BOOST_TEST(error.context()[0].second == folder / name);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
