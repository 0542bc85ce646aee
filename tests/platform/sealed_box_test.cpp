// SPDX-License-Identifier: Apache-2.0
#include "platform/sealed_box.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "platform/random.hpp"

namespace {

struct Keys {
    base::Secret<platform::kBoxKeyBytes> key;
    base::Secret<platform::kBoxKeyBytes> other;

    Keys() {
        platform::fillRandom(key.fill());
        platform::fillRandom(other.fill());
    }
};

const base::ByteView kBound = base::asBytes("what it is for");

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sealed_boxes, Keys)

BOOST_AUTO_TEST_CASE(what_was_sealed_comes_back) {
    for (const std::string& secret : {std::string(), std::string("s"), std::string(5000, 'x')}) {
        const base::Bytes box = platform::sealBox(key.view(), base::asBytes(secret), kBound);
        BOOST_TEST(box.size() == secret.size() + platform::kBoxOverheadBytes);
        const auto opened = platform::openBox(key.view(), box, kBound);
        BOOST_REQUIRE(opened);
        BOOST_TEST(base::asText(opened->view()) == secret);
    }
}

BOOST_AUTO_TEST_CASE(two_boxes_of_one_secret_differ) {
    const base::ByteView secret = base::asBytes("the same");
    BOOST_TEST(
        (platform::sealBox(key.view(), secret, kBound) != platform::sealBox(key.view(), secret, kBound)));
}

BOOST_AUTO_TEST_CASE(another_key_or_purpose_opens_nothing) {
    const base::Bytes box = platform::sealBox(key.view(), base::asBytes("secret"), kBound);
    BOOST_TEST(!platform::openBox(other.view(), box, kBound));
    BOOST_TEST(!platform::openBox(key.view(), box, base::asBytes("what it is foR")));
    BOOST_TEST(!platform::openBox(key.view(), box, {}));
}

BOOST_AUTO_TEST_CASE(a_changed_or_cut_box_opens_nothing) {
    const base::Bytes box = platform::sealBox(key.view(), base::asBytes("secret"), kBound);
    for (std::size_t i = 0; i < box.size(); ++i) {
        base::Bytes changed = box;
        changed[i] ^= 1;
        BOOST_TEST(!platform::openBox(key.view(), changed, kBound));
        BOOST_TEST(!platform::openBox(key.view(), base::ByteView(box).first(i), kBound));
    }
}

BOOST_AUTO_TEST_SUITE_END()
