// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/policies.hpp"

#include "agent/catalogue/refusal.hpp"
#include "agent/catalogue/row_fields.hpp"

namespace catalogue {

namespace {

using scheduler::Frequency;
using scheduler::RetentionPeriod;

constexpr Words<Frequency::Unit, 3> kFrequencyWords = {{
    {Frequency::Unit::Hour, "hour"},
    {Frequency::Unit::Day, "day"},
    {Frequency::Unit::Week, "week"},
}};
constexpr Words<RetentionPeriod::Unit, 3> kRetentionWords = {{
    {RetentionPeriod::Unit::Day, "day"},
    {RetentionPeriod::Unit::Month, "month"},
    {RetentionPeriod::Unit::Year, "year"},
}};

constexpr std::string_view kSelect =
    "SELECT id, name, frequency_count, frequency_unit, first_backup, retention_count, retention_unit "
    "FROM policies ";

/// Of jobs: those of a policy's plans that have not ended. Written so that SQLite begins with these few, and
/// not with all that the plans ever ran.
const std::string kUnendedOfPolicy =
    "ended IS NULL AND (SELECT policy FROM plans WHERE plans.id = jobs.plan) = ?";

StoredPolicy load(const Statement& row, const Database& database) {
    StoredPolicy stored;
    stored.id = {row.integer(0)};
    scheduler::Policy& policy = stored.policy;
    policy.name = row.text(1);
    policy.frequency.count = static_cast<unsigned>(row.integer(2));
    policy.frequency.unit = valueOf(kFrequencyWords, row, 3, database);
    policy.firstBackup = std::chrono::local_seconds(std::chrono::seconds(row.integer(4)));
    policy.retention.count = static_cast<unsigned>(row.integer(5));
    policy.retention.unit = valueOf(kRetentionWords, row, 6, database);
    return stored;
}

/// The columns of kSelect behind the id.
void bindPolicy(Statement& statement, const scheduler::Policy& policy) {
    statement.bind(policy.name)
        .bind(std::int64_t{policy.frequency.count})
        .bind(wordOf(kFrequencyWords, policy.frequency.unit))
        .bind(std::int64_t{policy.firstBackup.time_since_epoch().count()})
        .bind(std::int64_t{policy.retention.count})
        .bind(wordOf(kRetentionWords, policy.retention.unit));
}

std::string nameOf(PolicyId id) { return "policy " + std::to_string(id.value); }

}  // namespace

void Policies::requireFreeName(const std::string& name, PolicyId except) {
    Statement same = database_.prepare("SELECT 1 FROM policies WHERE name = ? AND id <> ?");
    if (same.bind(name).bind(except.value).step()) throwNameTaken("policy", name);
}

PolicyId Policies::add(const scheduler::Policy& policy) {
    refuse(scheduler::checkPolicy(policy));
    Transaction transaction(database_);
    requireFreeName(policy.name, {});
    Statement insert = database_.prepare(
        "INSERT INTO policies (name, frequency_count, frequency_unit, first_backup, retention_count, "
        "retention_unit) VALUES (?, ?, ?, ?, ?, ?)");
    bindPolicy(insert, policy);
    insert.run();
    const PolicyId id{database_.lastId()};
    transaction.commit();
    return id;
}

void Policies::change(PolicyId id, const scheduler::Policy& policy) {
    refuse(scheduler::checkPolicy(policy));
    Transaction transaction(database_);
    requireFreeName(policy.name, id);
    Statement update = database_.prepare(
        "UPDATE policies SET name = ?, frequency_count = ?, frequency_unit = ?, first_backup = ?, "
        "retention_count = ?, retention_unit = ? WHERE id = ?");
    bindPolicy(update, policy);
    if (update.bind(id.value).run() == 0) throwNotThere(nameOf(id));
    transaction.commit();
}

std::optional<StoredPolicy> Policies::find(PolicyId id) {
    Statement select = database_.prepare(std::string(kSelect) + "WHERE id = ?");
    if (!select.bind(id.value).step()) return std::nullopt;
    return load(select, database_);
}

std::vector<StoredPolicy> Policies::list() {
    std::vector<StoredPolicy> policies;
    Statement select = database_.prepare(std::string(kSelect) + "ORDER BY name");
    while (select.step()) policies.push_back(load(select, database_));
    return policies;
}

GoesWithPolicy Policies::whatGoesWith(PolicyId id) {
    Transaction transaction(database_, Transaction::Kind::Read);
    if (!find(id)) throwNotThere(nameOf(id));
    GoesWithPolicy goes;
    Statement plans = database_.prepare("SELECT id, name FROM plans WHERE policy = ? ORDER BY name");
    plans.bind(id.value);
    while (plans.step()) goes.plans.push_back({idOf<PlanId>(plans, 0, database_), plans.text(1)});
    Statement points = database_.prepare(
        "SELECT count(*), coalesce(sum(stored_bytes), 0) FROM points WHERE to_be_deleted IS NULL "
        "AND plan IN (SELECT lower(hex(id)) FROM plans WHERE policy = ?)");
    points.bind(id.value).step();
    goes.points = countOf(points, 0);
    goes.storedBytes = countOf(points, 1);
    Statement running = database_.prepare("SELECT id FROM jobs WHERE state = 'running' AND " +
                                          kUnendedOfPolicy + " ORDER BY id");
    running.bind(id.value);
    while (running.step()) goes.runningJobs.push_back({running.integer(0)});
    transaction.commit();
    return goes;
}

GoesWithPolicy Policies::remove(PolicyId id, std::chrono::sys_seconds now) {
    Transaction transaction(database_);
    GoesWithPolicy goes = whatGoesWith(id);
    database_.run(
        "UPDATE points SET to_be_deleted = ? WHERE to_be_deleted IS NULL "
        "AND plan IN (SELECT lower(hex(id)) FROM plans WHERE policy = ?)",
        secondsOf(now), id.value);
    database_.run(
        "UPDATE jobs SET state = 'cancelled', ended = ? WHERE state = 'queued' AND " + kUnendedOfPolicy,
        secondsOf(now), id.value);
    database_.run(
        "UPDATE jobs SET is_unwanted = 1, cancel_asked = coalesce(cancel_asked, ?) "
        "WHERE state = 'running' AND " +
            kUnendedOfPolicy,
        secondsOf(now), id.value);
    database_.run("UPDATE plans SET policy = NULL, stopped = ? WHERE policy = ?", secondsOf(now), id.value);
    database_.run("DELETE FROM policies WHERE id = ?", id.value);
    transaction.commit();
    return goes;
}

}  // namespace catalogue
