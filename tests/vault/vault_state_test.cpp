// SPDX-License-Identifier: Apache-2.0
// vault_state_test.cpp: what each change does, and records that are cut or made of random bytes.
#include "agent/vault/vault_state.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

using vault::VaultChanges;
using vault::VaultState;

vault::PointRecord samplePoint(test::Random& random) {
    vault::PointRecord point;
    point.id = random.id<vault::PointId>();
    point.client = "host \xC3\xA4";
    point.plan = "nightly";
    point.sources = {"/srv", "/home"};
    point.tags = {"a", ""};
    point.started = {-5, 999'999'999};
    point.finished = {1'795'485'045, 1};
    point.root = {random.id<vault::ChunkId>(), 12345};
    point.treeLevels = 3;
    point.objects = ~std::uint64_t{0};
    point.logicalBytes = 1;
    point.readBytes = 2;
    point.newBytes = 3;
    point.storedBytes = 4;
    point.faults = 5;
    point.faultList = {1, {{random.id<vault::ChunkId>(), 6}, {random.id<vault::ChunkId>(), 7}}};
    point.parent = random.id<vault::PointId>();
    return point;
}

VaultChanges sampleChanges(test::Random& random) {
    VaultChanges changes;
    changes.touchSessions.push_back({random.id<vault::SessionId>(), "client", {17, 0}});
    changes.endSessions.push_back(random.id<vault::SessionId>());
    changes.addRuns.push_back({{random.id<vault::RunId>(), 1, 2, 3}, random.id<vault::SessionId>()});
    changes.removeRuns.push_back(random.id<vault::RunId>());
    changes.addPoints.push_back(samplePoint(random));
    changes.removePoints.push_back(random.id<vault::PointId>());
    changes.condemnPacks.push_back(random.id<vault::PackId>());
    changes.forgetPacks.push_back(random.id<vault::PackId>());
    changes.distrustPoints = true;
    return changes;
}

VaultState sampleState(test::Random& random) {
    VaultState state;
    state.apply(sampleChanges(random));
    state.apply(sampleChanges(random));
    return state;
}

template <typename Encode>
base::Bytes encoded(Encode encode) {
    base::Bytes bytes;
    base::Encoder encoder(bytes);
    encode(encoder);
    return bytes;
}

/// Cuts the bytes everywhere, changes them everywhere, and feeds random ones: only base::Error may come out.
template <typename Decode>
void torment(const base::Bytes& whole, Decode decode) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
        base::Decoder decoder(base::ByteView(whole).first(size));
        BOOST_REQUIRE_THROW(decode(decoder), base::Error);
    }
    test::Random random(99);
    for (int i = 0; i < 4000; ++i) {
        base::Bytes bytes = i % 2 == 0 ? random.bytes(random.below(300)) : whole;
        for (int j = 0; j < 3 && !bytes.empty(); ++j) {
            bytes[random.below(bytes.size())] = static_cast<base::Byte>(random.next());
        }
        base::Decoder decoder(bytes);
        try {
            decode(decoder);
        } catch (const base::Error& error) {
            BOOST_REQUIRE((error.kind() == base::ErrorKind::Corrupt));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(vault_states)

BOOST_AUTO_TEST_CASE(a_point_comes_back_as_it_was_written) {
    test::Random random(1);
    const auto point = samplePoint(random);
    const base::Bytes bytes = encoded([&](base::Encoder& encoder) { vault::encodePoint(encoder, point); });
    base::Decoder decoder(bytes);
    BOOST_TEST((vault::decodePoint(decoder) == point));
    BOOST_TEST(decoder.atEnd());
    torment(bytes, [](base::Decoder& from) { vault::decodePoint(from); });
}

BOOST_AUTO_TEST_CASE(changes_come_back_as_they_were_written) {
    test::Random random(2);
    const auto changes = sampleChanges(random);
    const base::Bytes bytes =
        encoded([&](base::Encoder& encoder) { vault::encodeChanges(encoder, changes); });
    base::Decoder decoder(bytes);
    const VaultChanges back = vault::decodeChanges(decoder);
    BOOST_TEST(decoder.atEnd());
    BOOST_TEST((back.touchSessions == changes.touchSessions));
    BOOST_TEST((back.endSessions == changes.endSessions));
    BOOST_TEST((back.addRuns == changes.addRuns));
    BOOST_TEST((back.removeRuns == changes.removeRuns));
    BOOST_TEST((back.addPoints == changes.addPoints));
    BOOST_TEST((back.removePoints == changes.removePoints));
    BOOST_TEST((back.condemnPacks == changes.condemnPacks));
    BOOST_TEST((back.forgetPacks == changes.forgetPacks));
    BOOST_TEST(back.distrustPoints);
    torment(bytes, [](base::Decoder& from) { vault::decodeChanges(from); });
}

BOOST_AUTO_TEST_CASE(a_state_comes_back_as_it_was_written) {
    test::Random random(3);
    const VaultState state = sampleState(random);
    const base::Bytes bytes = encoded([&](base::Encoder& encoder) { vault::encodeState(encoder, state); });
    base::Decoder decoder(bytes);
    const VaultState back = vault::decodeState(decoder);
    BOOST_TEST(decoder.atEnd());
    BOOST_TEST(back.sequence == 2U);
    BOOST_TEST((back.sessions == state.sessions));
    BOOST_TEST((back.runs == state.runs));
    BOOST_TEST((back.points == state.points));
    BOOST_TEST((back.condemnedPacks == state.condemnedPacks));
    BOOST_TEST(back.lastRemoval == state.lastRemoval);
    BOOST_TEST(back.distrusted == state.distrusted);
    BOOST_TEST(back.pointSequences == state.pointSequences, boost::test_tools::per_element());
    torment(bytes, [](base::Decoder& from) { vault::decodeState(from); });
}

BOOST_AUTO_TEST_CASE(content_references_come_back_and_bad_ones_are_refused) {
    test::Random random(4);
    vault::ContentRef content;
    content.depth = vault::kMaxListDepth;
    for (std::size_t i = 0; i < vault::kListFanOut; ++i) {
        content.refs.push_back({random.id<vault::ChunkId>(), i});
    }
    const base::Bytes bytes =
        encoded([&](base::Encoder& encoder) { vault::encodeContent(encoder, content); });
    base::Decoder decoder(bytes);
    BOOST_TEST((vault::decodeContent(decoder) == content));
    torment(bytes, [](base::Decoder& from) { vault::decodeContent(from); });
}

BOOST_AUTO_TEST_CASE(a_session_is_begun_touched_and_ended_and_its_runs_stay) {
    VaultState state;
    const auto session = vault::randomId<vault::SessionId>();
    const auto run = vault::randomId<vault::RunId>();
    VaultChanges begin;
    begin.touchSessions.push_back({session, "a", {1, 0}});
    state.apply(begin);
    VaultChanges work;
    work.touchSessions.push_back({session, "a", {2, 0}});
    work.addRuns.push_back({{run, 1, 1, 1}, session});
    state.apply(work);
    BOOST_TEST(state.sessions.size() == 1U);
    BOOST_REQUIRE(state.findSession(session) != nullptr);
    BOOST_TEST(state.findSession(session)->lastSeen.seconds == 2);
    BOOST_TEST((state.runs[0].session == session));
    VaultChanges end;
    end.endSessions.push_back(session);
    state.apply(end);
    BOOST_TEST(state.sessions.empty());
    BOOST_TEST(state.hasRun(run));
    BOOST_TEST((state.runs[0].session == vault::SessionId{}));
}

BOOST_AUTO_TEST_CASE(removed_points_take_their_sequence_along) {
    VaultState state;
    std::vector<vault::PointId> ids;
    for (int i = 0; i < 3; ++i) {
        VaultChanges changes;
        changes.addPoints.emplace_back().id = vault::randomId<vault::PointId>();
        ids.push_back(changes.addPoints[0].id);
        state.apply(changes);
    }
    VaultChanges removal;
    removal.removePoints = {ids[1], vault::randomId<vault::PointId>()};
    state.apply(removal);
    BOOST_REQUIRE(state.points.size() == 2U);
    BOOST_TEST(state.findPoint(ids[1]) == nullptr);
    BOOST_TEST(state.pointSequences[0] == 1U);
    BOOST_TEST(state.pointSequences[1] == 3U);
    BOOST_TEST(state.lastRemoval == 0U);
}

BOOST_AUTO_TEST_CASE(points_are_distrusted_up_to_the_repair_and_trusted_after_it) {
    VaultState state;
    VaultChanges first;
    first.addPoints.emplace_back().id = vault::randomId<vault::PointId>();
    state.apply(first);
    const auto before = first.addPoints[0].id;
    BOOST_TEST(state.isTrusted(before));
    VaultChanges repair;
    repair.distrustPoints = true;
    state.apply(repair);
    BOOST_TEST(!state.isTrusted(before));
    BOOST_TEST(state.lastRemoval == 2U);
    VaultChanges second;
    second.addPoints.emplace_back().id = vault::randomId<vault::PointId>();
    state.apply(second);
    BOOST_TEST(state.isTrusted(second.addPoints[0].id));
    BOOST_TEST(!state.isTrusted(vault::randomId<vault::PointId>()));
}

BOOST_AUTO_TEST_CASE(condemned_packs_are_remembered_until_they_are_gone) {
    VaultState state;
    const auto a = vault::randomId<vault::PackId>();
    const auto b = vault::randomId<vault::PackId>();
    VaultChanges condemn;
    condemn.condemnPacks = {a, b};
    state.apply(condemn);
    BOOST_TEST(state.lastRemoval == 1U);
    VaultChanges forget;
    forget.forgetPacks = {a};
    state.apply(forget);
    BOOST_REQUIRE(state.condemnedPacks.size() == 1U);
    BOOST_TEST((state.condemnedPacks[0] == b));
    BOOST_TEST(state.lastRemoval == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
