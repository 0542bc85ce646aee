// SPDX-License-Identifier: Apache-2.0
#include "agent/service/search_updates.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/service/job_words.hpp"
#include "tests/service/workshop.hpp"

using catalogue::JobId;
using catalogue::JobState;
using service::kSearchUpdate;
using service::SearchUpdates;
using std::chrono::minutes;
using std::chrono::seconds;
using test::endIn;

namespace {

struct Updates : test::Workshop {
    catalogue::PlanId plan = addPlan("etc", std::nullopt);

    Updates() { updatesByHand = true; }

    test::Puppet& update() { return puppet(kSearchUpdate); }
    bool isUpdating() { return started.contains(kSearchUpdate.value) && !update().outcome; }
    void endUpdate(JobState state = JobState::Completed) {
        update().outcome = endIn(
            state, state == JobState::Completed ? std::nullopt : std::optional(base::ErrorKind::Unavailable));
        loop->round();
    }
    void waitFor(seconds time) { runUntil(moment() + time); }
    /// The first one, of a vault that nobody knew.
    void doFirst() {
        loop->round();
        waitFor(seconds(10));
        BOOST_TEST_REQUIRE(isUpdating());
        endUpdate();
    }
    JobId startBackup() {
        const JobId job = catalogue.jobs().add({{}, plan, {}, {}}, start);
        loop->round();
        return job;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(search_updates, Updates)

BOOST_AUTO_TEST_CASE(an_index_follows_its_vault_after_each_job) {
    doFirst();
    BOOST_TEST((update().words == service::searchUpdateWords("disk")));
    waitFor(minutes(30));
    BOOST_TEST(!isUpdating());
    const JobId job = startBackup();
    end(job, endIn(JobState::Completed));
    waitFor(seconds(10));
    BOOST_TEST(isUpdating());
    BOOST_TEST(loop->runningJobs() == 0U);
    endUpdate();
    waitFor(minutes(30));
    BOOST_TEST(!isUpdating());
}

BOOST_AUTO_TEST_CASE(an_update_waits_for_jobs_but_not_for_ever) {
    doFirst();
    end(startBackup(), endIn(JobState::Completed));
    loop->round();
    startBackup();
    waitFor(minutes(50));
    BOOST_TEST(!isUpdating());
    waitFor(minutes(15));
    BOOST_TEST(isUpdating());
}

BOOST_AUTO_TEST_CASE(a_job_that_ends_during_an_update_leads_to_another_one) {
    doFirst();
    end(startBackup(), endIn(JobState::Completed));
    waitFor(seconds(10));
    BOOST_TEST_REQUIRE(isUpdating());
    end(startBackup(), endIn(JobState::Completed));
    loop->round();
    endUpdate();
    waitFor(seconds(10));
    BOOST_TEST(isUpdating());
}

BOOST_AUTO_TEST_CASE(one_that_fails_is_made_again_after_growing_waits) {
    doFirst();
    end(startBackup(), endIn(JobState::Completed));
    waitFor(seconds(10));
    std::vector<minutes> waits;
    for (int i = 0; i < 8; ++i) {
        endUpdate(JobState::Failed);
        const auto before = clock.steady();
        while (!isUpdating()) waitFor(minutes(1));
        waits.push_back(std::chrono::duration_cast<minutes>(clock.steady() - before));
    }
    BOOST_TEST((waits[0] == minutes(10)));
    BOOST_TEST((waits[1] == minutes(20)));
    BOOST_TEST((waits[7] == SearchUpdates::kMostWait));
}

BOOST_AUTO_TEST_CASE(a_listing_that_was_taken_in_leads_to_an_update) {
    listsByHand = true;
    doFirst();
    puppet(test::kListing).outcome = endIn(JobState::Completed);
    loop->round();
    waitFor(seconds(10));
    BOOST_TEST(isUpdating());
}

BOOST_AUTO_TEST_CASE(an_index_that_a_search_found_damaged_is_made_again_within_minutes) {
    doFirst();
    waitFor(minutes(5));
    damagedIndexes = {"disk", "of no plan"};
    waitFor(minutes(2));
    BOOST_TEST_REQUIRE(isUpdating());
    damagedIndexes.clear();
    endUpdate();
    waitFor(minutes(10));
    BOOST_TEST(!isUpdating());
}

BOOST_AUTO_TEST_SUITE_END()
