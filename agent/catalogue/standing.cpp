// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/standing.hpp"

#include "agent/catalogue/row_fields.hpp"

namespace catalogue {

namespace {

constexpr std::string_view kSelect =
    "SELECT plans.id, plans.name, plans.policy, plans.made, plans.pause_from, plans.pause_until, "
    "plans.stopped, "
    "(SELECT max(started) FROM points WHERE plan = lower(hex(plans.id)) AND to_be_deleted IS NULL), "
    "latest.id, latest.state, latest.ended, latest.faults, latest.error_text "
    "FROM plans LEFT JOIN jobs AS latest ON latest.id = "
    "(SELECT id FROM jobs WHERE plan = plans.id AND kind = 'backup' ORDER BY id DESC LIMIT 1) ";

/// The last columns of kSelect.
std::optional<JobSummary> lastBackupOf(const Statement& row, const Database& database) {
    const auto id = row.optionalInteger(8);
    if (!id) return std::nullopt;
    const auto state = jobStateNamed(row.text(9));
    if (!state) throwDamaged("a column holds '" + row.text(9) + "'", database.path());
    return JobSummary{{*id}, *state, optionalMomentOf(row, 10), countOf(row, 11), row.text(12)};
}

}  // namespace

std::vector<PlanStanding> Standings::load(Statement& select) {
    std::vector<PlanStanding> standings;
    while (select.step()) {
        PlanStanding standing;
        standing.id = idOf<PlanId>(select, 0, database_);
        standing.name = select.text(1);
        if (const auto policy = select.optionalInteger(2)) standing.policy = PolicyId{*policy};
        standing.made = momentOf(select, 3);
        if (!select.isNull(4)) standing.pause = scheduler::Pause{momentOf(select, 4), momentOf(select, 5)};
        standing.stopped = optionalMomentOf(select, 6);
        standing.lastGood = optionalMomentOf(select, 7);
        standing.lastBackup = lastBackupOf(select, database_);
        standings.push_back(std::move(standing));
    }
    return standings;
}

std::vector<PlanStanding> Standings::ofPlans() {
    Transaction transaction(database_, Transaction::Kind::Read);
    Statement select = database_.prepare(std::string(kSelect) + "ORDER BY plans.name");
    return load(select);
}

std::vector<RunStanding> Standings::ofRuns() {
    Transaction transaction(database_, Transaction::Kind::Read);
    std::map<PlanId, EndedRun> runs;
    Statement select = database_.prepare(
        "SELECT plans.id, last.state, last.ended - coalesce(last.started, last.ended), last.objects, "
        "last.read_bytes, coalesce(points.new_bytes, 0), last.stored_bytes, last.faults FROM plans "
        "JOIN jobs AS last ON last.id = (SELECT id FROM jobs WHERE plan = plans.id AND kind = 'backup' "
        "AND ended IS NOT NULL ORDER BY id DESC LIMIT 1) "
        "LEFT JOIN points ON points.vault = last.vault AND points.id = last.point");
    while (select.step()) {
        const auto state = jobStateNamed(select.text(1));
        if (!state) throwDamaged("a column holds '" + select.text(1) + "'", database_.path());
        runs[idOf<PlanId>(select, 0, database_)] = {*state,
                                                    std::chrono::seconds(select.integer(2)),
                                                    countOf(select, 3),
                                                    countOf(select, 4),
                                                    countOf(select, 5),
                                                    countOf(select, 6),
                                                    countOf(select, 7)};
    }
    std::vector<RunStanding> standings;
    for (PlanStanding& plan : ofPlans()) {
        const auto run = runs.find(plan.id);
        standings.push_back({std::move(plan), run == runs.end() ? std::nullopt : std::optional(run->second)});
    }
    return standings;
}

std::optional<PlanStanding> Standings::ofPlan(const PlanId& id) {
    Transaction transaction(database_, Transaction::Kind::Read);
    Statement select = database_.prepare(std::string(kSelect) + "WHERE plans.id = ?");
    select.bind(id.view());
    auto found = load(select);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::map<std::string, VaultStanding> Standings::ofVaults() {
    Transaction transaction(database_, Transaction::Kind::Read);
    std::map<std::string, VaultStanding> vaults;
    Statement points = database_.prepare(
        "SELECT vault, count(*), max(started), sum(stored_bytes) FROM points WHERE to_be_deleted IS NULL "
        "GROUP BY vault");
    while (points.step()) {
        VaultStanding& vault = vaults[points.text(0)];
        vault.points = countOf(points, 1);
        vault.newestPoint = optionalMomentOf(points, 2);
        vault.storedBytes = countOf(points, 3);
    }
    Statement plans = database_.prepare("SELECT vault, count(*) FROM plans GROUP BY vault");
    while (plans.step()) vaults[plans.text(0)].plans = countOf(plans, 1);
    Statement verified = database_.prepare(
        "SELECT vault, max(ended) FROM jobs WHERE kind = 'verify' AND kind <> 'backup' AND state = "
        "'completed' "
        "GROUP BY vault");
    while (verified.step()) {
        const auto known = vaults.find(verified.text(0));
        if (known != vaults.end()) known->second.verified = optionalMomentOf(verified, 1);
    }
    return vaults;
}

std::vector<ClientStanding> Standings::ofClients() {
    Statement select = database_.prepare(
        "SELECT vault, client, count(*), min(started), max(started) FROM points "
        "WHERE to_be_deleted IS NULL GROUP BY vault, client");
    std::vector<ClientStanding> clients;
    while (select.step())
        clients.push_back(
            {select.text(0), select.text(1), countOf(select, 2), momentOf(select, 3), momentOf(select, 4)});
    return clients;
}

std::map<PolicyId, std::uint64_t> Standings::plansByPolicy() {
    std::map<PolicyId, std::uint64_t> counts;
    Statement select =
        database_.prepare("SELECT policy, count(*) FROM plans WHERE policy IS NOT NULL GROUP BY policy");
    while (select.step()) counts[PolicyId{select.integer(0)}] = countOf(select, 1);
    return counts;
}

}  // namespace catalogue
