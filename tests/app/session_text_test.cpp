// SPDX-License-Identifier: Apache-2.0
// session_text_test.cpp: who is at work in a vault, and when it was heard of.
#include "agent/app/session_text.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "agent/vault/directory_store.hpp"
#include "agent/vault/key_store.hpp"
#include "agent/vault/store_session.hpp"
#include "tests/app/world.hpp"

namespace {

constexpr platform::Timestamp kNow{1'795'000'000, 5};

vault::SessionInfo session(const std::string& client, std::int64_t lastSeen) {
    vault::SessionInfo info;
    info.id = *vault::SessionId::fromHex(std::string(2 * vault::SessionId::kSizeBytes, 'a'));
    info.client = client;
    info.lastSeen.seconds = lastSeen;
    return info;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_texts)

BOOST_AUTO_TEST_CASE(a_session_tells_its_client_and_when_it_was_heard_of) {
    BOOST_TEST(app::sessionLine(session("web1", kNow.seconds - 185), kNow) ==
               "web1, last heard of 3m 05s ago (" + platform::formatUtc({kNow.seconds - 185, 0}) + ")");
    BOOST_TEST(app::sessionLine(session("web1", kNow.seconds), kNow).find("0 s ago") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_clock_that_runs_ahead_is_said_to) {
    const std::string line = app::sessionLine(session("web1", kNow.seconds + 7200), kNow);
    BOOST_TEST(line.find("2h 00m 00s ahead of this clock") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(odd_names_and_impossible_times_do_no_harm) {
    using Limits = std::numeric_limits<std::int64_t>;
    for (const std::int64_t seconds : {Limits::min(), Limits::max(), std::int64_t{0}}) {
        const std::string line = app::sessionLine(session("a\033[2Jb\n", seconds), kNow);
        BOOST_TEST(line.find('\033') == std::string::npos);
        BOOST_TEST(line.find('\n') == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(programs_get_a_list) {
    base::JsonWriter json;
    json.beginObject();
    app::addSessions(json, {session("web1", kNow.seconds - 60), session("copy", kNow.seconds + 1)}, kNow);
    const std::string text = json.endObject().text();
    BOOST_TEST(text.find(R"("client":"web1")") != std::string::npos, text);
    BOOST_TEST(text.find(R"("secondsSinceSeen":60)") != std::string::npos, text);
    BOOST_TEST(text.find(R"("secondsSinceSeen":-1)") != std::string::npos, text);
    BOOST_TEST(text.find(R"("lastSeen":")") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(vault_info_names_who_is_at_work) {
    test::World world;
    const std::string path = world.folder / "vault";
    world.environment["HBR_PASSWORD"] = "correct horse";
    BOOST_TEST_REQUIRE(world.run({"vault", "create", path}) == 0);
    auto store = vault::openDirectoryStore(*world.folder.files, path);
    const vault::VaultKeys keys = vault::unlock(*store, base::SecretBytes("correct horse"));
    const auto opened = vault::Vault::open(std::move(store), keys, vault::Vault::JournalNeed::Required);
    const vault::StoreSession session(*opened, world.clock, "web1");
    world.clock.advance(std::chrono::minutes(2));
    BOOST_TEST(world.run({"vault", "info", "--vault", path}) == 0);
    BOOST_TEST(world.console.data().find("1 session\n") != std::string::npos, world.console.data());
    BOOST_TEST(world.console.data().find("web1, last heard of 2m 00s ago") != std::string::npos);
    BOOST_TEST(world.run({"vault", "info", "--vault", path, "--json"}) == 0);
    BOOST_TEST(world.console.data().find(R"("client":"web1")") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
