// SPDX-License-Identifier: Apache-2.0
// secrets_test.cpp: what is sealed opens here, for its purpose, and nowhere else.
#include "platform/secrets.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/platform/temporary_folder.hpp"

using test::hasCode;
using test::TemporaryFolder;

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_sealed_secret_opens_again) {
    const TemporaryFolder folder;
    const auto store = platform::makeSecretStore(folder / "private/keys");
    for (const std::string& text : {std::string(), std::string("pass word"), std::string(5000, '\xff')}) {
        const base::Bytes sealed = store->seal(base::asBytes(text), "vault password");
        const auto again = platform::makeSecretStore(folder / "private/keys");
        BOOST_TEST((std::string(base::asText(again->open(sealed, "vault password").view())) == text));
    }
}

BOOST_AUTO_TEST_CASE(a_secret_for_another_purpose_is_refused) {
    const TemporaryFolder folder;
    const auto store = platform::makeSecretStore(folder / "keys");
    const base::Bytes sealed = store->seal(base::asBytes("secret"), "one");
    BOOST_CHECK_EXCEPTION(store->open(sealed, "two"), base::Error, hasCode("SECRET-0001"));
    BOOST_CHECK_EXCEPTION(store->open(sealed, ""), base::Error, hasCode("SECRET-0001"));
}

BOOST_AUTO_TEST_CASE(a_changed_or_shortened_secret_is_refused) {
    const TemporaryFolder folder;
    const auto store = platform::makeSecretStore(folder / "keys");
    const base::Bytes sealed = store->seal(base::asBytes("secret"), "purpose");
    base::Bytes last = sealed;
    last.back() ^= 1;
    BOOST_CHECK_EXCEPTION(store->open(last, "purpose"), base::Error, hasCode("SECRET-0001"));
    BOOST_CHECK_EXCEPTION(store->open({}, "purpose"), base::Error, hasCode("SECRET-0001"));
    const base::ByteView half = base::ByteView(sealed).first(sealed.size() / 2);
    BOOST_CHECK_EXCEPTION(store->open(half, "purpose"), base::Error, hasCode("SECRET-0001"));
}

BOOST_AUTO_TEST_CASE(equal_secrets_do_not_look_equal) {
    const TemporaryFolder folder;
    const auto store = platform::makeSecretStore(folder / "keys");
    BOOST_CHECK(store->seal(base::asBytes("secret"), "p") != store->seal(base::asBytes("secret"), "p"));
}

BOOST_AUTO_TEST_SUITE_END()
