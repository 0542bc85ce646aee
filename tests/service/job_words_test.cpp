// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_words.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/app/command_line.hpp"
#include "agent/service/job_file.hpp"
#include "tests/catalogue/shelf.hpp"

namespace {

catalogue::Plan planOf(std::vector<std::pair<std::string, std::string>> options) {
    catalogue::Plan plan;
    plan.id = vault::randomId<catalogue::PlanId>();
    plan.settings = test::planNamed("nightly");
    plan.settings.sources = {"/srv/with blank", "--vault", "-x", "/srv/\xFF\n%"};
    plan.settings.options = std::move(options);
    return plan;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_words)

BOOST_AUTO_TEST_CASE(the_program_understands_them_as_they_are_meant) {
    const catalogue::Plan plan = planOf({{"exclude", "--password-command=x"},
                                         {"exclude", "*.o"},
                                         {"exclude-file", "/etc/list"},
                                         {"exclude-type", ".log"},
                                         {"exclude-larger-than", "5G"},
                                         {"fixed-pages", "*.img"},
                                         {"exclude-caches", ""},
                                         {"one-file-system", ""},
                                         {"reread", ""}});
    const app::CommandLine line = app::parseCommandLine(service::backupWords(plan));
    BOOST_TEST_REQUIRE(line.verb != nullptr);
    BOOST_TEST(line.verb->noun == "backup");
    BOOST_TEST(line.verb->name == "run");
    BOOST_TEST((line.operands == plan.settings.sources));
    BOOST_TEST(line.has("json"));
    BOOST_TEST((line.value("vault") == "disk"));
    BOOST_TEST((line.value("client") == "web1"));
    BOOST_TEST((line.value("plan") == catalogue::planMark(plan.id)));
    BOOST_TEST((line.values("exclude") == std::vector<std::string>{"--password-command=x", "*.o"}));
    BOOST_TEST((line.value("fixed-pages") == "*.img"));
    BOOST_TEST(line.has("exclude-caches"));
    BOOST_TEST(!line.has("password-command"));
}

BOOST_AUTO_TEST_CASE(a_restore_asks_for_what_was_chosen_and_for_nothing_else) {
    catalogue::RestoreRequest request;
    request.point = vault::randomId<vault::PointId>();
    request.target = "/back/--yes \xFF";
    request.keys = {std::string("srv\0--in-place", 14), "etc"};
    request.includes = {"--password-command=x"};
    request.excludes = {"*.o"};
    request.onConflict = catalogue::OnConflict::KeepBoth;
    request.isVerified = true;
    request.isDryRun = true;
    request.bytesPerSecond = 1000;
    const app::CommandLine line = app::parseCommandLine(service::restoreWords("disk", request));
    BOOST_TEST_REQUIRE(line.verb != nullptr);
    BOOST_TEST(line.verb->name == "restore");
    BOOST_TEST((line.operands == std::vector<std::string>{request.point.hex()}));
    BOOST_TEST((line.value("vault") == "disk"));
    BOOST_TEST((line.value("target") == request.target));
    BOOST_TEST((line.values("key") == std::vector<std::string>{"737276002d2d696e2d706c616365", "657463"}));
    BOOST_TEST((line.values("include") == request.includes));
    BOOST_TEST((line.values("exclude") == request.excludes));
    BOOST_TEST((line.value("conflict") == "keep-both"));
    BOOST_TEST((line.value("limit-download") == "1000"));
    BOOST_TEST((line.has("verify") && line.has("dry-run") && line.has("json") && line.has("yes")));
    BOOST_TEST((!line.has("in-place") && !line.has("password-command")));
}

BOOST_AUTO_TEST_CASE(a_restore_without_a_target_goes_where_the_files_came_from) {
    catalogue::RestoreRequest request;
    const app::CommandLine line = app::parseCommandLine(service::restoreWords("disk", request));
    BOOST_TEST(line.has("in-place"));
    BOOST_TEST((line.value("conflict") == "skip"));
    BOOST_TEST((!line.has("target") && !line.has("key") && !line.has("verify") && !line.has("dry-run")));
    BOOST_TEST(service::isRestore(service::restoreWords("disk", request)));
    BOOST_TEST(!service::isRestore(service::listingWords("disk")));
}

BOOST_AUTO_TEST_CASE(a_folder_is_browsed_by_its_key) {
    const auto point = vault::randomId<vault::PointId>();
    const app::CommandLine line = app::parseCommandLine(
        service::browseWords("disk", point, std::string("a\0\xFF", 3), std::string("a\0\xFF\0b", 5), 100));
    BOOST_TEST_REQUIRE(line.verb != nullptr);
    BOOST_TEST(line.verb->name == "browse");
    BOOST_TEST((line.operands == std::vector<std::string>{point.hex()}));
    BOOST_TEST((line.value("key") == "6100ff"));
    BOOST_TEST((line.value("after") == "6100ff0062"));
    BOOST_TEST((line.number("most") == 100U));
}

BOOST_AUTO_TEST_CASE(no_option_but_the_connectors_gets_in) {
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{"password-command", "rm -rf /"},
                                                          {"vault", "other"},
                                                          {"dry-run", ""},
                                                          {"", ""},
                                                          {"reread", "yes"}}) {
        BOOST_CHECK_EXCEPTION((void)service::backupWords(planOf({{name, value}})), base::Error,
                              test::hasCode("JOB-0002"));
    }
}

BOOST_AUTO_TEST_CASE(scripts_and_the_plans_name_for_them_are_told) {
    catalogue::Plan plan = planOf({{"script-timeout", "5"}});
    plan.settings.scriptBefore = "/opt/stop the database";
    plan.settings.scriptAfter = "/opt/start";
    const app::CommandLine line = app::parseCommandLine(service::backupWords(plan));
    BOOST_TEST((line.value("script-before") == "/opt/stop the database"));
    BOOST_TEST((line.value("script-after") == "/opt/start"));
    BOOST_TEST((line.number("script-timeout") == 5U));
    BOOST_TEST((line.value("plan-name") == "nightly"));
    BOOST_TEST(!app::parseCommandLine(service::backupWords(planOf({}))).has("script-before"));
}

BOOST_AUTO_TEST_CASE(a_plans_bandwidth_is_told) {
    catalogue::Plan plan = planOf({});
    plan.settings.bandwidth = {{9, 18, 1024 * 1024}, {22, 6, 2048}};
    const app::CommandLine line = app::parseCommandLine(service::backupWords(plan));
    BOOST_TEST((line.value("limit-upload-by-hour") == "9-18=1048576,22-6=2048"));
}

BOOST_AUTO_TEST_CASE(points_are_deleted_and_their_room_given_back_in_one_go) {
    const std::vector<vault::PointId> points = {vault::randomId<vault::PointId>(),
                                                vault::randomId<vault::PointId>()};
    const app::CommandLine line = app::parseCommandLine(service::deletionWords("disk", points));
    BOOST_TEST_REQUIRE(line.verb != nullptr);
    BOOST_TEST(line.verb->fullName() == "point forget");
    BOOST_TEST((line.operands == std::vector<std::string>{points[0].hex(), points[1].hex()}));
    for (const char* name : {"json", "yes", "prune", "skip-missing"}) BOOST_TEST(line.has(name), name);
    BOOST_TEST((line.value("vault") == "disk"));
    BOOST_TEST(app::parseCommandLine(service::deletionWords("disk", {})).verb->fullName() == "prune");
}

BOOST_AUTO_TEST_CASE(a_vault_is_listed_for_programs) {
    const app::CommandLine line = app::parseCommandLine(service::listingWords("disk"));
    BOOST_TEST_REQUIRE(line.verb != nullptr);
    BOOST_TEST(line.verb->fullName() == "point list");
    BOOST_TEST(line.has("records"));
    BOOST_TEST((line.value("vault") == "disk"));
}

BOOST_AUTO_TEST_CASE(a_file_brings_them_to_the_process_as_they_were) {
    const test::TemporaryFolder folder;
    const std::vector<std::string> words = {"backup", "", " blank ", "line\nend", "100%", "\xFF", "a = b"};
    service::writeJobFile(*folder.files, folder / "7", words);
    BOOST_TEST((service::readJobFile(*folder.files, folder / "7") == words));
    folder.files->createNew(folder / "8")->write(base::asBytes("hbr-job 1\nword = x\npassword = y\n"));
    BOOST_CHECK_EXCEPTION((void)service::readJobFile(*folder.files, folder / "8"), base::Error,
                          test::hasCode("JOB-0003"));
    (void)folder.files->createNew(folder / "9");
    BOOST_CHECK_EXCEPTION((void)service::readJobFile(*folder.files, folder / "9"), base::Error,
                          test::hasCode("JOB-0003"));
}

BOOST_AUTO_TEST_SUITE_END()
