// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/plans.hpp"

#include "agent/catalogue/refusal.hpp"
#include "agent/catalogue/row_fields.hpp"
#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"

namespace catalogue {

namespace {

constexpr std::string_view kSelect =
    "SELECT id, name, client, vault, policy, script_before, script_after, most_retries, first_wait_minutes, "
    "made, considered_until, failures, pause_from, pause_until, stopped FROM plans ";

std::string nameOf(const PlanId& id) { return "plan " + id.hex(); }

std::optional<std::int64_t> numberOf(const std::optional<PolicyId>& id) {
    return id ? std::optional(id->value) : std::nullopt;
}

/// A row of kSelect, without the lists.
Plan load(const Statement& row, const Database& database) {
    Plan plan;
    plan.id = idOf<PlanId>(row, 0, database);
    PlanSettings& settings = plan.settings;
    settings.name = row.text(1);
    settings.client = row.text(2);
    settings.vault = row.text(3);
    if (const auto policy = row.optionalInteger(4)) settings.policy = PolicyId{*policy};
    settings.scriptBefore = row.text(5);
    settings.scriptAfter = row.text(6);
    settings.retry.mostRetries = static_cast<unsigned>(row.integer(7));
    settings.retry.firstWait = std::chrono::minutes(row.integer(8));
    plan.made = momentOf(row, 9);
    plan.consideredUntil = momentOf(row, 10);
    plan.failures = static_cast<unsigned>(row.integer(11));
    if (!row.isNull(12)) plan.pause = scheduler::Pause{momentOf(row, 12), momentOf(row, 13)};
    plan.stopped = optionalMomentOf(row, 14);
    return plan;
}

/// The columns of kSelect from the name to the wait.
void bindSettings(Statement& statement, const PlanSettings& settings) {
    statement.bind(settings.name)
        .bind(settings.client)
        .bind(settings.vault)
        .bind(numberOf(settings.policy))
        .bind(settings.scriptBefore)
        .bind(settings.scriptAfter)
        .bind(std::int64_t{settings.retry.mostRetries})
        .bind(std::int64_t{settings.retry.firstWait.count()});
}

}  // namespace

void Plans::requireFreeName(const std::string& name, const PlanId& except) {
    Statement same = database_.prepare("SELECT 1 FROM plans WHERE name = ? AND id <> ?");
    if (same.bind(name).bind(except.view()).step()) throwNameTaken("plan", name);
}

void Plans::requirePolicy(const std::optional<PolicyId>& policy) {
    if (!policy) return;
    Statement select = database_.prepare("SELECT 1 FROM policies WHERE id = ?");
    if (!select.bind(policy->value).step()) throwNotThere("policy " + std::to_string(policy->value));
}

void Plans::storeLists(const PlanId& id, const PlanSettings& settings) {
    for (const char* clear :
         {"DELETE FROM plan_sources WHERE plan = ?", "DELETE FROM plan_options WHERE plan = ?",
          "DELETE FROM plan_bandwidth WHERE plan = ?"}) {
        database_.run(clear, id.view());
    }
    std::int64_t position = 0;
    for (const std::string& path : settings.sources) {
        database_.run("INSERT INTO plan_sources (plan, position, path) VALUES (?, ?, ?)", id.view(),
                      position++, path);
    }
    position = 0;
    for (const auto& [name, value] : settings.options) {
        database_.run("INSERT INTO plan_options (plan, position, name, value) VALUES (?, ?, ?, ?)", id.view(),
                      position++, name, value);
    }
    position = 0;
    for (const scheduler::BandwidthRange& range : settings.bandwidth) {
        database_.run(
            "INSERT INTO plan_bandwidth (plan, position, from_hour, until_hour, bytes_per_second) "
            "VALUES (?, ?, ?, ?, ?)",
            id.view(), position++, std::int64_t{range.fromHour}, std::int64_t{range.untilHour},
            signedOf(range.bytesPerSecond));
    }
}

void Plans::loadLists(Plan& plan) {
    PlanSettings& settings = plan.settings;
    Statement sources = database_.prepare("SELECT path FROM plan_sources WHERE plan = ? ORDER BY position");
    sources.bind(plan.id.view());
    while (sources.step()) settings.sources.push_back(sources.text(0));
    Statement options =
        database_.prepare("SELECT name, value FROM plan_options WHERE plan = ? ORDER BY position");
    options.bind(plan.id.view());
    while (options.step()) settings.options.emplace_back(options.text(0), options.text(1));
    Statement ranges = database_.prepare(
        "SELECT from_hour, until_hour, bytes_per_second FROM plan_bandwidth WHERE plan = ? ORDER BY "
        "position");
    ranges.bind(plan.id.view());
    while (ranges.step()) {
        settings.bandwidth.push_back({static_cast<unsigned>(ranges.integer(0)),
                                      static_cast<unsigned>(ranges.integer(1)), countOf(ranges, 2)});
    }
}

PlanId Plans::add(const PlanSettings& settings, std::chrono::sys_seconds now) {
    refuse(checkPlan(settings));
    Transaction transaction(database_);
    requireFreeName(settings.name, {});
    requirePolicy(settings.policy);
    const auto id = vault::randomId<PlanId>();
    Statement insert = database_.prepare(
        "INSERT INTO plans (name, client, vault, policy, script_before, script_after, most_retries, "
        "first_wait_minutes, id, made, considered_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bindSettings(insert, settings);
    insert.bind(id.view()).bind(secondsOf(now)).bind(secondsOf(now)).run();
    storeLists(id, settings);
    transaction.commit();
    return id;
}

void Plans::change(const PlanId& id, const PlanSettings& settings, std::chrono::sys_seconds now) {
    refuse(checkPlan(settings));
    Transaction transaction(database_);
    requireFreeName(settings.name, id);
    requirePolicy(settings.policy);
    // What the columns were before counts on the right of an assignment.
    Statement update = database_.prepare(
        "UPDATE plans SET name = ?, client = ?, vault = ?, policy = ?4, script_before = ?, script_after = ?, "
        "most_retries = ?, first_wait_minutes = ?, stopped = CASE WHEN ?4 IS NULL THEN stopped END, "
        "considered_until = CASE WHEN policy IS ?4 THEN considered_until ELSE ? END WHERE id = ?");
    bindSettings(update, settings);
    if (update.bind(secondsOf(now)).bind(id.view()).run() == 0) throwNotThere(nameOf(id));
    storeLists(id, settings);
    transaction.commit();
}

void Plans::remove(const PlanId& id) {
    Transaction transaction(database_);
    Statement unended = database_.prepare("SELECT 1 FROM jobs WHERE plan = ? AND ended IS NULL");
    if (unended.bind(id.view()).step()) {
        throw base::Error(base::ErrorKind::Busy, "CATALOG-0015",
                          "The plan has jobs that are queued or running",
                          "Cancel them or wait for their end, then remove it.", base::Retry::Later);
    }
    if (database_.run("DELETE FROM plans WHERE id = ?", id.view()) == 0) throwNotThere(nameOf(id));
    transaction.commit();
}

std::optional<Plan> Plans::find(const PlanId& id) {
    Transaction transaction(database_, Transaction::Kind::Read);
    Statement select = database_.prepare(std::string(kSelect) + "WHERE id = ?");
    if (!select.bind(id.view()).step()) return std::nullopt;
    Plan plan = load(select, database_);
    loadLists(plan);
    return plan;
}

std::vector<Plan> Plans::list(const PlanFilter& filter) {
    Transaction transaction(database_, Transaction::Kind::Read);
    Statement select = database_.prepare(
        std::string(kSelect) + "WHERE name > ?1 AND (?2 IS NULL OR policy = ?2) ORDER BY name LIMIT ?3");
    select.bind(filter.after).bind(numberOf(filter.policy)).bind(filter.most);
    std::vector<Plan> plans;
    while (select.step()) {
        plans.push_back(load(select, database_));
        loadLists(plans.back());
    }
    return plans;
}

void Plans::setPause(const PlanId& id, const std::optional<scheduler::Pause>& pause) {
    if (pause && pause->until <= pause->from) {
        refuse({{"pause", "The pause ends before it begins; choose a later end."}});
    }
    const auto from = pause ? std::optional(pause->from) : std::nullopt;
    const auto until = pause ? std::optional(pause->until) : std::nullopt;
    if (database_.run("UPDATE plans SET pause_from = ?, pause_until = ? WHERE id = ?", secondsOf(from),
                      secondsOf(until), id.view()) == 0) {
        throwNotThere(nameOf(id));
    }
}

}  // namespace catalogue
