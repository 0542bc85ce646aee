// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/jobs.hpp"

#include <cassert>
#include <limits>

#include "agent/catalogue/points.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/catalogue/row_fields.hpp"
#include "platform/base/error.hpp"
#include "platform/base/given_name.hpp"

namespace catalogue {

namespace {

constexpr Words<JobKind, 5> kKindWords = {{
    {JobKind::Backup, "backup"},
    {JobKind::Restore, "restore"},
    {JobKind::Copy, "copy"},
    {JobKind::Prune, "prune"},
    {JobKind::Verify, "verify"},
}};
constexpr Words<JobState, 6> kStateWords = {{
    {JobState::Queued, "queued"},
    {JobState::Running, "running"},
    {JobState::Completed, "completed"},
    {JobState::PartiallyCompleted, "partially completed"},
    {JobState::Failed, "failed"},
    {JobState::Cancelled, "cancelled"},
}};

constexpr std::string_view kSelect =
    "SELECT id, kind, state, plan, plan_name, client, vault, due, made, started, ended, point, objects, "
    "read_bytes, stored_bytes, faults, error_code, error_text, error_kind, cancel_asked FROM jobs ";

std::string nameOf(JobId id) { return "job " + std::to_string(id.value); }

Job load(const Statement& row, const Database& database) {
    Job job;
    job.id = {row.integer(0)};
    job.kind = valueOf(kKindWords, row, 1, database);
    job.state = valueOf(kStateWords, row, 2, database);
    job.plan = optionalIdOf<PlanId>(row, 3, database);
    job.planName = row.text(4);
    job.client = row.text(5);
    job.vault = row.text(6);
    job.due = optionalMomentOf(row, 7);
    job.made = momentOf(row, 8);
    job.started = optionalMomentOf(row, 9);
    job.ended = optionalMomentOf(row, 10);
    job.point = optionalIdOf<vault::PointId>(row, 11, database);
    job.objects = countOf(row, 12);
    job.readBytes = countOf(row, 13);
    job.storedBytes = countOf(row, 14);
    job.faults = countOf(row, 15);
    job.errorCode = row.text(16);
    job.errorText = row.text(17);
    job.errorKind = base::errorKindNamed(row.text(18));
    job.cancelAsked = optionalMomentOf(row, 19);
    return job;
}

std::vector<Job> loadAll(Statement& select, const Database& database) {
    std::vector<Job> jobs;
    while (select.step()) jobs.push_back(load(select, database));
    return jobs;
}

[[noreturn]] void throwWrongState(const Job& job, const char* wanted) {
    throw base::Error(base::ErrorKind::Invalid, "CATALOG-0013",
                      "The " + nameOf(job.id) + " is " + toString(job.state) + " and cannot become " + wanted,
                      "Look at the list of jobs again.", base::Retry::Never);
}

void requireNames(const NewJob& job) {
    std::vector<scheduler::RefusedField> refused;
    if (const auto fault = base::faultOfName("client", job.client)) refused.push_back({"client", *fault});
    if (const auto fault = base::faultOfName("vault", job.vault)) refused.push_back({"vault", *fault});
    refuse(refused);
}

}  // namespace

const char* toString(JobKind kind) noexcept { return wordOf(kKindWords, kind); }

const char* toString(JobState state) noexcept { return wordOf(kStateWords, state); }

std::optional<JobState> jobStateNamed(std::string_view word) noexcept {
    for (const auto& [state, known] : kStateWords)
        if (word == known) return state;
    return std::nullopt;
}

bool isEnd(JobState state) noexcept { return state != JobState::Queued && state != JobState::Running; }

JobId Jobs::insert(const NewJob& job, const std::string& planName,
                   std::optional<std::chrono::sys_seconds> due, std::chrono::sys_seconds now) {
    database_.run(
        "INSERT INTO jobs (kind, state, plan, plan_name, client, vault, due, made) "
        "VALUES (?, 'queued', ?, ?, ?, ?, ?, ?)",
        toString(job.kind), bytesOf(job.plan), planName, job.client, job.vault, secondsOf(due),
        secondsOf(now));
    return {database_.lastId()};
}

JobId Jobs::add(const NewJob& job, std::chrono::sys_seconds now) {
    Transaction transaction(database_);
    NewJob filled = job;
    std::string planName;
    if (job.plan) {
        const auto plan = Plans(database_).find(*job.plan);
        if (!plan) throwNotThere("plan " + job.plan->hex());
        planName = plan->settings.name;
        if (filled.client.empty()) filled.client = plan->settings.client;
        if (filled.vault.empty()) filled.vault = plan->settings.vault;
    }
    requireNames(filled);
    const JobId id = insert(filled, planName, std::nullopt, now);
    if (job.restore) Restores(database_).store(id, *job.restore);
    if (job.plan && job.kind == JobKind::Backup && !job.isRetry)
        database_.run("UPDATE plans SET failures = 0 WHERE id = ?", job.plan->view());
    transaction.commit();
    return id;
}

std::optional<JobId> Jobs::recordDueRun(const Plan& plan, const scheduler::Consideration& consideration,
                                        std::chrono::sys_seconds now) {
    assert(plan.settings.policy);
    Transaction transaction(database_);
    const std::int64_t isDue = consideration.due ? 1 : 0;
    const std::int64_t changed = database_.run(
        "UPDATE plans SET considered_until = ?, failures = CASE WHEN ? THEN 0 ELSE failures END "
        "WHERE id = ? AND considered_until = ? AND policy = ?",
        secondsOf(consideration.consideredUntil), isDue, plan.id.view(), secondsOf(plan.consideredUntil),
        plan.settings.policy->value);
    if (changed == 0) {
        throw base::Error(base::ErrorKind::Busy, "CATALOG-0014",
                          "The plan '" + plan.settings.name + "' was changed while its runs were considered",
                          "Consider it again.", base::Retry::Later);
    }
    std::optional<JobId> id;
    if (consideration.due) {
        const NewJob job{JobKind::Backup, plan.id, plan.settings.client, plan.settings.vault};
        id = insert(job, plan.settings.name, consideration.due, now);
    }
    transaction.commit();
    return id;
}

Job Jobs::require(JobId id) {
    auto job = find(id);
    if (!job) throwNotThere(nameOf(id));
    return std::move(*job);
}

void Jobs::askToCancel(JobId id, std::chrono::sys_seconds now) {
    Transaction transaction(database_);
    const Job job = require(id);
    if (isEnd(job.state)) throwWrongState(job, toString(JobState::Cancelled));
    if (job.state == JobState::Queued) {
        JobEnd cancelled;
        cancelled.state = JobState::Cancelled;
        end(id, cancelled, now);
    } else {
        database_.run("UPDATE jobs SET cancel_asked = coalesce(cancel_asked, ?) WHERE id = ?", secondsOf(now),
                      id.value);
    }
    transaction.commit();
}

std::vector<JobId> Jobs::toBeCancelled() {
    Statement select = database_.prepare(
        "SELECT id FROM jobs WHERE state = 'running' AND ended IS NULL AND cancel_asked IS NOT NULL");
    std::vector<JobId> ids;
    while (select.step()) ids.push_back({select.integer(0)});
    return ids;
}

void Jobs::start(JobId id, std::chrono::sys_seconds now) {
    Transaction transaction(database_);
    const Job job = require(id);
    if (job.state != JobState::Queued) throwWrongState(job, "running");
    database_.run("UPDATE jobs SET state = 'running', started = ? WHERE id = ?", secondsOf(now), id.value);
    transaction.commit();
}

void Jobs::tellPlan(const Job& job, JobState end) {
    if (!job.plan || job.kind != JobKind::Backup || end == JobState::Cancelled) return;
    database_.run("UPDATE plans SET failures = CASE WHEN ? THEN failures + 1 ELSE 0 END WHERE id = ?",
                  std::int64_t{end == JobState::Failed ? 1 : 0}, job.plan->view());
}

void Jobs::storePoint(const Job& job, const vault::PointRecord& point, std::chrono::sys_seconds now) {
    Points points(database_);
    points.add(job.vault, point);
    database_.run("UPDATE jobs SET point = ? WHERE id = ?", point.id.view(), job.id.value);
    Statement unwanted = database_.prepare("SELECT 1 FROM jobs WHERE id = ? AND is_unwanted");
    if (unwanted.bind(job.id.value).step()) points.markForDeletion(job.vault, {point.id}, now);
}

void Jobs::end(JobId id, const JobEnd& end, std::chrono::sys_seconds now) {
    Transaction transaction(database_);
    const Job job = require(id);
    const bool hasRun = job.state == JobState::Running;
    const bool needsRun = end.state == JobState::Completed || end.state == JobState::PartiallyCompleted;
    // Invariant: I8. A job ends once.
    if (isEnd(job.state) || !isEnd(end.state) || (needsRun && !hasRun)) {
        throwWrongState(job, toString(end.state));
    }
    database_.run(
        "UPDATE jobs SET state = ?, ended = ?, objects = ?, read_bytes = ?, stored_bytes = ?, faults = ?, "
        "error_code = ?, error_text = ?, error_kind = ? WHERE id = ?",
        toString(end.state), secondsOf(now), signedOf(end.objects), signedOf(end.readBytes),
        signedOf(end.storedBytes), signedOf(end.faults), end.errorCode, end.errorText,
        end.errorKind ? base::toString(*end.errorKind) : std::string_view(), id.value);
    if (end.point) storePoint(job, *end.point, now);
    if (end.restored) Restores(database_).storeCounts(id, *end.restored);
    tellPlan(job, end.state);
    transaction.commit();
}

std::optional<Job> Jobs::find(JobId id) {
    Statement select = database_.prepare(std::string(kSelect) + "WHERE id = ?");
    if (!select.bind(id.value).step()) return std::nullopt;
    return load(select, database_);
}

std::vector<Job> Jobs::list(const JobFilter& filter) {
    std::string sql(kSelect);
    // Few of a million have not ended; SQLite would look at all of them from the newest on.
    if (filter.hasEnded == false) sql += "INDEXED BY jobs_not_ended ";
    sql += "WHERE id < ? ";
    if (filter.plan) sql += "AND plan = ? ";
    if (filter.kind) sql += "AND kind = ? ";
    if (filter.kind && filter.kind != JobKind::Backup) sql += "AND kind <> 'backup' ";  // as the index has it
    if (filter.vault) sql += "AND vault = ? ";
    if (filter.hasEnded) sql += *filter.hasEnded ? "AND ended IS NOT NULL " : "AND ended IS NULL ";
    Statement select = database_.prepare(sql + "ORDER BY id DESC LIMIT ?");
    select.bind(filter.before ? filter.before->value : std::numeric_limits<std::int64_t>::max());
    if (filter.plan) select.bind(filter.plan->view());
    if (filter.kind) select.bind(toString(*filter.kind));
    if (filter.vault) select.bind(*filter.vault);
    select.bind(filter.most);
    return loadAll(select, database_);
}

std::vector<Job> Jobs::queued() {
    Statement select =
        database_.prepare(std::string(kSelect) + "WHERE state = 'queued' AND ended IS NULL ORDER BY id");
    return loadAll(select, database_);
}

std::optional<JobId> Jobs::queuedBackup(const PlanId& plan) {
    Statement select = database_.prepare(
        "SELECT id FROM jobs WHERE state = 'queued' AND ended IS NULL AND plan = ? AND kind = 'backup' "
        "ORDER BY id LIMIT 1");
    if (!select.bind(plan.view()).step()) return std::nullopt;
    return JobId{select.integer(0)};
}

std::vector<Job> Jobs::stillRunning() {
    Statement select =
        database_.prepare(std::string(kSelect) + "WHERE state = 'running' AND ended IS NULL ORDER BY id");
    return loadAll(select, database_);
}

std::int64_t Jobs::forgetEndedBefore(std::chrono::sys_seconds moment) {
    return database_.run("DELETE FROM jobs WHERE ended < ?", secondsOf(moment));
}

}  // namespace catalogue
