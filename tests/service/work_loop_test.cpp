// SPDX-License-Identifier: Apache-2.0
// work_loop_test.cpp: the work loop with a real catalogue, a clock that tests set, and jobs that end when
// tests say so. A service that is killed is a loop that is thrown away.
#include "agent/service/work_loop.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/service/workshop.hpp"

using catalogue::Job;
using catalogue::JobEnd;
using catalogue::JobId;
using catalogue::JobState;
using catalogue::PlanId;
using service::WorkLoop;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using test::endIn;
using test::Puppet;
using test::PuppetJob;
using test::Workshop;

BOOST_FIXTURE_TEST_SUITE(work_loops, Workshop)

BOOST_AUTO_TEST_CASE(a_run_is_made_when_its_policy_says_so) {
    const auto policy = catalogue.policies().add(test::policyNamed("often"));
    const PlanId plan = addPlan("etc", policy);
    addPlan("instant", std::nullopt);
    runUntil(start + hours(10) - seconds(1));
    BOOST_TEST(catalogue.jobs().list().empty());
    BOOST_TEST((loop->nextRun() == start + hours(10)));
    runUntil(start + hours(10));
    BOOST_TEST_REQUIRE(jobsOf(plan).size() == 1U);
    const Job job = newest();
    BOOST_TEST((job.state == JobState::Running));
    BOOST_TEST((job.due == start + hours(10)));
    BOOST_TEST(puppet(job.id).words.front() == "backup");
    BOOST_TEST(puppet(job.id).wanted.plan == catalogue::planMark(plan));
    BOOST_TEST((puppet(job.id).wanted.sources == std::vector<std::string>{"/etc", "/home"}));
    BOOST_TEST(loop->runningJobs() == 1U);
    puppet(job.id).progress.objectsDone = 7;
    BOOST_REQUIRE(loop->progress().size() == 1U);
    BOOST_TEST(loop->progress().at(job.id).objectsDone == 7U);

    puppet(job.id).events = {{start, catalogue::EventLevel::Info, "Read 3 GiB."}};
    JobEnd end = endIn(JobState::PartiallyCompleted);
    end.point = test::pointOf(catalogue::planMark(plan), 1);
    end.faults = 2;
    this->end(job.id, end);
    loop->round();
    BOOST_TEST((newest().state == JobState::PartiallyCompleted));
    BOOST_TEST(newest().faults == 2U);
    BOOST_TEST(events(job.id) == "Read 3 GiB.\n");
    BOOST_TEST(catalogue.points().count(plan, "disk") == 1U);
    BOOST_TEST(loop->runningJobs() == 0U);
    runUntil(start + hours(16));
    BOOST_TEST(jobsOf(plan).size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_run_makes_up_for_those_that_were_missed) {
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    clock.advance(hours(24 * 3));
    runUntil(start + hours(24 * 3) + minutes(1));
    BOOST_TEST_REQUIRE(jobsOf(plan).size() == 1U);
    BOOST_TEST(events(newest().id).find("11 runs were not made in time") == 0U);
}

BOOST_AUTO_TEST_CASE(a_plan_runs_once_at_a_time_and_waits_once) {
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    runUntil(start + hours(10) + 3 * hours(6));  // none of them ends
    const auto jobs = jobsOf(plan);
    BOOST_TEST_REQUIRE(jobs.size() == 2U);
    BOOST_TEST((jobs[1].state == JobState::Running));
    BOOST_TEST((jobs[0].state == JobState::Queued));
    BOOST_TEST(
        events(jobs[0].id) ==
        "Another run became due while this one waits.\nAnother run became due while this one waits.\n");
    end(jobs[1].id, endIn(JobState::Completed));
    loop->round();
    BOOST_TEST((catalogue.jobs().find(jobs[0].id)->state == JobState::Running));
}

BOOST_AUTO_TEST_CASE(no_more_jobs_run_at_once_than_may) {
    for (const char* name : {"a", "b", "c"})
        catalogue.jobs().add({{}, addPlan(name, std::nullopt), {}, {}}, start);
    loop->round();
    BOOST_TEST(loop->runningJobs() == 2U);
    const auto queued = catalogue.jobs().queued();
    BOOST_TEST_REQUIRE(queued.size() == 1U);
    BOOST_TEST(queued.front().planName == "c");
    end(JobId{1}, endIn(JobState::Completed));
    loop->round();
    BOOST_TEST(catalogue.jobs().queued().empty());
}

BOOST_AUTO_TEST_CASE(faults_are_tried_again_as_the_plan_says) {
    const PlanId plan = addPlan("etc", std::nullopt, 2);
    catalogue.jobs().add({{}, plan, {}, {}}, start);
    loop->round();
    std::vector<sys_seconds> made;
    for (int i = 0; i < 5; ++i) {
        if (newest().state == JobState::Running) {
            made.push_back(newest().made);
            end(newest().id, endIn(JobState::Failed, base::ErrorKind::Unavailable));
        }
        runUntil(sys_seconds(seconds(clock.now().seconds)) + hours(2));
    }
    BOOST_TEST_REQUIRE(made.size() == 3U);  // the run and two more tries
    BOOST_TEST(events(newest().id) == "Tries again what failed in job 2.\n");
    BOOST_TEST(catalogue.plans().find(plan)->failures == 3U);
}

BOOST_AUTO_TEST_CASE(who_asks_again_gets_all_tries_again) {
    const PlanId plan = addPlan("etc", std::nullopt, 1);
    for (int asked = 1; asked <= 2; ++asked) {
        catalogue.jobs().add({{}, plan, {}, {}}, sys_seconds(seconds(clock.now().seconds)));
        for (int i = 0; i < 3; ++i) {
            runUntil(sys_seconds(seconds(clock.now().seconds)) + hours(2));
            if (newest().state == JobState::Running)
                end(newest().id, endIn(JobState::Failed, base::ErrorKind::Unavailable));
        }
        BOOST_TEST(jobsOf(plan).size() == 2U * static_cast<unsigned>(asked));
    }
}

BOOST_AUTO_TEST_CASE(in_a_pause_nothing_is_tried_again) {
    const PlanId plan = addPlan("etc", std::nullopt);
    catalogue.jobs().add({{}, plan, {}, {}}, start);
    loop->round();
    end(newest().id, endIn(JobState::Failed, base::ErrorKind::Unavailable));
    catalogue.plans().setPause(plan, scheduler::Pause{start, start + hours(5)});
    runUntil(start + hours(5) - seconds(1));
    BOOST_TEST(jobsOf(plan).size() == 1U);
    runUntil(start + hours(5) + minutes(2));
    BOOST_TEST(jobsOf(plan).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_zone_that_is_changed_brings_no_run_back) {
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    runUntil(start + hours(11));  // after the run at 22:00
    BOOST_TEST(jobsOf(plan).size() == 1U);
    end(newest().id, endIn(JobState::Completed));
    runUntil(start + hours(15));
    ahead = -hours(4);  // it is 23:00 again, and 22:00 was made
    runUntil(start + hours(19) + minutes(59));
    BOOST_TEST(jobsOf(plan).size() == 1U);
    runUntil(start + hours(20));  // 4:00
    BOOST_TEST(jobsOf(plan).size() == 2U);
    BOOST_TEST(events(newest().id).empty());
    end(newest().id, endIn(JobState::Completed));
    runUntil(start + hours(21));
    ahead = hours(0);  // it is 9:00, and 4:00 was made
    runUntil(start + hours(22) - seconds(1));
    BOOST_TEST(jobsOf(plan).size() == 2U);
}

BOOST_AUTO_TEST_CASE(trouble_with_one_job_keeps_no_other_waiting) {
    const JobId first = catalogue.jobs().add({{}, addPlan("a", std::nullopt), {}, {}}, start);
    const JobId second = catalogue.jobs().add({{}, addPlan("b", std::nullopt), {}, {}}, start);
    loop->round();
    auto other = open();
    other.jobs().end(first, endIn(JobState::Cancelled), start);  // behind the loop's back
    end(first, endIn(JobState::Completed));
    end(second, endIn(JobState::Completed));
    loop->round();
    BOOST_TEST(loop->runningJobs() == 0U);
    BOOST_TEST((catalogue.jobs().find(first)->state == JobState::Cancelled));
    BOOST_TEST((catalogue.jobs().find(second)->state == JobState::Completed));
}

BOOST_AUTO_TEST_CASE(what_the_catalogue_does_not_take_now_it_takes_later) {
    auto patient = open(std::chrono::milliseconds(1));
    WorkLoop impatient({patient, clock, *clockWatch, notices, [] { return platform::TimeZone(); },
                        [this](JobId id, const std::vector<std::string>&, const service::WantedPoint&,
                               const std::function<void()>&) -> std::unique_ptr<service::RunningJob> {
                            started[id.value] = std::make_shared<Puppet>();
                            return std::make_unique<PuppetJob>(started[id.value]);
                        },
                        [] {}});
    const JobId id = catalogue.jobs().add({{}, addPlan("etc", std::nullopt), {}, {}}, start);
    {
        const catalogue::Transaction busy(catalogue.database());
        BOOST_CHECK_EXCEPTION(impatient.round(), base::Error, test::hasCode("CATALOG-0006"));
    }
    impatient.round();
    BOOST_TEST((newest().state == JobState::Running));
    puppet(id).events = {{start, catalogue::EventLevel::Info, "kept"}};
    end(id, endIn(JobState::Completed));
    {
        const catalogue::Transaction busy(catalogue.database());
        BOOST_CHECK_EXCEPTION(impatient.round(), base::Error, test::hasCode("CATALOG-0006"));
    }
    impatient.round();
    BOOST_TEST((newest().state == JobState::Completed));
    BOOST_TEST(events(id) == "kept\n");
}

BOOST_AUTO_TEST_CASE(what_a_person_has_to_mend_is_not_tried_again) {
    catalogue.jobs().add({{}, addPlan("etc", std::nullopt), {}, {}}, start);
    loop->round();
    end(newest().id, endIn(JobState::Failed, base::ErrorKind::Denied));
    runUntil(start + hours(5));
    BOOST_TEST(catalogue.jobs().list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_person_cancels_what_waits_and_what_runs) {
    const PlanId plan = addPlan("etc", std::nullopt);
    const JobId runs = catalogue.jobs().add({{}, plan, {}, {}}, start);
    const JobId waits = catalogue.jobs().add({{}, plan, {}, {}}, start);
    loop->round();
    catalogue.jobs().askToCancel(waits, start);
    BOOST_TEST((catalogue.jobs().find(waits)->state == JobState::Cancelled));
    catalogue.jobs().askToCancel(runs, start);
    BOOST_TEST(!puppet(runs).isAskedToStop);
    loop->round();
    BOOST_TEST(puppet(runs).isAskedToStop);
    end(runs, endIn(JobState::Cancelled, base::ErrorKind::Cancelled));
    runUntil(start + hours(2));
    BOOST_TEST((catalogue.jobs().find(runs)->state == JobState::Cancelled));
    BOOST_TEST(catalogue.jobs().list().size() == 2U);  // and nobody tries again
}

BOOST_AUTO_TEST_CASE(a_job_that_a_person_cancelled_is_not_tried_again_when_the_service_was_killed) {
    const JobId runs = catalogue.jobs().add({{}, addPlan("etc", std::nullopt), {}, {}}, start);
    loop->round();
    catalogue.jobs().askToCancel(runs, start);
    loop = makeLoop();
    loop->endAbandonedJobs();
    BOOST_TEST((catalogue.jobs().find(runs)->state == JobState::Cancelled));
    runUntil(start + hours(2));
    BOOST_TEST(catalogue.jobs().list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_service_that_stops_ends_its_jobs_and_the_next_tries_them_again) {
    const PlanId plan = addPlan("etc", std::nullopt);
    const JobId stopped = catalogue.jobs().add({{}, plan, {}, {}}, start);
    const JobId waiting = catalogue.jobs().add({{}, addPlan("home", std::nullopt), {}, {}}, start);
    loop->round();
    end(waiting, endIn(JobState::Completed));
    loop->stop();
    BOOST_TEST(puppet(stopped).isAskedToStop);
    loop->round();
    BOOST_TEST(loop->runningJobs() == 1U);
    end(stopped, endIn(JobState::Cancelled, base::ErrorKind::Cancelled));
    loop->round();
    BOOST_TEST(loop->runningJobs() == 0U);
    BOOST_TEST((catalogue.jobs().find(stopped)->state == JobState::Failed));
    BOOST_TEST(catalogue.jobs().find(stopped)->errorCode == "JOB-0005");
    BOOST_TEST((catalogue.jobs().find(waiting)->state == JobState::Completed));
    killAndRestart();
    runUntil(start + minutes(6));
    BOOST_TEST(jobsOf(plan).size() == 2U);
    BOOST_TEST((newest().state == JobState::Running));
}

BOOST_AUTO_TEST_CASE(what_a_killed_service_left_running_has_failed_and_is_tried_again) {
    const PlanId plan = addPlan("etc", std::nullopt);
    const JobId left = catalogue.jobs().add({{}, plan, {}, {}}, start);
    loop->round();
    killAndRestart();
    BOOST_TEST((catalogue.jobs().find(left)->state == JobState::Failed));
    BOOST_TEST(catalogue.jobs().find(left)->errorCode == "JOB-0004");
    runUntil(start + minutes(6));
    BOOST_TEST(jobsOf(plan).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_job_that_cannot_start_has_failed) {
    startFails = base::Error(base::ErrorKind::NotFound, "PROC-0002", "There is no such program");
    const JobId id = catalogue.jobs().add({{}, addPlan("etc", std::nullopt), {}, {}}, start);
    loop->round();
    loop->round();
    BOOST_TEST((catalogue.jobs().find(id)->state == JobState::Failed));
    BOOST_TEST(catalogue.jobs().find(id)->errorCode == "PROC-0002");
    auto settings = test::planNamed("odd");
    settings.options = {{"password-command", "x"}};
    const JobId odd = catalogue.jobs().add({{}, catalogue.plans().add(settings, start), {}, {}}, start);
    const JobId copy = catalogue.jobs().add({catalogue::JobKind::Copy, {}, "web1", "disk"}, start);
    loop->round();
    loop->round();
    BOOST_TEST(catalogue.jobs().find(odd)->errorCode == "JOB-0002");
    BOOST_TEST(catalogue.jobs().find(copy)->errorCode == "JOB-0006");
}

namespace {

catalogue::NewJob restoreTo(const std::string& target) {
    catalogue::NewJob job{catalogue::JobKind::Restore, {}, "web1", "disk"};
    job.restore.emplace();
    job.restore->target = target;
    return job;
}

}  // namespace

BOOST_AUTO_TEST_CASE(restores_do_not_wait_for_backups_nor_backups_for_restores) {
    for (int i = 0; i < 3; ++i)
        catalogue.jobs().add({{}, addPlan(std::to_string(i), std::nullopt), {}, {}}, start);
    for (int i = 0; i < 3; ++i) catalogue.jobs().add(restoreTo("/back"), start);
    loop->round();
    BOOST_TEST(loop->runningJobs() == 4U);
    const auto queued = catalogue.jobs().queued();
    BOOST_TEST_REQUIRE(queued.size() == 2U);
    BOOST_TEST((queued[0].kind == catalogue::JobKind::Backup));
    BOOST_TEST((queued[1].kind == catalogue::JobKind::Restore));
    BOOST_TEST((puppet(JobId{4}).words.front() == "restore"));
}

BOOST_AUTO_TEST_CASE(a_restore_ends_with_what_it_told_and_is_never_tried_again) {
    const JobId good = catalogue.jobs().add(restoreTo("/back"), start);
    const JobId bad = catalogue.jobs().add(restoreTo("/other"), start);
    loop->round();
    JobEnd done = endIn(JobState::Completed);
    done.restored = catalogue::RestoreCounts{1, 2, 3, 4, 5, 6, 7, 0};
    end(good, done);
    end(bad, endIn(JobState::Failed, base::ErrorKind::Unavailable));
    loop->round();
    runUntil(start + hours(48));
    BOOST_TEST((catalogue.jobs().find(good)->state == JobState::Completed));
    BOOST_TEST((catalogue.restores().find(good)->counts == done.restored));
    BOOST_TEST((catalogue.jobs().find(bad)->state == JobState::Failed));
    BOOST_TEST(!catalogue.restores().find(bad)->counts.has_value());
    BOOST_TEST(catalogue.jobs().list().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_restore_of_which_nothing_is_known_fails_and_one_in_a_killed_service_does) {
    const JobId unknown = catalogue.jobs().add({catalogue::JobKind::Restore, {}, "web1", "disk"}, start);
    const JobId killed = catalogue.jobs().add(restoreTo("/back"), start);
    loop->round();
    loop->round();
    BOOST_TEST(catalogue.jobs().find(unknown)->errorCode == "JOB-0009");
    killAndRestart();
    runUntil(start + hours(48));
    BOOST_TEST(catalogue.jobs().find(killed)->errorCode == "JOB-0004");
    BOOST_TEST(catalogue.jobs().list().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_stopped_plan_a_pause_and_a_clock_that_jumps) {
    const auto policy = catalogue.policies().add(test::policyNamed("often"));
    const PlanId paused = addPlan("paused", policy);
    catalogue.plans().setPause(paused, scheduler::Pause{start, start + hours(11)});
    runUntil(start + hours(11) - seconds(1));
    BOOST_TEST(catalogue.jobs().list().empty());
    runUntil(start + hours(11));
    BOOST_TEST_REQUIRE(jobsOf(paused).size() == 1U);
    BOOST_TEST(events(newest().id).empty());  // not missed
    end(newest().id, endIn(JobState::Completed));
    loop->round();

    clock.jump(-hours(2));  // until it comes to a run that was not made, none is made
    runUntil(start + hours(15) + minutes(59));
    BOOST_TEST(jobsOf(paused).size() == 1U);
    runUntil(start + hours(16));
    BOOST_TEST(jobsOf(paused).size() == 2U);
    end(newest().id, endIn(JobState::Completed));
    loop->round();

    (void)open().policies().remove(policy, start + hours(17));
    runUntil(start + hours(48));
    BOOST_TEST(jobsOf(paused).size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_others_change_in_the_catalogue_is_noticed) {
    loop->round();
    auto other = open();
    auto policy = test::policyNamed("often");
    policy.firstBackup = std::chrono::local_seconds(start.time_since_epoch()) + seconds(5);
    const auto id = other.policies().add(policy);
    const PlanId plan = other.plans().add(test::planNamed("etc", id), start);
    clock.advance(seconds(5));  // sooner than plans are considered again
    loop->round();
    BOOST_TEST(jobsOf(plan).size() == 1U);
}

BOOST_AUTO_TEST_CASE(with_nothing_to_do_the_loop_rests_and_leaves_the_disk_alone) {
    addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    loop->round();
    auto other = open();
    const std::int64_t before = other.version();
    int rounds = 0;
    for (const sys_seconds end = start + hours(9); sys_seconds(seconds(clock.now().seconds)) < end;
         ++rounds) {
        const auto rest = loop->round();
        BOOST_TEST_REQUIRE(rest.count() > 0);
        clock.advance(std::chrono::ceil<seconds>(rest));
    }
    BOOST_TEST(rounds <= 9 * 60 + 20);  // plans each minute; a vault that cannot be listed, ever later
    BOOST_TEST(other.version() == before);
}

BOOST_AUTO_TEST_CASE(jobs_and_listings_of_a_locked_vault_wait_and_say_so_once) {
    const PlanId plan = addPlan("etc", catalogue.policies().add(test::policyNamed("often")));
    const std::string vault = catalogue.plans().find(plan)->settings.vault;
    locked = {vault};
    runUntil(start + hours(11));
    BOOST_REQUIRE(jobsOf(plan).size() == 1U);
    const JobId id = jobsOf(plan).front().id;
    BOOST_TEST((jobsOf(plan).front().state == JobState::Queued));
    BOOST_TEST(started.empty());
    runUntil(start + hours(12));
    const std::string told = events(id);
    BOOST_TEST(told.find("Waits for the logon password") != std::string::npos);
    BOOST_TEST(told.find("Waits", told.find("Waits") + 1) == std::string::npos);
    locked.clear();
    loop->round();
    BOOST_TEST((catalogue.jobs().find(id)->state == JobState::Running));
    BOOST_TEST(started.contains(test::kListing.value));
}

BOOST_AUTO_TEST_CASE(a_job_that_waits_for_the_password_keeps_no_other_waiting_and_can_be_cancelled) {
    const PlanId waiting = addPlan("etc", std::nullopt);
    auto settings = test::planNamed("var", std::nullopt);
    settings.vault = "open";
    const PlanId other = catalogue.plans().add(settings, start);
    locked = {catalogue.plans().find(waiting)->settings.vault};
    catalogue::NewJob job;
    job.plan = waiting;
    const JobId first = catalogue.jobs().add(job, start);
    job.plan = other;
    const JobId second = catalogue.jobs().add(job, start);
    loop->round();
    BOOST_TEST((catalogue.jobs().find(first)->state == JobState::Queued));
    BOOST_TEST((catalogue.jobs().find(second)->state == JobState::Running));
    catalogue.jobs().askToCancel(first, start);
    loop->round();
    BOOST_TEST((catalogue.jobs().find(first)->state == JobState::Cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
