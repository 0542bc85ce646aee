// SPDX-License-Identifier: Apache-2.0
// pack_parity_test.cpp: packs that rot, and what their parity makes of them.
#include "agent/vault/pack_parity.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/prune.hpp"
#include "tests/support/damaged_vault.hpp"

namespace {

using vault::kFooterBytes;
using vault::kParityBlockBytes;

struct MadePack {
    base::Bytes body;
    base::Bytes object;

    [[nodiscard]] std::size_t sectionBytes() const { return object.size() - body.size(); }
    [[nodiscard]] std::size_t sectionBegin() const { return body.size() - kFooterBytes; }
};

/// A body is nothing but bytes here; parity does not look at them.
MadePack makePack(std::size_t bodyBytes, unsigned percent, std::size_t piece = 5'003) {
    MadePack pack{test::Random(bodyBytes + percent).bytes(bodyBytes), {}};
    vault::ParityEncoder encoder(percent);
    for (base::ByteView rest(pack.body); !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
        encoder.add(rest.first(std::min(piece, rest.size())));
    }
    pack.object.assign(pack.body.begin(), pack.body.end() - std::ptrdiff_t{kFooterBytes});
    base::append(pack.object, encoder.finish());
    base::append(pack.object, base::ByteView(pack.body).last(kFooterBytes));
    return pack;
}

base::Bytes bodyOf(const MadePack& pack, base::ByteView object) {
    base::Bytes body(object.begin(), object.begin() + static_cast<std::ptrdiff_t>(pack.sectionBegin()));
    base::append(body, object.last(kFooterBytes));
    return body;
}

void healsAfter(const std::string& what, const MadePack& pack,
                const std::function<void(base::Bytes&)>& damage) {
    BOOST_TEST_CONTEXT(what << ", body of " << pack.body.size()) {
        base::Bytes object = pack.object;
        damage(object);
        const auto healed = vault::healPack(object);
        BOOST_REQUIRE(healed.has_value());
        BOOST_TEST(healed->isWhole);
        BOOST_TEST(!healed->isIntact);
        BOOST_TEST((bodyOf(pack, healed->object) == pack.body));
    }
}

/// Puts noise into a block of the object, which begins at a multiple of a block as sectors do.
void rot(base::Bytes& object, std::size_t block, test::Random& random) {
    const std::size_t begin = block * kParityBlockBytes;
    random.fill(
        base::MutableBytes(object).subspan(begin, std::min(kParityBlockBytes, object.size() - begin)));
}

/// Damages that share of all blocks of each pack.
void rotShare(test::MemoryStore& store, double share, test::Random& random) {
    for (const std::string& name : store.names("packs/")) {
        base::Bytes object = store.bytesOf(name);
        const std::size_t blocks = (object.size() + kParityBlockBytes - 1) / kParityBlockBytes;
        const auto count =
            std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(blocks)));
        for (std::size_t i = 0; i < count; ++i) rot(object, random.below(blocks), random);
        store.replace(name, std::move(object));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pack_parities)

BOOST_AUTO_TEST_CASE(an_untouched_pack_is_found_intact_however_it_was_cut) {
    for (const std::size_t bodyBytes : {4'096, 4'097, 40'000, 200'000}) {
        const MadePack pack = makePack(bodyBytes, 5);
        BOOST_TEST((makePack(bodyBytes, 5, 1).object == pack.object));
        BOOST_TEST((makePack(bodyBytes, 5, 1 << 20).object == pack.object));
        const auto healed = vault::healPack(pack.object);
        BOOST_REQUIRE(healed.has_value());
        BOOST_TEST(healed->isIntact);
        BOOST_TEST(healed->isWhole);
        BOOST_TEST(healed->damagedBlocks == 0U);
        BOOST_TEST((healed->object == pack.object));
    }
}

BOOST_AUTO_TEST_CASE(bytes_without_a_section_are_left_alone) {
    BOOST_TEST(!vault::healPack({}).has_value());
    BOOST_TEST(!vault::healPack(test::Random(1).bytes(50'000)).has_value());
    const MadePack pack = makePack(50'000, 1);
    BOOST_TEST(!vault::healPack(pack.body).has_value());
}

BOOST_AUTO_TEST_CASE(every_single_block_heals) {
    test::Random random(3);
    for (const std::size_t bodyBytes : {4'096, 70'001}) {
        const MadePack pack = makePack(bodyBytes, 1);
        for (std::size_t block = 0; block * kParityBlockBytes < pack.object.size(); ++block) {
            healsAfter("block " + std::to_string(block), pack,
                       [&](base::Bytes& object) { rot(object, block, random); });
        }
    }
}

BOOST_AUTO_TEST_CASE(every_single_byte_heals_in_the_small) {
    const MadePack pack = makePack(4'200, 1);
    for (std::size_t at = 0; at < pack.object.size(); at += 7) {
        healsAfter("byte " + std::to_string(at), pack, [&](base::Bytes& object) { object[at] ^= 0x20; });
    }
}

BOOST_AUTO_TEST_CASE(a_full_pack_heals_the_share_that_was_asked_for) {
    test::Random random(4);
    for (const unsigned percent : {1U, 10U}) {
        const MadePack pack = makePack(vault::kPackBytes, percent);
        const std::size_t blocks = pack.object.size() / kParityBlockBytes;
        BOOST_TEST_MESSAGE(percent << " % cost "
                                   << 100.0 * static_cast<double>(pack.sectionBytes()) / vault::kPackBytes
                                   << " %");
        for (int round = 0; round < 3; ++round) {
            healsAfter(std::to_string(percent) + " % scattered", pack, [&](base::Bytes& object) {
                for (std::size_t i = 0; i < blocks * percent / 100; ++i)
                    rot(object, random.below(blocks), random);
            });
            healsAfter(std::to_string(percent) + " % in one piece", pack, [&](base::Bytes& object) {
                const std::size_t begin = random.below(blocks * (100 - percent) / 100);
                for (std::size_t i = 0; i < blocks * percent / 100; ++i) rot(object, begin + i, random);
            });
        }
    }
}

BOOST_AUTO_TEST_CASE(what_was_cut_off_or_added_at_the_end_heals) {
    const MadePack pack = makePack(300'000, 10);
    for (const std::size_t bytes : {std::size_t{1}, kFooterBytes, std::size_t{500}, std::size_t{6'000}}) {
        healsAfter("cut", pack, [&](base::Bytes& object) { object.resize(object.size() - bytes); });
        healsAfter("grown", pack, [&](base::Bytes& object) { object.resize(object.size() + bytes); });
    }
}

BOOST_AUTO_TEST_CASE(too_much_damage_is_owned_up_to_and_the_rest_is_left_as_it_is) {
    const MadePack pack = makePack(3'000'000, 1);
    base::Bytes object = pack.object;
    std::fill(object.begin() + 10'000, object.begin() + 2'000'000, base::Byte{0});
    const auto healed = vault::healPack(object);
    BOOST_REQUIRE(healed.has_value());
    BOOST_TEST(!healed->isWhole);
    BOOST_TEST(healed->damagedBlocks >= 480U);
    const base::Bytes body = bodyOf(pack, healed->object);
    BOOST_TEST(std::equal(body.begin() + 2'010'000, body.end(), pack.body.begin() + 2'010'000));
}

BOOST_AUTO_TEST_CASE(rows_suffice_all_but_once_in_a_thousand_million_times) {
    // The tail of the binomial distribution, worked out elsewhere.
    BOOST_TEST(vault::parityRows(1, 1) == 4U);
    BOOST_TEST(vault::parityRows(1, 10) == 8U);
    BOOST_TEST(vault::parityRows(71, 1) == 10U);
    BOOST_TEST(vault::parityRows(228, 1) == 16U);
    BOOST_TEST(vault::parityRows(196, 10) == 58U);
}

BOOST_AUTO_TEST_CASE(reading_heals_while_the_vault_stays_as_it_is) {
    test::DamagedVault damaged(5);
    test::Random random(5);
    for (int round = 0; round < 20; ++round) {
        damaged.heal();
        rotShare(damaged.store, 0.05, random);
        const auto rotten = damaged.store.objects();
        const auto vault = damaged.open();
        BOOST_TEST(test::readEverything(*vault, damaged.expected).empty());
        for (const auto depth : {vault::VerifyDepth::Seals, vault::VerifyDepth::Data}) {
            const vault::VerifyReport report = test::verifyAt(*vault, depth);
            BOOST_TEST(report.damagedPoints.empty());
            BOOST_TEST(report.problems.size() == damaged.store.names("packs/").size());
            for (const vault::Problem& problem : report.problems)
                BOOST_TEST(problem.sentence.find("its parity still makes up for ") != std::string::npos,
                           problem.sentence);
        }
        BOOST_TEST((damaged.store.objects() == rotten));
    }
}

BOOST_AUTO_TEST_CASE(a_repair_writes_rotten_packs_anew_and_loses_nothing) {
    test::DamagedVault damaged(5);
    test::Random random(6);
    for (int round = 0; round < 10; ++round) {
        damaged.heal();
        rotShare(damaged.store, 0.05, random);
        BOOST_TEST(test::repairAndCheck(damaged).empty());
        // The new packs have parity, too.
        rotShare(damaged.store, 0.05, random);
        BOOST_TEST(test::readEverything(*damaged.open(), damaged.expected).empty());
    }
}

BOOST_AUTO_TEST_CASE(a_prune_moves_what_is_needed_out_of_rotten_packs) {
    test::DamagedVault damaged(5);
    test::Random random(7);
    rotShare(damaged.store, 0.05, random);
    const auto vault = damaged.open();
    const auto gone = vault->state().points.front().id;
    BOOST_TEST(vault::forgetPoints(*vault, {gone}) == 1U);
    vault::PruneOptions options;
    options.allowedWaste = 0;
    const auto report = vault::prune(*vault, damaged.clock, options,
                                     [](const std::string&, std::uint64_t, std::uint64_t) {}, {});
    BOOST_TEST(report.packsRewritten > 0U);
    damaged.expected.erase(gone);
    BOOST_TEST(test::readEverything(*vault, damaged.expected).empty());
}

BOOST_AUTO_TEST_CASE(every_damage_is_survived_as_well_as_without_parity) {
    test::DamagedVault damaged(1);
    for (const std::string& name : damaged.store.names("packs/")) {
        for (const test::Damage& damage : test::allDamages()) {
            BOOST_TEST_CONTEXT(name << " " << damage.what) {
                damaged.heal();
                damage.apply(damaged.store, name);
                if (damaged.isHealthy()) continue;
                const bool heals = damage.what.starts_with("bit flipped") || damage.what == "grown" ||
                                   damage.what == "short of one byte";
                const test::LostObjects lost = test::repairAndCheck(damaged);
                if (heals) BOOST_TEST(lost.empty());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_repair_of_the_journal_learns_the_choice_of_parity_from_the_packs) {
    test::DamagedVault damaged(3);
    for (const std::string& name : damaged.store.names("journal/")) damaged.store.truncate(name, 100);
    BOOST_TEST(test::repairAndCheck(damaged).empty());
    BOOST_TEST(openVault(damaged.store, damaged.keys())->state().parityPercent == 3U);
}

BOOST_AUTO_TEST_CASE(what_a_repair_of_the_journal_saves_gets_the_parity_that_the_packs_tell_of) {
    test::DamagedVault damaged(3);
    const std::vector<std::string> packs = damaged.store.names("packs/");
    damaged.store.flipBit(packs.front(), 2000);
    for (const std::string& name : damaged.store.names("journal/")) damaged.store.truncate(name, 100);
    BOOST_TEST(test::repairAndCheck(damaged).empty());
    std::size_t newPacks = 0;
    for (const std::string& name : damaged.store.names("packs/")) {
        if (std::find(packs.begin(), packs.end(), name) != packs.end()) continue;
        const auto healed = vault::healPack(damaged.store.bytesOf(name));
        BOOST_TEST_REQUIRE(healed.has_value());
        BOOST_TEST(healed->percent == 3U);
        ++newPacks;
    }
    BOOST_TEST(newPacks == 1U);
}

BOOST_AUTO_TEST_CASE(a_damaged_section_is_found_and_mended) {
    test::DamagedVault damaged(5);
    for (const std::string& name : damaged.store.names("packs/")) {
        damaged.heal();
        // The first copy of a hash: nothing needs it, and still it is not what was written.
        const base::Bytes object = damaged.store.bytesOf(name);
        damaged.store.flipBit(name, object.size() - kFooterBytes - kParityBlockBytes + 64 + 5);
        const auto vault = damaged.open();
        const vault::VerifyReport report = test::verifyAt(*vault, vault::VerifyDepth::Seals);
        BOOST_TEST(report.problems.size() == 1U);
        BOOST_TEST(report.damagedPoints.empty());
        BOOST_TEST(test::repairAndCheck(damaged).empty());
    }
}

BOOST_AUTO_TEST_CASE(the_choice_of_parity_outlives_the_client_and_can_be_taken_back) {
    test::DamagedVault damaged(3);
    const auto vault = damaged.open();
    BOOST_TEST(vault->state().parityPercent == 3U);
    vault->setParity(0);
    BOOST_TEST(damaged.open()->state().parityPercent == 0U);
    BOOST_TEST(test::readEverything(*damaged.open(), damaged.expected).empty());
}

BOOST_AUTO_TEST_SUITE_END()
