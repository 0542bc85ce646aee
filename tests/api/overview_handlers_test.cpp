// SPDX-License-Identifier: Apache-2.0
// overview_handlers_test.cpp: "am I protected?", and vaults through the API.
#include "tests/api/api_fixture.hpp"

using api::Method;
using test::ApiShelf;

namespace {

struct Overview : ApiShelf {
    std::int64_t policy = addPolicy("nightly");

    std::string addPolicyPlan(const std::string& name) {
        return addPlan(name, R"(, "policy": )" + std::to_string(policy));
    }
    void addPoint(const std::string& plan, std::chrono::seconds ago) {
        catalogue.points().add("disk", test::pointOf(plan, (now() - ago).time_since_epoch().count()));
    }
    [[nodiscard]] std::chrono::sys_seconds now() const {
        return std::chrono::sys_seconds(std::chrono::seconds(clock.now().seconds));
    }
    void endBackup(const std::string& plan, catalogue::JobState state) {
        auto jobs = catalogue.jobs();
        catalogue::NewJob job;
        job.plan = catalogue::PlanId::fromHex(plan);
        const auto id = jobs.add(job, start);
        jobs.start(id, start);
        catalogue::JobEnd end;
        end.state = state;
        end.errorText = "The disk is full";
        jobs.end(id, end, start);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(overviews, Overview)

BOOST_AUTO_TEST_CASE(each_plan_is_in_the_state_that_it_deserves_and_the_worst_come_first) {
    const std::string good = addPolicyPlan("good");
    addPolicyPlan("never");
    const std::string late = addPolicyPlan("late");
    const std::string failing = addPolicyPlan("failing");
    const std::string paused = addPolicyPlan("paused");
    addPlan("instant");
    addPoint(good, std::chrono::hours(1));
    addPoint(late, std::chrono::hours(13));
    addPoint(failing, std::chrono::hours(1));
    endBackup(failing, catalogue::JobState::Failed);
    object(ask(Method::Put, "/plans/" + paused + "/pause", R"({"minutes": 60})"));
    const auto overview = object(get("/overview"));
    std::string states;
    for (const auto& plan : list(overview, "plans"))
        states += plan.text("name").value() + ":" + plan.text("state").value() + " ";
    BOOST_TEST(states ==
               "failing:failing late:late never:never paused:paused good:protected instant:instant ");
    BOOST_TEST(overview.object("planCounts")->number("protected").value() == 1U);
    const auto problems = list(overview, "problems");
    BOOST_REQUIRE(problems.size() == 3U);
    BOOST_TEST(problems[0].text("sentence").value().find("The disk is full") != std::string::npos);
    BOOST_TEST(!problems[2].text("hint").value().empty());
}

BOOST_AUTO_TEST_CASE(a_plan_whose_policy_was_deleted_stands_still_and_says_so) {
    addPolicyPlan("files");
    object(ask(Method::Delete, "/policies/" + std::to_string(policy), {}, {{"confirm", "nightly"}}));
    const auto overview = object(get("/overview"));
    BOOST_TEST(overview.objects("plans")->at(0).text("state").value() == "stopped");
    BOOST_TEST(overview.objects("problems")->size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_runs_and_what_waits_is_told) {
    const std::string plan = addPlan("files");
    catalogue::NewJob wanted;
    wanted.plan = catalogue::PlanId::fromHex(plan);
    catalogue.jobs().start(catalogue.jobs().add(wanted, start), start);
    catalogue.jobs().add(wanted, start);
    const auto overview = object(get("/overview"));
    BOOST_TEST(overview.objects("runningJobs")->size() == 1U);
    BOOST_TEST(overview.number("queuedJobs").value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_becomes_a_vault_and_a_vault_is_connected_again) {
    const auto body = [&](const std::string& name, const std::string& folderName,
                          const std::string& password) {
        return R"({"name": ")" + name + R"(", "folder": ")" + jsonText(folder / folderName) +
               R"(", "password": ")" + password + "\"}";
    };
    const auto made = post("/vaults", body("local", "vault", "secret7"));
    BOOST_TEST(object(made, 201).text("name").value() == "local");
    BOOST_TEST(made.location == "/api/v1/vaults/local");
    BOOST_TEST(made.body.find("secret7") == std::string::npos);
    BOOST_TEST(object(get("/vaults/local")).number("points").value() == 0U);
    BOOST_TEST(items(get("/vaults")).size() == 2U);
    requireProblem(post("/vaults", body("local", "other", "secret7")), 409, "CATALOG-0011");
    requireProblem(post("/vaults", body("again", "vault", "wrong-one")), 403, "KEY-0001");
    requireProblem(post("/vaults", body("inside", "vault/inside", "secret7")), 400, "CLI-0022");
    requireProblem(post("/vaults", body("used", "state", "secret7")), 409, "STORE-0002");
    BOOST_TEST(refusedFields(post("/vaults", body("a b", "x", "short"))) == "name password ");
    BOOST_TEST(refusedFields(post("/vaults", R"({"name": "x", "folder": "y", "password": "secret7"})")) ==
               "folder ");
    config::VaultBook(*folder.files, folder / "config").forget("local");
    BOOST_TEST(object(post("/vaults", body("again", "vault", "secret7")), 201).text("name").value() ==
               "again");
    requireProblem(get("/vaults/local"), 404, "CATALOG-0012");
}

BOOST_AUTO_TEST_SUITE_END()
