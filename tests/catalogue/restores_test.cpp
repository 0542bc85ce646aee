// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/restores.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/catalogue/shelf.hpp"

namespace {

const std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};

catalogue::NewJob restoreJob() {
    catalogue::NewJob job{catalogue::JobKind::Restore, {}, "web1", "disk"};
    job.restore.emplace();
    job.restore->point = vault::randomId<vault::PointId>();
    job.restore->target = "/back/\xFF";
    job.restore->keys = {std::string("srv\0a\xFF", 6), "etc"};
    job.restore->includes = {"*.conf"};
    job.restore->excludes = {"*.o", ""};
    job.restore->onConflict = catalogue::OnConflict::Newer;
    job.restore->isVerified = true;
    job.restore->bytesPerSecond = 1U << 20;
    return job;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(restores, test::Shelf)

BOOST_AUTO_TEST_CASE(what_was_asked_for_comes_back_byte_for_byte) {
    const catalogue::NewJob job = restoreJob();
    const auto id = catalogue.jobs().add(job, kNow);
    const auto stored = catalogue.restores().find(id);
    BOOST_TEST_REQUIRE(stored.has_value());
    BOOST_TEST((stored->request == job.restore));
    BOOST_TEST(!stored->counts.has_value());
    BOOST_TEST((catalogue.jobs().find(id)->kind == catalogue::JobKind::Restore));
}

BOOST_AUTO_TEST_CASE(what_it_told_stays_and_goes_with_the_job) {
    const auto id = catalogue.jobs().add(restoreJob(), kNow);
    catalogue.jobs().start(id, kNow);
    catalogue::JobEnd end;
    end.restored = catalogue::RestoreCounts{1, 2, 3, 4, 5, 6, std::nullopt, 8};
    catalogue.jobs().end(id, end, kNow);
    BOOST_TEST((catalogue.restores().find(id)->counts == end.restored));
    catalogue.jobs().forgetEndedBefore(kNow + std::chrono::seconds(1));
    BOOST_TEST(!catalogue.restores().find(id).has_value());
    BOOST_TEST(catalogue.database().integer("SELECT count(*) FROM restore_texts") == 0);
}

BOOST_AUTO_TEST_CASE(other_jobs_have_none) {
    const auto id = catalogue.jobs().add({catalogue::JobKind::Prune, {}, "web1", "disk"}, kNow);
    BOOST_TEST(!catalogue.restores().find(id).has_value());
}

BOOST_AUTO_TEST_CASE(each_rule_has_its_word) {
    using enum catalogue::OnConflict;
    for (const auto rule : {Skip, Newer, Overwrite, KeepBoth})
        BOOST_TEST((catalogue::onConflictNamed(catalogue::toString(rule)) == rule));
    BOOST_TEST(!catalogue::onConflictNamed("replace").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
