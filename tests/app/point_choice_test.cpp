// SPDX-License-Identifier: Apache-2.0
// point_choice_test.cpp: which restore point a person means, and which place in it.
#include "agent/app/point_choice.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/app/world.hpp"

namespace {

vault::PointRecord point(const std::string& firstDigits, const std::string& client, const std::string& plan,
                         std::vector<std::string> tags = {}) {
    vault::PointRecord record;
    const std::size_t digits = 2 * vault::PointId::kSizeBytes;
    record.id = *vault::PointId::fromHex(firstDigits + std::string(digits - firstDigits.size(), '0'));
    record.client = client;
    record.plan = plan;
    record.tags = std::move(tags);
    return record;
}

vault::VaultState history() {
    vault::VaultState state;
    state.points = {point("a1", "web", "daily"), point("a2", "web", "", {"keep", "big"}),
                    point("b3", "db", "daily", {"keep"}), point("c4", "db", "")};
    return state;
}

std::string chosen(const std::string& text, const std::vector<std::string>& options = {}) {
    std::vector<std::string> words = {"point", "list"};
    words.insert(words.end(), options.begin(), options.end());
    const test::TypedCommand typed(words);
    return app::choosePoint(typed.command, history(), text).id.hex().substr(0, 2);
}

base::Error refusal(const std::string& text, const std::vector<std::string>& options = {}) {
    return test::errorOf([&] { chosen(text, options); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(point_choices)

BOOST_AUTO_TEST_CASE(the_beginning_of_an_id_names_a_point) {
    BOOST_TEST(chosen("b") == "b3");
    BOOST_TEST(chosen("a2") == "a2");
    BOOST_TEST(chosen(history().points[3].id.hex()) == "c4");
    BOOST_TEST(app::shortId(history().points[0].id) == "a1000000");
}

BOOST_AUTO_TEST_CASE(a_beginning_of_several_ids_or_of_none_is_refused) {
    BOOST_TEST(refusal("a").code() == "CLI-0031");
    BOOST_TEST((refusal("a").kind() == base::ErrorKind::Invalid));
    BOOST_TEST(refusal("").code() == "CLI-0031");
    for (const char* text : {"ff", "a1x", "LATEST", "late"}) {
        BOOST_TEST(refusal(text).code() == "CLI-0030", text);
        BOOST_TEST((refusal(text).kind() == base::ErrorKind::NotFound));
    }
    BOOST_TEST(refusal("a1" + std::string(100, '0')).code() == "CLI-0030");
}

BOOST_AUTO_TEST_CASE(latest_is_the_newest_that_client_plan_and_tag_let_through) {
    BOOST_TEST(chosen("latest") == "c4");
    BOOST_TEST(chosen("latest", {"--client", "web"}) == "a2");
    BOOST_TEST(chosen("latest", {"--plan", "daily"}) == "b3");
    BOOST_TEST(chosen("latest", {"--client", "web", "--plan", "daily"}) == "a1");
    BOOST_TEST(chosen("latest", {"--tag", "keep"}) == "b3");
    BOOST_TEST(chosen("latest", {"--tag", "big"}) == "a2");
    BOOST_TEST(refusal("latest", {"--client", "nobody"}).code() == "CLI-0030");
}

BOOST_AUTO_TEST_CASE(latest_goes_by_the_time_of_the_backup_not_by_when_it_came_to_the_vault) {
    vault::VaultState state = history();
    const std::vector<std::int64_t> started = {300, 200, 400, 100};  // the last one was copied here
    for (std::size_t i = 0; i < started.size(); ++i) state.points[i].started.seconds = started[i];
    const auto latest = [&](const std::vector<std::string>& options) {
        std::vector<std::string> words = {"point", "list"};
        words.insert(words.end(), options.begin(), options.end());
        const test::TypedCommand typed(words);
        return app::choosePoint(typed.command, state, "latest").id.hex().substr(0, 2);
    };
    BOOST_TEST(latest({}) == "b3");
    BOOST_TEST(latest({"--client", "web"}) == "a1");
    BOOST_TEST(latest({"--plan", ""}) == "a2");
    const test::TypedCommand typed({"point", "list"});
    std::vector<std::string> order;
    for (const auto& point : app::selectedPoints(typed.command, state))
        order.push_back(app::shortId(point.id));
    BOOST_TEST(order == (std::vector<std::string>{"c4000000", "a2000000", "a1000000", "b3000000"}),
               boost::test_tools::per_element());
    // Of two that began together the one that came later.
    state.points[3].started = state.points[2].started;
    BOOST_TEST(latest({}) == "c4");
}

BOOST_AUTO_TEST_CASE(an_id_is_an_id_whatever_the_filters_say) {
    BOOST_TEST(chosen("a1", {"--client", "db"}) == "a1");
}

BOOST_AUTO_TEST_CASE(an_empty_vault_says_how_to_make_a_point) {
    const test::TypedCommand typed({"point", "list"});
    const base::Error error = test::errorOf([&] { app::choosePoint(typed.command, {}, "latest"); });
    BOOST_TEST(error.code() == "CLI-0030");
    BOOST_TEST(error.hint().find("hbr backup run") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(selected_points_stay_in_order) {
    const test::TypedCommand typed({"point", "list", "--tag", "keep"});
    const auto points = app::selectedPoints(typed.command, history());
    BOOST_REQUIRE(points.size() == 2U);
    BOOST_TEST(points[0].client == "web");
    BOOST_TEST(points[1].client == "db");
}

BOOST_AUTO_TEST_CASE(a_path_with_a_drive_is_one_of_windows_on_every_system) {
    const auto files = platform::makeFileSystem();
    for (const char* path : {"C:\\Users\\x", "C:/Users/x", "C:\\Users\\x\\"}) {
        BOOST_TEST(app::keyOfPath(*files, path) == std::string("C:\0Users\0x", 10), path);
    }
    const std::string absolute = files->absolutePath("folder/name");
    BOOST_TEST(app::keyOfPath(*files, "folder/name") == app::keyOfPath(*files, absolute));
    BOOST_TEST(app::keyOfPath(*files, absolute).ends_with(std::string_view("folder\0name", 11)));
}

BOOST_AUTO_TEST_SUITE_END()
