// SPDX-License-Identifier: Apache-2.0
// plans.hpp: what is backed up, where to and when; and how far its runs are considered.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/ids.hpp"
#include "agent/scheduler/bandwidth.hpp"
#include "agent/scheduler/due_run.hpp"
#include "agent/scheduler/policy.hpp"
#include "agent/scheduler/retry.hpp"

namespace catalogue {

inline constexpr std::size_t kMostSources = 8;
inline constexpr std::size_t kLongestScriptPath = 250;  // characters
inline constexpr std::size_t kLongestSourceBytes = 32'767;
inline constexpr std::size_t kMostOptions = 1000;
inline constexpr std::size_t kLongestOptionBytes = 32'767;

/// What a person says of a plan.
struct PlanSettings {
    std::string name;                  // 1-64 characters, of no other plan
    std::string client;                // 1-64 characters
    std::string vault;                 // 1-64 characters
    std::optional<PolicyId> policy;    // none: instant, it runs when somebody says so
    std::vector<std::string> sources;  // 1-8 paths, all different
    /// What the connector takes besides, in order; a name may come more than once.
    std::vector<std::pair<std::string, std::string>> options;
    std::string scriptBefore;  // whole path, at most 250 characters; empty: none
    std::string scriptAfter;   // the same
    std::vector<scheduler::BandwidthRange> bandwidth;
    scheduler::RetryRule retry;
};

/// The fields that cannot stay as they are; empty when all is well.
std::vector<scheduler::RefusedField> checkPlan(const PlanSettings& settings);

struct Plan {
    PlanId id;
    PlanSettings settings;
    std::chrono::sys_seconds made;
    /// For scheduler::considerRuns().
    std::chrono::sys_seconds consideredUntil;
    std::optional<scheduler::Pause> pause;
    unsigned failures = 0;  // of its backups in a row, since the policy's last run
    /// Set when its policy was deleted; giving it a policy, or making it instant, starts it again.
    std::optional<std::chrono::sys_seconds> stopped;
};

/// Which plans; what is absent does not matter.
struct PlanFilter {
    std::optional<PolicyId> policy = std::nullopt;  // only those that use it
    std::string after = {};                         // only those whose names come after this one
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// The tables of plans. Not thread-safe; the Database must outlive it.
class Plans final {
public:
    explicit Plans(Database& database) : database_(database) {}

    /// Its runs count from `now` on. Throws Error: Invalid ("CATALOG-0010") with every field that is refused,
    /// Exists ("CATALOG-0011") when the name is taken, NotFound ("CATALOG-0012") for a policy that is not
    /// there.
    PlanId add(const PlanSettings& settings, std::chrono::sys_seconds now);

    /// Changes the settings. With another policy than before its runs count from `now` on, and it is not
    /// stopped any more. Throws as add(), and NotFound when there is no such plan.
    void change(const PlanId& id, const PlanSettings& settings, std::chrono::sys_seconds now);

    /// Forgets a plan. What it made stays in the vaults, its jobs stay known. Throws Error: NotFound, or Busy
    /// ("CATALOG-0015") while jobs of it are queued or running.
    void remove(const PlanId& id);

    [[nodiscard]] std::optional<Plan> find(const PlanId& id);
    /// By name.
    [[nodiscard]] std::vector<Plan> list(const PlanFilter& filter = {});

    /// Nothing ends the pause. Throws Error: NotFound, Invalid when the pause ends before it begins.
    void setPause(const PlanId& id, const std::optional<scheduler::Pause>& pause);

private:
    void requireFreeName(const std::string& name, const PlanId& except);
    void requirePolicy(const std::optional<PolicyId>& policy);
    void storeLists(const PlanId& id, const PlanSettings& settings);
    void loadLists(Plan& plan);

    Database& database_;
};

}  // namespace catalogue
