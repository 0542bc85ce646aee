// SPDX-License-Identifier: Apache-2.0
// signature_test.cpp: signatures against the vectors and examples that AWS has published.
#include "agent/s3/signature.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/text.hpp"

namespace {

constexpr const char* kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string signatureOf(const std::string& header) { return header.substr(header.rfind('=') + 1); }

/// A request of the published test suite.
s3::SignedParts vectorParts(const std::string& method) {
    return {
        method, "/", {}, {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}}, kEmptyHash};
}

std::string vectorSignature(const s3::SignedParts& parts) {
    const s3::Credentials credentials{
        "AKIDEXAMPLE", base::SecretBytes(std::string_view("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")), {}};
    return signatureOf(s3::authorization(parts, credentials, "20150830T123600Z", "us-east-1", "service"));
}

/// An example of the S3 documentation.
std::string exampleSignature(s3::SignedParts parts) {
    const s3::Credentials credentials{
        "AKIAIOSFODNN7EXAMPLE",
        base::SecretBytes(std::string_view("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
        {}};
    parts.headers["host"] = "examplebucket.s3.amazonaws.com";
    parts.headers["x-amz-date"] = "20130524T000000Z";
    parts.headers["x-amz-content-sha256"] = parts.payloadHash;
    return signatureOf(s3::authorization(parts, credentials, "20130524T000000Z", "us-east-1"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(signatures)

BOOST_AUTO_TEST_CASE(the_published_vectors_are_met) {
    BOOST_TEST(vectorSignature(vectorParts("GET")) ==
               "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    BOOST_TEST(vectorSignature(vectorParts("POST")) ==
               "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    s3::SignedParts query = vectorParts("GET");
    query.query = {{"Param2", "value2"}, {"Param1", "value1"}};
    BOOST_TEST(vectorSignature(query) == "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    s3::SignedParts utf8 = vectorParts("GET");
    utf8.path = s3::encodePath("/\xE1\x88\xB4");
    BOOST_TEST(vectorSignature(utf8) == "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
}

BOOST_AUTO_TEST_CASE(the_examples_of_the_s3_documentation_are_met) {
    BOOST_TEST(exampleSignature({"GET", "/test.txt", {}, {{"range", "bytes=0-9"}}, kEmptyHash}) ==
               "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    BOOST_TEST(exampleSignature({"GET", "/", {{"lifecycle", ""}}, {}, kEmptyHash}) ==
               "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    BOOST_TEST(exampleSignature({"GET", "/", {{"max-keys", "2"}, {"prefix", "J"}}, {}, kEmptyHash}) ==
               "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    const std::string text = "Welcome to Amazon S3.";
    BOOST_TEST(exampleSignature({"PUT",
                                 s3::encodePath("/test$file.text"),
                                 {},
                                 {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                  {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                                 base::encodeHex(s3::sha256(base::asBytes(text)).view())}) ==
               "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

BOOST_AUTO_TEST_CASE(what_a_url_reserves_is_encoded) {
    BOOST_TEST(s3::encodePath("a b/c+d~e") == "a%20b/c%2Bd~e");
    BOOST_TEST(s3::encodeQueryPart("a/b=c&d") == "a%2Fb%3Dc%26d");
    BOOST_TEST(s3::canonicalQuery({{"uploads", ""}, {"prefix", "x/y"}}) == "prefix=x%2Fy&uploads=");
    BOOST_TEST(s3::amzDate({1'440'938'160, 5}) == "20150830T123600Z");
    BOOST_TEST(s3::encodeBase64(base::asBytes("abcd")) == "YWJjZA==");
    BOOST_TEST(s3::encodeBase64({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
