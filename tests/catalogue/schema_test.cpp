// SPDX-License-Identifier: Apache-2.0
// schema_test.cpp: making a catalogue, bringing it up to date, and files that are none or damaged.
#include "agent/catalogue/schema.hpp"

#include <array>
#include <barrier>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <thread>

#include "tests/catalogue/shelf.hpp"

using catalogue::Database;
using catalogue::openDatabase;
using test::hasCode;
using test::Shelf;

namespace {

constexpr const char* kTwo = "CREATE TABLE extra (value TEXT) STRICT";

void replaceFile(const test::TemporaryFolder& folder, const std::string& name, std::string_view content) {
    folder.files->removeFile(folder / name);
    folder.files->createNew(folder / name)->write(base::asBytes(content));
}

/// Closes a catalogue with something in it, so that all lies in the one file.
std::string filledFile(const test::TemporaryFolder& folder) {
    catalogue::Catalogue catalogue(*folder.files, folder / "c.db");
    for (int i = 0; i < 200; ++i) catalogue.policies().add(test::policyNamed("policy " + std::to_string(i)));
    return folder / "c.db";
}

std::string contentOf(const test::TemporaryFolder& folder, const std::string& path) {
    return test::readAll(*folder.files->openForReading(path));
}

constexpr std::size_t kAtOnce = 8;

/// Does the same in several threads and gives what went wrong in them.
std::string atOnce(const std::function<void()>& work) {
    std::array<std::string, kAtOnce> failures;
    {
        std::barrier start(kAtOnce);
        std::vector<std::jthread> threads;
        for (std::string& failure : failures) {
            threads.emplace_back([&work, &start, &failure] {
                start.arrive_and_wait();
                try {
                    work();
                } catch (const base::Error& error) {
                    failure = error.what();
                }
            });
        }
    }
    std::string all;
    for (const std::string& failure : failures) all += failure;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schemas)

BOOST_AUTO_TEST_CASE(a_new_catalogue_is_whole_and_alone_in_its_folder) {
    const test::TemporaryFolder folder;
    catalogue::Catalogue(*folder.files, folder / "a/b/c.db").check();
    const auto names = folder.files->openDirectory(folder / "a/b")->list();
    BOOST_TEST(names.size() == 2U);  // it, and the guard of its making
    for (const char* gone : {"c.db.new", "c.db-wal", "c.db.new-wal"})
        BOOST_TEST(!folder.files->status(folder / "a/b/" + gone).has_value(), gone);
}

BOOST_AUTO_TEST_CASE(it_keeps_what_it_was_given) {
    const test::TemporaryFolder folder;
    const std::string path = filledFile(folder);
    BOOST_TEST(catalogue::Catalogue(*folder.files, path).policies().list().size() == 200U);
    auto database = openDatabase(*folder.files, path);
    catalogue::Statement mode = database->prepare("PRAGMA journal_mode");
    BOOST_REQUIRE(mode.step());
    BOOST_TEST(mode.text(0) == "wal");
}

BOOST_AUTO_TEST_CASE(an_earlier_version_gets_the_steps_that_it_lacks_once) {
    const test::TemporaryFolder folder;
    const std::string path = filledFile(folder);
    const std::array steps = {catalogue::schemaSteps()[0], kTwo};
    for (int i = 0; i < 2; ++i) {
        auto database = openDatabase(*folder.files, path, catalogue::kBusyWait, steps);
        BOOST_TEST(database->integer("PRAGMA user_version") == 2);
        BOOST_TEST(database->integer("SELECT count(*) FROM extra") == 0);
        BOOST_TEST(database->integer("SELECT count(*) FROM policies") == 200);
    }
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_leaves_the_version_before) {
    const test::TemporaryFolder folder;
    const std::string path = filledFile(folder);
    const std::array steps = {catalogue::schemaSteps()[0], "CREATE TABLE extra (value); INSERT INTO nothing"};
    BOOST_CHECK_THROW((void)openDatabase(*folder.files, path, catalogue::kBusyWait, steps), base::Error);
    auto database = openDatabase(*folder.files, path);
    BOOST_TEST(database->integer("PRAGMA user_version") == 1);
    BOOST_TEST(database->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'extra'") == 0);
}

BOOST_AUTO_TEST_CASE(a_later_version_is_refused_and_left_alone) {
    const test::TemporaryFolder folder;
    const std::array steps = {catalogue::schemaSteps()[0], kTwo};
    openDatabase(*folder.files, folder / "c.db", catalogue::kBusyWait, steps);
    const std::string before = contentOf(folder, folder / "c.db");
    BOOST_CHECK_EXCEPTION(
        openDatabase(*folder.files, folder / "c.db"), base::Error, [](const base::Error& error) {
            return error.code() == "CATALOG-0003" && error.message().find("version 2") != std::string::npos;
        });
    BOOST_TEST(contentOf(folder, folder / "c.db") == before);
}

BOOST_AUTO_TEST_CASE(many_that_make_it_at_once_get_the_same) {
    const test::TemporaryFolder folder;
    const auto failures = atOnce([&folder] {
        catalogue::Catalogue catalogue(*folder.files, folder / "new/c.db", test::kPatience);
        catalogue.points().add("disk", test::pointOf("", 1));
    });
    BOOST_TEST(failures.empty(), failures);
    BOOST_TEST(catalogue::Catalogue(*folder.files, folder / "new/c.db").points().list().size() == kAtOnce);
}

BOOST_AUTO_TEST_CASE(many_that_bring_it_up_to_date_at_once_do_it_once) {
    const std::array steps = {catalogue::schemaSteps()[0], kTwo};
    for (int round = 0; round < 5; ++round) {
        const test::TemporaryFolder folder;
        openDatabase(*folder.files, folder / "c.db");
        const auto failures =
            atOnce([&] { (void)openDatabase(*folder.files, folder / "c.db", test::kPatience, steps); });
        BOOST_TEST(failures.empty(), failures);
        BOOST_TEST(Database(folder / "c.db").integer("PRAGMA user_version") == 2);
    }
}

BOOST_AUTO_TEST_CASE(files_that_are_no_catalogue_are_told_and_left_alone) {
    const test::TemporaryFolder folder;
    const std::string zeros(8192, '\0');
    for (const std::string& content :
         {std::string(), std::string("Dear diary,\n"), std::string(5000, 'x'), zeros}) {
        replaceFile(folder, "c.db", content);
        BOOST_CHECK_EXCEPTION(
            openDatabase(*folder.files, folder / "c.db"), base::Error,
            [](const base::Error& error) { return error.code() == "CATALOG-0001" && !error.hint().empty(); });
        BOOST_TEST(contentOf(folder, folder / "c.db") == content);
    }
}

BOOST_AUTO_TEST_CASE(another_programs_database_is_no_catalogue) {
    const test::TemporaryFolder folder;
    replaceFile(folder, "c.db", "");
    Database(folder / "c.db").runScript("CREATE TABLE songs (name)");
    BOOST_CHECK_EXCEPTION(openDatabase(*folder.files, folder / "c.db"), base::Error, hasCode("CATALOG-0001"));
}

BOOST_AUTO_TEST_CASE(a_file_cut_short_anywhere_is_told) {
    const test::TemporaryFolder folder;
    const std::string whole = contentOf(folder, filledFile(folder));
    BOOST_REQUIRE(whole.size() > 20'000U);
    for (const std::size_t size : {whole.size() - 1, whole.size() - 4096, whole.size() / 2, std::size_t{4096},
                                   std::size_t{1000}, std::size_t{50}}) {
        replaceFile(folder, "c.db", std::string_view(whole).substr(0, size));
        BOOST_CHECK_EXCEPTION(
            {
                catalogue::Catalogue catalogue(*folder.files, folder / "c.db");
                catalogue.check();
            },
            base::Error, test::isKind(base::ErrorKind::Corrupt));
    }
}

BOOST_AUTO_TEST_CASE(a_page_of_zeros_anywhere_is_found_by_a_check) {
    const test::TemporaryFolder folder;
    const std::string whole = contentOf(folder, filledFile(folder));
    constexpr std::size_t kPage = 4096;
    for (std::size_t page = 0; page < whole.size() / kPage; ++page) {
        std::string damaged = whole;
        std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(page * kPage), kPage, '\0');
        replaceFile(folder, "c.db", damaged);
        BOOST_CHECK_EXCEPTION(
            {
                catalogue::Catalogue catalogue(*folder.files, folder / "c.db");
                catalogue.check();
            },
            base::Error, test::isKind(base::ErrorKind::Corrupt));
    }
}

BOOST_AUTO_TEST_CASE(rows_that_belong_to_nothing_are_found_by_a_check) {
    Shelf shelf;
    shelf.catalogue.check();
    shelf.catalogue.database().runScript(
        "PRAGMA foreign_keys = OFF; INSERT INTO events VALUES (77, 1, 1, 'info', 'lost')");
    BOOST_CHECK_EXCEPTION(shelf.catalogue.check(), base::Error, hasCode("CATALOG-0002"));
}

BOOST_AUTO_TEST_CASE(the_log_of_a_lost_file_does_not_get_into_the_next) {
    const test::TemporaryFolder folder;
    std::string log;
    {
        catalogue::Catalogue lost(*folder.files, folder / "c.db");
        lost.policies().add(test::policyNamed("lost"));
        log = contentOf(folder, folder / "c.db-wal");
    }
    BOOST_REQUIRE(log.size() > 4096U);
    folder.files->removeFile(folder / "c.db");
    for (const char* left : {"c.db-wal", "c.db.new-wal", "c.db.new-journal"}) replaceFile(folder, left, log);
    replaceFile(folder, "c.db.new", "half a file");
    catalogue::Catalogue next(*folder.files, folder / "c.db");
    next.check();
    BOOST_TEST(next.policies().list().empty());
}

BOOST_AUTO_TEST_SUITE_END()
