// SPDX-License-Identifier: Apache-2.0
// seal_proof_test.cpp: what does not open as it was sealed is refused before it is stored.
#include "agent/vault/seal_proof.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/random.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using vault::ObjectKind;
using vault::PartRole;

const std::string kName = "journal/0000000000000001";

vault::VaultKeys makeKeys() {
    return vault::VaultKeys(vault::randomId<vault::VaultId>(), vault::makeMasterKey());
}

/// Must not look like damage: what works around damaged objects would go on.
bool isFaultyMachine(const base::Error& error) {
    return error.kind() == base::ErrorKind::Internal && error.code() == "VAULT-0020" &&
           error.hint().find("memory") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(seal_proofs)

BOOST_AUTO_TEST_CASE(an_object_with_any_wrong_bit_is_not_stored) {
    const auto keys = makeKeys();
    const base::Bytes plain = test::Random(1).bytes(100);
    base::Bytes object = vault::sealObject(keys, ObjectKind::JournalEntry, kName, plain);
    BOOST_CHECK_NO_THROW(vault::proveSealedObject(keys, ObjectKind::JournalEntry, kName, object, plain));
    for (std::size_t bit = 0; bit < 8 * object.size(); ++bit) {
        const auto flip = static_cast<base::Byte>(1U << bit % 8);
        object[bit / 8] ^= flip;
        BOOST_REQUIRE_EXCEPTION(
            vault::proveSealedObject(keys, ObjectKind::JournalEntry, kName, object, plain), base::Error,
            isFaultyMachine);
        object[bit / 8] ^= flip;
    }
}

BOOST_AUTO_TEST_CASE(an_object_whose_content_changed_before_it_was_sealed_is_not_stored) {
    const auto keys = makeKeys();
    const base::Bytes plain = test::Random(2).bytes(100);
    for (const std::size_t size : {std::size_t{0}, plain.size() - 1, plain.size() + 1, plain.size()}) {
        base::Bytes changed = plain;
        changed.resize(size);
        if (size == plain.size()) changed[50] ^= 4;
        const base::Bytes object = vault::sealObject(keys, ObjectKind::Point, kName, changed);
        BOOST_CHECK_EXCEPTION(vault::proveSealedObject(keys, ObjectKind::Point, kName, object, plain),
                              base::Error, isFaultyMachine);
    }
}

BOOST_AUTO_TEST_CASE(a_part_with_a_wrong_bit_key_or_place_is_not_stored) {
    const auto keys = makeKeys();
    const base::Bytes header = vault::makeHeader(ObjectKind::IndexRun);
    vault::Cipher cipher = vault::objectCipher(keys, ObjectKind::IndexRun, kName, header);
    const base::Bytes plain = test::Random(3).bytes(1008);
    base::Bytes sealedPart(plain.size() + vault::kTagBytes);
    cipher.seal(PartRole::IndexBlock, 7, plain, {}, sealedPart);
    vault::Cipher prover = vault::objectCipher(keys, ObjectKind::IndexRun, kName, header);
    const auto refuses = [&](vault::Cipher& by, std::uint64_t number, base::ByteView expected) {
        BOOST_CHECK_EXCEPTION(vault::proveSealedPart(by, PartRole::IndexBlock, number, sealedPart, expected),
                              base::Error, isFaultyMachine);
    };
    BOOST_CHECK_NO_THROW(vault::proveSealedPart(prover, PartRole::IndexBlock, 7, sealedPart, plain));
    refuses(prover, 8, plain);
    refuses(prover, 7, base::ByteView(plain).first(1000));
    base::Bytes changed = plain;
    changed.back() ^= 1;
    refuses(prover, 7, changed);
    vault::Cipher stranger = vault::objectCipher(keys, ObjectKind::IndexRun, "index/00", header);
    refuses(stranger, 7, plain);
    sealedPart[500] ^= 16;
    refuses(prover, 7, plain);
}

BOOST_AUTO_TEST_SUITE_END()
