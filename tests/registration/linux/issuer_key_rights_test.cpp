// SPDX-License-Identifier: Apache-2.0
// issuer_key_rights_test.cpp: who may read the file of an issuer's key, which Linux tells.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "agent/registration/issuer_key.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/registration/sample.hpp"

BOOST_AUTO_TEST_SUITE(issuer_key_rights)

BOOST_AUTO_TEST_CASE(only_the_owner_may_read_a_key_that_was_saved) {
    const test::TemporaryFolder folder;
    registration::saveIssuerKey(*folder.files, folder / "key", registration::IssuerKey::makeNew());
    BOOST_TEST(folder.files->status(folder / "key")->mode == 0600u);
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_not_used) {
    const test::TemporaryFolder folder;
    registration::saveIssuerKey(*folder.files, folder / "key", registration::IssuerKey::makeNew());
    const auto load = [&] { registration::loadIssuerKey(*folder.files, folder / "key"); };
    for (const mode_t mode : {0640u, 0604u, 0620u, 0601u}) {
        BOOST_REQUIRE(::chmod((folder / "key").c_str(), mode) == 0);
        BOOST_TEST(test::codeOf(load) == "CERT-0011");
    }
    BOOST_REQUIRE(::chmod((folder / "key").c_str(), 0400) == 0);
    BOOST_TEST(test::codeOf(load) == "none");
}

BOOST_AUTO_TEST_SUITE_END()
