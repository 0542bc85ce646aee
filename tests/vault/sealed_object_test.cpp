// SPDX-License-Identifier: Apache-2.0
// sealed_object_test.cpp: whole objects open only in their own place, unchanged.
#include "agent/vault/sealed_object.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

#include "agent/vault/random.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using vault::ObjectKind;

const std::string kName = "points/0123";

vault::VaultKeys makeKeys() {
    return vault::VaultKeys(vault::randomId<vault::VaultId>(), vault::makeMasterKey());
}

bool isDamage(const base::Error& error) {
    return error.kind() == base::ErrorKind::Corrupt && error.code() == "VAULT-0002";
}

bool isNewer(const base::Error& error) {
    return error.kind() == base::ErrorKind::Unsupported && error.code() == "VAULT-0003";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sealed_objects)

BOOST_AUTO_TEST_CASE(what_is_sealed_opens_again) {
    const auto keys = makeKeys();
    test::Random random(1);
    for (const std::size_t size : {0, 1, 400, 447, 448, 449, 5000, 300'000}) {
        const base::Bytes plain = random.bytes(size);
        const base::Bytes object = vault::sealObject(keys, ObjectKind::Point, kName, plain);
        BOOST_REQUIRE(vault::openObject(keys, ObjectKind::Point, kName, object) == plain);
    }
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_is_refused) {
    const auto keys = makeKeys();
    base::Bytes object = vault::sealObject(keys, ObjectKind::Point, kName, test::Random(2).bytes(100));
    for (std::size_t bit = 0; bit < 8 * object.size(); ++bit) {
        object[bit / 8] = static_cast<base::Byte>(object[bit / 8] ^ (1U << bit % 8));
        BOOST_REQUIRE_EXCEPTION(vault::openObject(keys, ObjectKind::Point, kName, object), base::Error,
                                isDamage);
        object[bit / 8] = static_cast<base::Byte>(object[bit / 8] ^ (1U << bit % 8));
    }
    BOOST_TEST(vault::openObject(keys, ObjectKind::Point, kName, object).size() == 100U);
}

BOOST_AUTO_TEST_CASE(an_object_cut_anywhere_or_grown_is_refused) {
    const auto keys = makeKeys();
    base::Bytes object = vault::sealObject(keys, ObjectKind::Point, kName, test::Random(3).bytes(100));
    for (std::size_t size = 0; size < object.size(); ++size) {
        BOOST_REQUIRE_EXCEPTION(
            vault::openObject(keys, ObjectKind::Point, kName, base::ByteView(object).first(size)),
            base::Error, isDamage);
    }
    object.push_back(0);
    BOOST_CHECK_EXCEPTION(vault::openObject(keys, ObjectKind::Point, kName, object), base::Error, isDamage);
}

BOOST_AUTO_TEST_CASE(an_object_does_not_open_in_anothers_place) {
    const auto keys = makeKeys();
    const base::Bytes object = vault::sealObject(keys, ObjectKind::Point, kName, base::Bytes(10));
    BOOST_CHECK_EXCEPTION(vault::openObject(keys, ObjectKind::Point, "points/0124", object), base::Error,
                          isDamage);
    BOOST_CHECK_EXCEPTION(vault::openObject(keys, ObjectKind::JournalEntry, kName, object), base::Error,
                          isDamage);
    const vault::VaultKeys otherVault(vault::randomId<vault::VaultId>(), keys.master());
    BOOST_CHECK_EXCEPTION(vault::openObject(otherVault, ObjectKind::Point, kName, object), base::Error,
                          isDamage);
    const vault::VaultKeys otherMaster(keys.vaultId(), vault::makeMasterKey());
    BOOST_CHECK_EXCEPTION(vault::openObject(otherMaster, ObjectKind::Point, kName, object), base::Error,
                          isDamage);
}

BOOST_AUTO_TEST_CASE(no_two_objects_share_a_salt_and_so_no_key_and_nonce_repeat) {
    const auto keys = makeKeys();
    const base::Bytes plain(50);
    std::set<base::Bytes> salts;
    std::set<base::Bytes> bodies;
    for (int i = 0; i < 500; ++i) {
        const base::Bytes object = vault::sealObject(keys, ObjectKind::Point, kName, plain);
        salts.emplace(object.begin() + 8, object.begin() + vault::kHeaderBytes);
        bodies.emplace(object.begin() + vault::kHeaderBytes, object.end());
    }
    BOOST_TEST(salts.size() == 500U);
    BOOST_TEST(bodies.size() == 500U);
}

BOOST_AUTO_TEST_CASE(an_object_of_a_newer_version_is_refused_as_such) {
    const auto keys = makeKeys();
    // What a newer program writes does not open under our format.
    base::Bytes object = test::Random(4).bytes(600);
    const base::Bytes header = vault::makeHeader(ObjectKind::Point);
    std::copy(header.begin(), header.end(), object.begin());
    for (const int version : {vault::kFormatVersion + 1, 255}) {
        object[4] = static_cast<base::Byte>(version);
        BOOST_CHECK_EXCEPTION(vault::openObject(keys, ObjectKind::Point, kName, object), base::Error,
                              isNewer);
    }
}

BOOST_AUTO_TEST_CASE(random_bytes_behind_any_header_are_refused) {
    const auto keys = makeKeys();
    test::Random random(5);
    for (int i = 0; i < 3000; ++i) {
        base::Bytes object = random.bytes(random.below(200));
        const base::Bytes header = vault::makeHeader(ObjectKind::Point);
        const std::size_t kept = std::min<std::size_t>(random.below(9), object.size());
        std::copy_n(header.begin(), kept, object.begin());
        BOOST_REQUIRE_THROW(vault::openObject(keys, ObjectKind::Point, kName, object), base::Error);
    }
}

BOOST_AUTO_TEST_CASE(sizes_seen_from_outside_are_few_and_little_larger) {
    const auto keys = makeKeys();
    std::set<std::size_t> sizes;
    for (std::size_t size = 0; size < 4096; size += 7) {
        sizes.insert(vault::sealObject(keys, ObjectKind::Point, kName, base::Bytes(size)).size());
    }
    BOOST_TEST(sizes.size() < 60U);
    std::uint64_t before = 0;
    for (std::uint64_t size = 1; size < 3'000'000; size += size / 100 + 1) {
        const std::uint64_t padded = vault::paddedSize(size);
        BOOST_REQUIRE(padded >= size);
        BOOST_REQUIRE(padded >= before);
        BOOST_REQUIRE(static_cast<double>(padded) <= 1.0625 * static_cast<double>(size));
        BOOST_REQUIRE(vault::paddedSize(padded) == padded);
        before = padded;
    }
}

BOOST_AUTO_TEST_SUITE_END()
