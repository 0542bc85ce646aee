// SPDX-License-Identifier: Apache-2.0
// cipher_test.cpp: parts open only as what they were sealed as.
#include "agent/vault/cipher.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/keys.hpp"
#include "platform/base/text.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using vault::Cipher;
using vault::CipherKind;
using vault::PartRole;

constexpr CipherKind kKinds[] = {CipherKind::Aes256Gcm, CipherKind::ChaCha20Poly1305};

base::Secret<32> keyFrom(std::uint64_t seed) { return base::Secret<32>(test::Random(seed).bytes(32)); }

base::Bytes seal(Cipher& cipher, PartRole role, std::uint64_t number, base::ByteView plain) {
    base::Bytes sealedPart(plain.size() + vault::kTagBytes);
    const std::size_t prefixBytes = plain.size() / 3;
    cipher.seal(role, number, plain.first(prefixBytes), plain.subspan(prefixBytes), sealedPart);
    return sealedPart;
}

bool opens(Cipher& cipher, PartRole role, std::uint64_t number, base::ByteView sealedPart) {
    base::Bytes plain(sealedPart.size() - vault::kTagBytes);
    return cipher.open(role, number, sealedPart, plain);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ciphers)

BOOST_AUTO_TEST_CASE(what_is_sealed_opens_again) {
    test::Random random(1);
    for (const CipherKind kind : kKinds) {
        Cipher cipher(kind, keyFrom(1));
        for (const std::size_t size : {0, 1, 15, 16, 17, 1000, 70'000}) {
            const base::Bytes plain = random.bytes(size);
            const base::Bytes sealedPart = seal(cipher, PartRole::Segment, size, plain);
            base::Bytes opened(size);
            BOOST_REQUIRE(cipher.open(PartRole::Segment, size, sealedPart, opened));
            BOOST_REQUIRE(opened == plain);
        }
    }
}

BOOST_AUTO_TEST_CASE(any_flipped_bit_is_refused_and_nothing_leaks) {
    for (const CipherKind kind : kKinds) {
        Cipher cipher(kind, keyFrom(2));
        const base::Bytes plain = test::Random(3).bytes(40);
        base::Bytes sealedPart = seal(cipher, PartRole::Body, 0, plain);
        for (std::size_t bit = 0; bit < 8 * sealedPart.size(); ++bit) {
            sealedPart[bit / 8] = static_cast<base::Byte>(sealedPart[bit / 8] ^ (1U << bit % 8));
            base::Bytes opened(plain.size(), 0xEE);
            BOOST_REQUIRE(!cipher.open(PartRole::Body, 0, sealedPart, opened));
            BOOST_REQUIRE(opened == base::Bytes(plain.size()));
            sealedPart[bit / 8] = static_cast<base::Byte>(sealedPart[bit / 8] ^ (1U << bit % 8));
        }
        BOOST_TEST(opens(cipher, PartRole::Body, 0, sealedPart));
    }
}

BOOST_AUTO_TEST_CASE(a_part_does_not_open_as_another) {
    for (const CipherKind kind : kKinds) {
        Cipher cipher(kind, keyFrom(4));
        const base::Bytes sealedPart = seal(cipher, PartRole::IndexBlock, 5, test::Random(5).bytes(64));
        BOOST_TEST(opens(cipher, PartRole::IndexBlock, 5, sealedPart));
        for (std::uint32_t role = 1; role <= 8; ++role) {
            if (static_cast<PartRole>(role) == PartRole::IndexBlock) continue;
            BOOST_TEST(!opens(cipher, static_cast<PartRole>(role), 5, sealedPart));
        }
        for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{4}, std::uint64_t{6},
                                           (std::uint64_t{1} << 32) + 5, (std::uint64_t{1} << 63) + 5}) {
            BOOST_TEST(!opens(cipher, PartRole::IndexBlock, number, sealedPart));
        }
        Cipher otherKey(kind, keyFrom(6));
        BOOST_TEST(!opens(otherKey, PartRole::IndexBlock, 5, sealedPart));
    }
}

BOOST_AUTO_TEST_CASE(one_kind_does_not_open_the_other) {
    Cipher aes(CipherKind::Aes256Gcm, keyFrom(7));
    Cipher chacha(CipherKind::ChaCha20Poly1305, keyFrom(7));
    BOOST_TEST(!opens(chacha, PartRole::Body, 0, seal(aes, PartRole::Body, 0, base::Bytes(32))));
    BOOST_TEST(!opens(aes, PartRole::Body, 0, seal(chacha, PartRole::Body, 0, base::Bytes(32))));
}

BOOST_AUTO_TEST_CASE(a_part_cut_short_is_refused) {
    Cipher cipher(CipherKind::Aes256Gcm, keyFrom(8));
    const base::Bytes sealedPart = seal(cipher, PartRole::Body, 0, test::Random(9).bytes(50));
    for (std::size_t size = vault::kTagBytes; size < sealedPart.size(); ++size) {
        BOOST_REQUIRE(!opens(cipher, PartRole::Body, 0, base::ByteView(sealedPart).first(size)));
    }
}

BOOST_AUTO_TEST_CASE(parts_of_equal_content_look_different) {
    for (const CipherKind kind : kKinds) {
        Cipher cipher(kind, keyFrom(10));
        const base::Bytes plain(64);
        BOOST_TEST(seal(cipher, PartRole::Segment, 1, plain) != seal(cipher, PartRole::Segment, 2, plain));
        BOOST_TEST(seal(cipher, PartRole::Segment, 1, plain) != seal(cipher, PartRole::Directory, 1, plain));
    }
}

BOOST_AUTO_TEST_CASE(key_derivation_keeps_to_rfc_5869) {
    // Test case 1 of the RFC, its first 32 bytes.
    const base::Bytes key(22, 0x0B);
    base::Bytes salt(13);
    base::Bytes info(10);
    BOOST_REQUIRE(base::decodeHex("000102030405060708090a0b0c", salt));
    BOOST_REQUIRE(base::decodeHex("f0f1f2f3f4f5f6f7f8f9", info));
    BOOST_TEST(base::encodeHex(vault::hkdf(key, salt, info).view()) ==
               "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

BOOST_AUTO_TEST_CASE(object_keys_depend_on_vault_header_salt_and_name) {
    test::Random random(11);
    const vault::MasterKey master(random.bytes(vault::kMasterKeyBytes));
    const vault::VaultKeys keys(random.id<vault::VaultId>(), master);
    const vault::VaultKeys otherVault(random.id<vault::VaultId>(), master);
    const base::Bytes header = random.bytes(8);
    const base::Bytes salt = random.bytes(vault::kSaltBytes);
    const auto textOf = [](const base::Secret<32>& key) { return base::encodeHex(key.view()); };
    const std::string one = textOf(keys.objectKey(header, salt, "a"));
    BOOST_TEST(one == textOf(keys.objectKey(header, salt, "a")));
    BOOST_TEST(one != textOf(keys.objectKey(header, salt, "b")));
    BOOST_TEST(one != textOf(keys.objectKey(random.bytes(8), salt, "a")));
    BOOST_TEST(one != textOf(keys.objectKey(header, random.bytes(vault::kSaltBytes), "a")));
    BOOST_TEST(one != textOf(otherVault.objectKey(header, salt, "a")));
    BOOST_TEST(textOf(keys.chunkIdKey()) != textOf(keys.boundaryKey()));
}

BOOST_AUTO_TEST_SUITE_END()
