// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/armour.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/registration/sample.hpp"

namespace {

const std::string kBegin = "-----BEGIN HBR CERTIFICATE-----\n";
const std::string kEnd = "-----END HBR CERTIFICATE-----\n";

std::string refusal(const std::string& text) {
    return test::codeOf([&] { (void)registration::unarmoured(text); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(armour)

BOOST_AUTO_TEST_CASE(bytes_of_any_number_come_back) {
    for (std::size_t sizeBytes = 0; sizeBytes < 200; ++sizeBytes) {
        const base::Bytes bytes(sizeBytes, 0xA5);
        BOOST_TEST(registration::unarmoured(registration::armoured(bytes)) == bytes);
    }
}

BOOST_AUTO_TEST_CASE(the_text_is_base64_in_lines_of_64_letters) {
    BOOST_TEST(registration::armoured(base::Bytes(49, 0)) ==
               kBegin + std::string(64, 'A') + "\nAA==\n" + kEnd);
}

BOOST_AUTO_TEST_CASE(what_mail_and_editors_do_to_lines_is_taken) {
    const base::Bytes bytes = {1, 2, 3, 4, 5, 6};
    for (const std::string& text :
         {kBegin + "AQIDBAUG\n" + kEnd, "\r\n \n" + kBegin + "AQIDBAUG\n" + kEnd + "\r\n\n",
          std::string("-----BEGIN HBR CERTIFICATE-----\r\nAQID\r\nBAUG\r\n-----END HBR CERTIFICATE-----"),
          kBegin + "  AQIDBA\t\n\nUG  \n" + kEnd}) {
        BOOST_TEST(registration::unarmoured(text) == bytes);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_certificate_is_told_apart_from_one_that_was_cut_and_one_that_was_edited) {
    BOOST_TEST(refusal("") == "CERT-0001");
    BOOST_TEST(refusal(" \n\n") == "CERT-0001");
    BOOST_TEST(refusal("text\n" + kBegin + "AQID\n" + kEnd) == "CERT-0001");
    BOOST_TEST(refusal("-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n") == "CERT-0001");
    BOOST_TEST(refusal(kBegin) == "CERT-0002");
    BOOST_TEST(refusal(kBegin + "AQID\n") == "CERT-0002");
    BOOST_TEST(refusal(kBegin + "AQID\n-----END HBR CERTIFICATE----") == "CERT-0002");
    BOOST_TEST(refusal(kBegin + "AQI\n" + kEnd) == "CERT-0002");
    BOOST_TEST(refusal(kBegin + "AQ*D\n" + kEnd) == "CERT-0003");
    BOOST_TEST(refusal(kBegin + "AQ ID\nAQI\n" + kEnd) == "CERT-0003");
    BOOST_TEST(refusal(kBegin + "AQ==AQID\n" + kEnd) == "CERT-0003");
    BOOST_TEST(refusal(kBegin + "A===\n" + kEnd) == "CERT-0003");
    BOOST_TEST(refusal(kBegin + "====\n" + kEnd) == "CERT-0003");
    BOOST_TEST(refusal(kBegin + "AR==\n" + kEnd) == "CERT-0003");  // a bit that no byte takes
    BOOST_TEST(refusal(kBegin + "AQID\n" + kEnd + "more\n") == "CERT-0003");
}

BOOST_AUTO_TEST_CASE(a_text_may_have_64_kib_and_no_byte_more) {
    const std::string text = kBegin + "AQID\n" + kEnd;
    const std::string most = text + std::string(registration::kMostTextBytes - text.size(), '\n');
    BOOST_TEST(refusal(most) == "none");
    BOOST_TEST(refusal(most + "\n") == "CERT-0001");
}

BOOST_AUTO_TEST_SUITE_END()
