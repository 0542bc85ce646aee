// SPDX-License-Identifier: Apache-2.0
#include "agent/service/vault_listings.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/service/job_words.hpp"
#include "tests/service/workshop.hpp"

using catalogue::JobId;
using catalogue::JobState;
using service::VaultListings;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::endIn;
using test::kListing;

namespace {

struct Listings : test::Workshop {
    catalogue::PlanId plan = addPlan("etc", std::nullopt);

    Listings() { listsByHand = true; }

    test::Puppet& listing() { return puppet(kListing); }
    bool isListing() { return started.contains(kListing.value) && !listing().outcome; }
    void tell(const std::vector<vault::PointRecord>& points) {
        listing().points = points;
        listing().outcome = endIn(JobState::Completed);
        loop->round();
    }
    std::size_t known() { return catalogue.points().list().size(); }
    vault::PointRecord point() const { return test::pointOf(catalogue::planMark(plan), 1); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(vault_listings, Listings)

BOOST_AUTO_TEST_CASE(a_catalogue_learns_at_the_start_and_every_few_hours_what_its_vaults_have) {
    auto settings = test::planNamed("tape");
    settings.vault = "tape";
    catalogue.plans().add(settings, start);
    catalogue.points().add("unused", point());
    loop->round();
    BOOST_TEST((listing().words == service::listingWords("disk")));
    BOOST_TEST(loop->runningJobs() == 0U);
    const auto first = point();
    listing().points = {first};
    loop->round();  // it has told a part
    BOOST_TEST(known() == 1U);
    const auto second = point();
    tell({second});
    BOOST_TEST(catalogue.points().find("disk", first.id).has_value());
    BOOST_TEST(catalogue.points().find("disk", second.id).has_value());
    BOOST_TEST((listing().words == service::listingWords("tape")));
    tell({});
    BOOST_TEST(!isListing());
    BOOST_TEST(catalogue.jobs().list().empty());
    runUntil(start + VaultListings::kBetween - seconds(1));
    BOOST_TEST(!isListing());
    runUntil(start + VaultListings::kBetween + minutes(1));
    BOOST_TEST((listing().words == service::listingWords("disk")));
    tell({second});
    BOOST_TEST(!catalogue.points().find("disk", first.id).has_value());
    BOOST_TEST(known() == 2U);
}

BOOST_AUTO_TEST_CASE(a_listing_that_did_not_end_well_changes_nothing_and_is_made_again) {
    catalogue.points().add("disk", point());
    std::vector<std::chrono::nanoseconds> waits;
    for (int i = 0; i < 8; ++i) {
        const auto before = clock.steady();
        while (!isListing()) runUntil(moment() + minutes(1));
        waits.push_back(clock.steady() - before);
        listing().points = {point(), point()};
        listing().outcome = endIn(JobState::Failed, base::ErrorKind::Unavailable);
        loop->round();
        BOOST_TEST(known() == 1U);
    }
    BOOST_TEST((waits[1] == minutes(10)));
    BOOST_TEST((waits[2] == minutes(20)));
    BOOST_TEST((waits[7] == VaultListings::kBetween));
    BOOST_TEST(catalogue.jobs().list().empty());
}

BOOST_AUTO_TEST_CASE(a_listing_that_a_job_overtook_counts_for_nothing) {
    const auto marked = point();
    const auto made = point();
    catalogue.points().add("disk", marked);
    const JobId job = catalogue.jobs().add({{}, plan, {}, {}}, start);
    loop->round();
    BOOST_TEST_REQUIRE(isListing());
    catalogue::JobEnd end = endIn(JobState::Completed);
    end.point = made;
    this->end(job, end);
    loop->round();
    catalogue.points().markForDeletion("disk", {made.id}, start);
    tell({marked});  // as the vault was before
    BOOST_TEST(catalogue.points().find("disk", made.id)->toBeDeleted.has_value());
    runUntil(start + minutes(2));
    BOOST_TEST_REQUIRE(isListing());
    tell({marked, made});
    BOOST_TEST(known() == 2U);
    BOOST_TEST(catalogue.points().find("disk", made.id)->toBeDeleted.has_value());
}

BOOST_AUTO_TEST_CASE(what_was_deleted_meanwhile_does_not_come_back) {
    const auto going = point();
    catalogue.points().add("disk", going);
    catalogue.points().markForDeletion("disk", {going.id}, start);
    loop->round();
    BOOST_TEST_REQUIRE(isListing());
    end(newest().id, endIn(JobState::Completed));
    loop->round();
    tell({going});
    BOOST_TEST(known() == 0U);
}

BOOST_AUTO_TEST_CASE(what_the_catalogue_does_not_take_now_it_takes_later) {
    loop->round();
    listing().points = {point()};
    listing().outcome = endIn(JobState::Completed);
    auto other = open();
    catalogue.database().runScript("PRAGMA busy_timeout = 1");
    {
        const catalogue::Transaction busy(other.database());
        BOOST_CHECK_THROW(loop->round(), base::Error);
    }
    loop->round();
    BOOST_TEST(known() == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_hangs_is_ended) {
    loop->round();
    runUntil(start + VaultListings::kLongest - seconds(1));
    BOOST_TEST(!listing().isAskedToStop);
    runUntil(start + VaultListings::kLongest);
    BOOST_TEST(listing().isAskedToStop);
}

BOOST_AUTO_TEST_CASE(a_service_that_stops_lists_no_more) {
    loop->round();
    loop->stop();
    const auto before = started.at(kListing.value).get();
    runUntil(start + hours(7));
    BOOST_TEST(started.at(kListing.value).get() == before);
}

BOOST_AUTO_TEST_SUITE_END()
