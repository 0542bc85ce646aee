// SPDX-License-Identifier: Apache-2.0
// xml_answer_test.cpp: answers of servers: whole, cut, and made to harm.
#include "agent/s3/xml_answer.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/random_bytes.hpp"

namespace {

const std::string kPage =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix/>
<IsTruncated>true</IsTruncated><NextContinuationToken>go &amp; on</NextContinuationToken>
<Contents><Key>a&#x41;&lt;</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>5</Size></Contents>
<Contents><Key>b</Key><Size>18446744073709551615</Size><Owner><ID>x</ID></Owner></Contents></ListBucketResult>
)";

}  // namespace

BOOST_AUTO_TEST_SUITE(xml_answers)

BOOST_AUTO_TEST_CASE(a_page_of_a_listing_is_read) {
    const auto page = s3::parseObjectPage(kPage);
    BOOST_REQUIRE(page.has_value());
    BOOST_REQUIRE(page->objects.size() == 2U);
    BOOST_TEST(page->objects[0].key == "aA<");
    BOOST_TEST(page->objects[0].sizeBytes == 5U);
    BOOST_TEST(page->objects[1].sizeBytes == 18446744073709551615U);
    BOOST_TEST(page->nextToken == "go & on");
}

BOOST_AUTO_TEST_CASE(a_page_that_was_cut_is_never_taken_for_a_whole_one) {
    const std::size_t whole = kPage.rfind('>') + 1;
    for (std::size_t length = 0; length < whole; ++length) {
        BOOST_TEST(!s3::parseObjectPage(kPage.substr(0, length)).has_value(), length);
    }
    BOOST_TEST(s3::parseObjectPage(kPage.substr(0, whole)).has_value());
}

BOOST_AUTO_TEST_CASE(a_page_that_goes_on_must_say_how) {
    BOOST_TEST(!s3::parseObjectPage("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"));
    BOOST_TEST(
        !s3::parseObjectPage("<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>"));
    BOOST_TEST(!s3::parseObjectPage("<Error><Code>X</Code></Error>"));
    BOOST_TEST(s3::parseObjectPage("<ListBucketResult/>").has_value());
}

BOOST_AUTO_TEST_CASE(what_could_harm_is_refused) {
    for (const char* text :
         {"", "text", "<a>", "<a></b>", "<a/><b/>", "<a>&unknown;</a>", "<a>&#0;</a>", "<a>&#xD800;</a>",
          "<a>&#x110000;</a>", "<a>&amp</a>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a><!-- --></a>",
          "</a>", "<a></a>trailing", "<>", "< a/>"}) {
        BOOST_TEST(!s3::parseXml(text).has_value(), text);
    }
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    BOOST_TEST(!s3::parseXml(deep).has_value());
}

BOOST_AUTO_TEST_CASE(any_bytes_are_read_without_harm) {
    test::Random random(7);
    for (int round = 0; round < 3000; ++round) {
        std::string text = kPage;
        for (int i = 0; i < 4; ++i) text[random.below(text.size())] = static_cast<char>(random.below(256));
        static_cast<void>(s3::parseObjectPage(text));
        static_cast<void>(s3::parseErrorAnswer(text));
    }
}

BOOST_AUTO_TEST_CASE(errors_uploads_and_ids_are_read) {
    const auto error = s3::parseErrorAnswer(
        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu</Region></Error>");
    BOOST_TEST(error.code == "AuthorizationHeaderMalformed");
    BOOST_TEST(error.region == "eu");
    BOOST_TEST(s3::parseErrorAnswer("not xml").code.empty());
    BOOST_TEST(s3::parseUploadId("<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                                 "</InitiateMultipartUploadResult>")
                   .value() == "u1");
    const auto page = s3::parseUploadPage(
        "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
        "<Upload><Key>a</Key><UploadId>1</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload>"
        "</ListMultipartUploadsResult>");
    BOOST_REQUIRE(page.has_value());
    BOOST_TEST(page->uploads.size() == 1U);
    BOOST_TEST(page->uploads[0].id == "1");
    BOOST_TEST(page->nextKey == "k");
    BOOST_TEST(s3::escapeXml("\"a\"<&>") == "&quot;a&quot;&lt;&amp;&gt;");
}

BOOST_AUTO_TEST_SUITE_END()
