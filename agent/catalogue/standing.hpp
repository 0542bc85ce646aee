// SPDX-License-Identifier: Apache-2.0
// standing.hpp: how all plans and vaults stand, in one question each: what an overview shows.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/ids.hpp"
#include "agent/catalogue/jobs.hpp"
#include "agent/catalogue/plans.hpp"

namespace catalogue {

/// A job in short.
struct JobSummary {
    JobId id;
    JobState state = JobState::Queued;
    std::optional<std::chrono::sys_seconds> ended;
    std::uint64_t faults = 0;
    std::string errorText;
};

struct PlanStanding {
    PlanId id;
    std::string name;
    std::optional<PolicyId> policy;
    std::chrono::sys_seconds made;
    std::optional<scheduler::Pause> pause;
    std::optional<std::chrono::sys_seconds> stopped;
    /// When the newest of its restore points was begun, of those that are to stay.
    std::optional<std::chrono::sys_seconds> lastGood;
    std::optional<JobSummary> lastBackup;
};

/// The last backup of a plan that has ended.
struct EndedRun {
    JobState state = JobState::Completed;
    std::chrono::seconds took{0};
    std::uint64_t objects = 0;
    std::uint64_t readBytes = 0;
    std::uint64_t newBytes = 0;  // 0 when it left no restore point
    std::uint64_t storedBytes = 0;
    std::uint64_t faults = 0;
};

struct RunStanding {
    PlanStanding plan;
    std::optional<EndedRun> last;
};

struct VaultStanding {
    std::uint64_t points = 0;
    std::uint64_t plans = 0;
    std::uint64_t storedBytes = 0;                        // by the backups that made these points
    std::optional<std::chrono::sys_seconds> verified;     // when a job last found it whole
    std::optional<std::chrono::sys_seconds> newestPoint;  // when it was begun
};

/// A machine whose restore points a vault has.
struct ClientStanding {
    std::string vault;
    std::string client;
    std::uint64_t points = 0;
    std::chrono::sys_seconds oldestPoint;  // when it was begun, as the next
    std::chrono::sys_seconds newestPoint;
};

/// Questions over several tables. Not thread-safe; the Database must outlive it.
class Standings final {
public:
    explicit Standings(Database& database) : database_(database) {}

    /// By name.
    [[nodiscard]] std::vector<PlanStanding> ofPlans();
    /// The same, with what became of the last run.
    [[nodiscard]] std::vector<RunStanding> ofRuns();
    [[nodiscard]] std::optional<PlanStanding> ofPlan(const PlanId& id);
    /// Of all vaults that plans or points name.
    [[nodiscard]] std::map<std::string, VaultStanding> ofVaults();
    /// By vault and name; points that are to be deleted do not count.
    [[nodiscard]] std::vector<ClientStanding> ofClients();
    /// How many plans use each policy; those that none uses are missing.
    [[nodiscard]] std::map<PolicyId, std::uint64_t> plansByPolicy();

private:
    [[nodiscard]] std::vector<PlanStanding> load(Statement& select);

    Database& database_;
};

}  // namespace catalogue
