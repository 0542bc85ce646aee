// SPDX-License-Identifier: Apache-2.0
// jobs_test.cpp: the life of jobs, due runs, events.
#include "agent/catalogue/jobs.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/base/text.hpp"
#include "tests/catalogue/shelf.hpp"

using catalogue::EventLevel;
using catalogue::JobEnd;
using catalogue::JobId;
using catalogue::JobKind;
using catalogue::JobState;
using test::at;
using test::hasCode;
using test::planNamed;
using test::Shelf;

namespace {

constexpr std::array kStates = {JobState::Queued,    JobState::Running,
                                JobState::Completed, JobState::PartiallyCompleted,
                                JobState::Failed,    JobState::Cancelled};

/// A plan with a policy, and jobs of it.
struct JobShelf : Shelf {
    catalogue::PolicyId policy = catalogue.policies().add(test::policyNamed("p"));
    catalogue::PlanId plan = catalogue.plans().add(planNamed("files", policy), at(100));
    catalogue::Jobs jobs = catalogue.jobs();

    /// As the service does when it tries again, so that failures are not forgotten.
    JobId queue(JobKind kind = JobKind::Backup) { return jobs.add({kind, plan, {}, {}, true}, at(200)); }
    JobId inState(JobState state) {
        const JobId id = queue();
        if (state == JobState::Queued) return id;
        jobs.start(id, at(201));
        if (state != JobState::Running) finish(id, state);
        return id;
    }
    void finish(JobId id, JobState state) {
        JobEnd end;
        end.state = state;
        jobs.end(id, end, at(202));
    }
    [[nodiscard]] catalogue::Plan thePlan() { return catalogue.plans().find(plan).value(); }
};

scheduler::Consideration consideration(std::int64_t until, std::optional<std::int64_t> due = std::nullopt) {
    scheduler::Consideration result;
    result.consideredUntil = at(until);
    if (due) result.due = at(*due);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jobs)

BOOST_AUTO_TEST_CASE(a_new_job_is_queued_for_its_plans_client_and_vault) {
    JobShelf shelf;
    const auto job = shelf.jobs.find(shelf.queue());
    BOOST_REQUIRE(job.has_value());
    BOOST_CHECK(job->state == JobState::Queued);
    BOOST_CHECK(job->plan == shelf.plan);
    BOOST_TEST(job->planName == "files");
    BOOST_TEST(job->client == "web1");
    BOOST_TEST(job->vault == "disk");
    BOOST_TEST(!job->due.has_value());
    BOOST_CHECK(job->made == at(200));
    BOOST_TEST(!job->started.has_value());
    BOOST_TEST(!job->ended.has_value());
    BOOST_TEST(!job->point.has_value());
}

BOOST_AUTO_TEST_CASE(a_job_needs_no_plan_but_names) {
    JobShelf shelf;
    for (const JobKind kind :
         {JobKind::Backup, JobKind::Restore, JobKind::Copy, JobKind::Prune, JobKind::Verify}) {
        const auto job = shelf.jobs.find(shelf.jobs.add({kind, std::nullopt, "web2", "tape"}, at(1)));
        BOOST_CHECK(job->kind == kind);
        BOOST_TEST(!job->plan.has_value());
        BOOST_TEST(job->client == "web2");
        BOOST_TEST(job->vault == "tape");
    }
    const auto elsewhere = shelf.jobs.find(shelf.jobs.add({JobKind::Restore, shelf.plan, "web2", {}}, at(1)));
    BOOST_TEST(elsewhere->client == "web2");
    BOOST_CHECK_EXCEPTION(shelf.jobs.add({JobKind::Prune, std::nullopt, "web1", ""}, at(1)), base::Error,
                          hasCode("CATALOG-0010"));
    BOOST_CHECK_EXCEPTION(shelf.jobs.add({JobKind::Backup, catalogue::PlanId(), "a", "b"}, at(1)),
                          base::Error, hasCode("CATALOG-0012"));
}

BOOST_AUTO_TEST_CASE(what_a_job_did_comes_back) {
    JobShelf shelf;
    const JobId id = shelf.inState(JobState::Running);
    JobEnd end;
    end.state = JobState::PartiallyCompleted;
    end.point = test::pointOf(catalogue::planMark(shelf.plan), 201);
    end.objects = 1;
    end.readBytes = 1ULL << 63;
    end.storedBytes = 3;
    end.faults = 4;
    end.errorCode = "FILES-0001";
    end.errorText = "it's odd";
    end.errorKind = base::ErrorKind::Unavailable;
    shelf.jobs.end(id, end, at(300));
    const auto job = shelf.open().jobs().find(id);
    BOOST_CHECK(job->state == JobState::PartiallyCompleted);
    BOOST_CHECK(job->started == at(201));
    BOOST_CHECK(job->ended == at(300));
    BOOST_CHECK(job->point == end.point->id);
    BOOST_TEST(job->objects == 1U);
    BOOST_TEST(job->readBytes == 1ULL << 63);
    BOOST_TEST(job->storedBytes == 3U);
    BOOST_TEST(job->faults == 4U);
    BOOST_TEST(job->errorCode == "FILES-0001");
    BOOST_TEST(job->errorText == "it's odd");
    BOOST_TEST((job->errorKind == base::ErrorKind::Unavailable));
    BOOST_TEST(shelf.catalogue.points().find("disk", end.point->id).has_value());
}

BOOST_AUTO_TEST_CASE(a_job_goes_only_forward_and_ends_once) {
    for (const JobState from : kStates) {
        JobShelf shelf;
        BOOST_TEST_CONTEXT(toString(from)) {
            const JobId id = shelf.inState(from);
            BOOST_CHECK(shelf.jobs.find(id)->state == from);
            if (from != JobState::Queued) {
                BOOST_CHECK_EXCEPTION(shelf.jobs.start(id, at(400)), base::Error, hasCode("CATALOG-0013"));
            }
            for (const JobState to : kStates) {
                const bool isGood =
                    (from == JobState::Running && isEnd(to)) ||
                    (from == JobState::Queued && (to == JobState::Failed || to == JobState::Cancelled));
                if (isGood) continue;
                BOOST_CHECK_EXCEPTION(shelf.finish(id, to), base::Error, hasCode("CATALOG-0013"));
                BOOST_CHECK(shelf.jobs.find(id)->state == from);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_queued_job_can_be_cancelled_or_fail) {
    JobShelf shelf;
    for (const JobState to : {JobState::Failed, JobState::Cancelled}) {
        const JobId id = shelf.queue();
        shelf.finish(id, to);
        BOOST_CHECK(shelf.jobs.find(id)->state == to);
    }
}

BOOST_AUTO_TEST_CASE(a_job_that_is_not_there_is_not_found) {
    JobShelf shelf;
    const JobId none{77};
    BOOST_TEST(!shelf.jobs.find(none).has_value());
    BOOST_CHECK_EXCEPTION(shelf.jobs.start(none, at(1)), base::Error, hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION(shelf.finish(none, JobState::Failed), base::Error, hasCode("CATALOG-0012"));
    BOOST_CHECK_EXCEPTION(shelf.jobs.addEvents(none, {}), base::Error, hasCode("CATALOG-0012"));
    BOOST_TEST(shelf.jobs.events(none).events.empty());
}

BOOST_AUTO_TEST_CASE(jobs_are_listed_by_state_and_plan) {
    JobShelf shelf;
    const JobId first = shelf.queue();
    const JobId running = shelf.inState(JobState::Running);
    const JobId second = shelf.queue();
    shelf.inState(JobState::Completed);
    const JobId loose = shelf.jobs.add({JobKind::Prune, std::nullopt, "web1", "disk"}, at(1));
    const auto queued = shelf.jobs.queued();
    BOOST_REQUIRE(queued.size() == 3U);
    BOOST_CHECK(queued[0].id == first);
    BOOST_CHECK(queued[1].id == second);
    const auto left = shelf.jobs.stillRunning();
    BOOST_REQUIRE(left.size() == 1U);
    BOOST_CHECK(left.front().id == running);
    BOOST_TEST(shelf.jobs.list().size() == 5U);
    BOOST_CHECK(shelf.jobs.list().front().id == loose);
    BOOST_TEST(shelf.jobs.list({.plan = shelf.plan}).size() == 4U);
    BOOST_TEST(shelf.jobs.list({.most = 2}).size() == 2U);
    BOOST_TEST(shelf.jobs.list({.hasEnded = true}).size() == 1U);
    BOOST_TEST(shelf.jobs.list({.plan = shelf.plan, .hasEnded = false}).size() == 3U);
    BOOST_TEST(shelf.jobs.list({.before = second}).size() == 2U);
    BOOST_TEST(shelf.jobs.list({.kind = JobKind::Prune}).size() == 1U);
    BOOST_TEST(shelf.jobs.list({.kind = JobKind::Backup, .vault = "none"}).empty());
    BOOST_TEST(shelf.jobs.list({.vault = "disk"}).size() == 5U);
}

BOOST_AUTO_TEST_CASE(who_cancels_a_job_ends_what_waits_and_asks_what_runs) {
    JobShelf shelf;
    const JobId waits = shelf.queue();
    const JobId runs = shelf.inState(JobState::Running);
    const JobId ended = shelf.inState(JobState::Completed);
    BOOST_TEST(shelf.jobs.toBeCancelled().empty());
    for (const JobId id : {waits, runs}) shelf.jobs.askToCancel(id, at(300));
    shelf.jobs.askToCancel(runs, at(400));
    BOOST_CHECK(shelf.jobs.find(waits)->state == JobState::Cancelled);
    BOOST_CHECK(shelf.jobs.find(runs)->state == JobState::Running);
    BOOST_CHECK(shelf.jobs.find(runs)->cancelAsked == at(300));
    BOOST_CHECK(shelf.jobs.toBeCancelled() == std::vector{runs});
    for (const JobId id : {waits, ended})
        BOOST_CHECK_EXCEPTION(shelf.jobs.askToCancel(id, at(500)), base::Error, hasCode("CATALOG-0013"));
    BOOST_CHECK_EXCEPTION(shelf.jobs.askToCancel({99}, at(500)), base::Error, hasCode("CATALOG-0012"));
    shelf.finish(runs, JobState::Completed);
    BOOST_TEST(shelf.jobs.toBeCancelled().empty());
}

BOOST_AUTO_TEST_CASE(a_due_run_and_how_far_runs_are_considered_are_stored_together) {
    JobShelf shelf;
    BOOST_TEST(!shelf.jobs.recordDueRun(shelf.thePlan(), consideration(150), at(150)).has_value());
    BOOST_CHECK(shelf.thePlan().consideredUntil == at(150));
    const auto id = shelf.jobs.recordDueRun(shelf.thePlan(), consideration(200, 180), at(201));
    BOOST_REQUIRE(id.has_value());
    const auto job = shelf.jobs.find(*id);
    BOOST_CHECK(job->kind == JobKind::Backup);
    BOOST_CHECK(job->due == at(180));
    BOOST_CHECK(job->made == at(201));
    BOOST_CHECK(job->plan == shelf.plan);
    BOOST_TEST(job->vault == "disk");
    BOOST_CHECK(shelf.thePlan().consideredUntil == at(200));
}

BOOST_AUTO_TEST_CASE(a_due_run_that_cannot_be_queued_is_not_considered) {
    JobShelf shelf;
    shelf.catalogue.database().runScript(
        "CREATE TEMP TRIGGER refuse BEFORE INSERT ON jobs BEGIN SELECT raise(ABORT, 'no'); END");
    BOOST_CHECK_THROW(shelf.jobs.recordDueRun(shelf.thePlan(), consideration(200, 180), at(200)),
                      base::Error);
    BOOST_CHECK(shelf.thePlan().consideredUntil == at(100));
}

BOOST_AUTO_TEST_CASE(a_plan_that_changed_meanwhile_is_considered_again) {
    JobShelf shelf;
    const auto refuses = [&](const catalogue::Plan& plan) {
        BOOST_CHECK_EXCEPTION(shelf.jobs.recordDueRun(plan, consideration(300, 250), at(300)), base::Error,
                              hasCode("CATALOG-0014"));
    };
    const auto before = shelf.thePlan();
    auto other = shelf.open();
    other.jobs().recordDueRun(before, consideration(200, 180), at(200));
    refuses(before);
    const auto otherPolicy = shelf.catalogue.policies().add(test::policyNamed("q"));
    const auto considered = shelf.thePlan();
    shelf.catalogue.plans().change(shelf.plan, planNamed("files", otherPolicy), at(200));
    refuses(considered);
    const auto moved = shelf.thePlan();
    shelf.catalogue.policies().remove(otherPolicy, at(200));
    refuses(moved);
    BOOST_TEST(shelf.jobs.list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(failures_in_a_row_are_counted) {
    JobShelf shelf;
    const auto failures = [&] { return shelf.thePlan().failures; };
    shelf.inState(JobState::Failed);
    shelf.inState(JobState::Failed);
    BOOST_TEST(failures() == 2U);
    shelf.inState(JobState::Cancelled);
    shelf.jobs.start(shelf.queue(JobKind::Verify), at(201));
    shelf.finish(shelf.jobs.stillRunning().front().id, JobState::Failed);
    BOOST_TEST(failures() == 2U);
    shelf.jobs.recordDueRun(shelf.thePlan(), consideration(150), at(150));
    BOOST_TEST(failures() == 2U);
    shelf.jobs.recordDueRun(shelf.thePlan(), consideration(200, 180), at(200));
    BOOST_TEST(failures() == 0U);
    shelf.inState(JobState::Failed);
    shelf.inState(JobState::PartiallyCompleted);
    BOOST_TEST(failures() == 0U);
    shelf.inState(JobState::Failed);
    shelf.jobs.add({JobKind::Verify, shelf.plan, {}, {}}, at(203));
    BOOST_TEST(failures() == 1U);
    shelf.jobs.add({JobKind::Backup, shelf.plan, {}, {}}, at(203));  // a person asks
    BOOST_TEST(failures() == 0U);
}

BOOST_AUTO_TEST_CASE(events_come_back_in_order) {
    JobShelf shelf;
    const JobId id = shelf.queue();
    const JobId other = shelf.queue();
    shelf.jobs.addEvents(id, {{at(1), EventLevel::Info, "began"}, {at(1), EventLevel::Warning, "it's odd"}});
    shelf.jobs.addEvents(other, {{at(2), EventLevel::Info, "other"}});
    shelf.jobs.addEvents(id, {{at(3), EventLevel::Error, ""}});
    const auto found = shelf.open().jobs().events(id);
    BOOST_REQUIRE(found.events.size() == 3U);
    BOOST_TEST(found.leftOut == 0U);
    BOOST_TEST(found.events[0].text == "began");
    BOOST_TEST(found.events[1].text == "it's odd");
    BOOST_CHECK(found.events[1].level == EventLevel::Warning);
    BOOST_CHECK(found.events[2].level == EventLevel::Error);
    BOOST_CHECK(found.events[2].time == at(3));
}

BOOST_AUTO_TEST_CASE(of_many_events_the_first_and_the_last_stay) {
    JobShelf shelf;
    const JobId id = shelf.queue();
    std::vector<catalogue::JobEvent> events;
    for (int i = 1; i <= 2500; ++i) events.push_back({at(i), EventLevel::Info, std::to_string(i)});
    for (int lot = 0; lot < 5; ++lot)
        shelf.jobs.addEvents(id, {events.begin() + lot * 500, events.begin() + (lot + 1) * 500});
    const auto found = shelf.jobs.events(id);
    BOOST_REQUIRE(found.events.size() == 1000U);
    BOOST_TEST(found.leftOut == 1500U);
    BOOST_TEST(found.events[0].text == "1");
    BOOST_TEST(found.events[199].text == "200");
    BOOST_TEST(found.events[200].text == "1701");
    BOOST_TEST(found.events[999].text == "2500");
}

BOOST_AUTO_TEST_CASE(a_long_event_is_cut_between_characters) {
    JobShelf shelf;
    const JobId id = shelf.queue();
    std::string text = "x";
    while (text.size() < 2 * catalogue::kLongestEventBytes) text += "\xE5\xA4\x87";
    shelf.jobs.addEvents(id, {{at(1), EventLevel::Info, text}});
    const std::string kept = shelf.jobs.events(id).events.front().text;
    BOOST_TEST(kept.size() > catalogue::kLongestEventBytes - 4);
    BOOST_TEST(kept.size() <= catalogue::kLongestEventBytes);
    BOOST_TEST(base::isUtf8(kept));
}

BOOST_AUTO_TEST_CASE(old_jobs_are_forgotten_with_their_events_unless_they_are_not_over) {
    JobShelf shelf;
    const JobId old = shelf.inState(JobState::Completed);
    shelf.jobs.addEvents(old, {{at(1), EventLevel::Info, "x"}});
    const JobId queued = shelf.queue();
    const JobId running = shelf.inState(JobState::Running);
    BOOST_TEST(shelf.jobs.forgetEndedBefore(at(202)) == 0);
    BOOST_TEST(shelf.jobs.forgetEndedBefore(at(203)) == 1);
    BOOST_TEST(!shelf.jobs.find(old).has_value());
    BOOST_TEST(shelf.jobs.events(old).events.empty());
    for (const JobId id : {queued, running}) BOOST_TEST(shelf.jobs.find(id).has_value());
    BOOST_TEST(shelf.queue().value > running.value);
}

BOOST_AUTO_TEST_SUITE_END()
