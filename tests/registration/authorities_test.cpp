// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/authorities.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/registration/sample.hpp"

using registration::certificatesAlone;

BOOST_AUTO_TEST_SUITE(authorities)

BOOST_AUTO_TEST_CASE(certificates_come_out_as_openssl_writes_them) {
    BOOST_TEST(certificatesAlone(test::kAuthority).value_or("") == test::kAuthority);
    BOOST_TEST(certificatesAlone(test::kAuthority + test::kAuthority).value_or("") ==
               test::kAuthority + test::kAuthority);
    BOOST_TEST(certificatesAlone("# Our authority\n\n" + test::kAuthority + "\nend\n").value_or("") ==
               test::kAuthority);
}

BOOST_AUTO_TEST_CASE(a_key_beside_a_certificate_is_left_out) {
    const base::SecretBytes key = test::issuerNumber(1).pem();
    const std::string pem(base::asText(key.view()));
    for (const std::string& text : {pem + test::kAuthority, test::kAuthority + pem}) {
        BOOST_TEST(certificatesAlone(text).value_or("") == test::kAuthority);
    }
}

BOOST_AUTO_TEST_CASE(what_holds_no_certificate_or_a_broken_one_gives_nothing) {
    std::string broken = test::kAuthority;
    broken[100] = '*';
    for (const std::string& text : {std::string(), std::string("text"), broken, test::kAuthority + broken,
                                    test::kAuthority.substr(0, test::kAuthority.size() / 2)}) {
        BOOST_TEST(!certificatesAlone(text));
    }
}

BOOST_AUTO_TEST_SUITE_END()
