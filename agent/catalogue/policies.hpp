// SPDX-License-Identifier: Apache-2.0
// policies.hpp: the policies that people made, and what a policy takes along when it is deleted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/ids.hpp"
#include "agent/scheduler/policy.hpp"

namespace catalogue {

struct StoredPolicy {
    PolicyId id;
    scheduler::Policy policy;
};

/// What deleting a policy ends.
struct GoesWithPolicy {
    struct NamedPlan {
        PlanId id;
        std::string name;
    };

    std::vector<NamedPlan> plans;    // those that use it, by name; they stop
    std::uint64_t points = 0;        // those that these plans made, in all vaults, and nobody deleted yet
    std::uint64_t storedBytes = 0;   // what these brought to their vaults
    std::vector<JobId> runningJobs;  // of these plans; they are asked to end
};

/// The table of policies. Not thread-safe; the Database must outlive it.
class Policies final {
public:
    explicit Policies(Database& database) : database_(database) {}

    /// Throws Error: Invalid ("CATALOG-0010") with every field that checkPolicy() refuses, Exists
    /// ("CATALOG-0011") when the name is taken.
    PolicyId add(const scheduler::Policy& policy);

    /// Changes a policy for all plans that use it; the caller considers their runs by the old one first.
    /// Throws as add() and, NotFound ("CATALOG-0012"), when there is none.
    void change(PolicyId id, const scheduler::Policy& policy);

    [[nodiscard]] std::optional<StoredPolicy> find(PolicyId id);
    /// By name.
    [[nodiscard]] std::vector<StoredPolicy> list();

    /// What remove() would end; for a person to look at before. Throws Error (NotFound).
    [[nodiscard]] GoesWithPolicy whatGoesWith(PolicyId id);

    /// Deletes a policy, in one transaction: its plans stop, their jobs are cancelled, and their
    /// points are marked for deletion from the vaults. Returns what went with it, jobs that still run among
    /// it: what these leave is marked when they end (Jobs::end()). Throws Error (NotFound).
    GoesWithPolicy remove(PolicyId id, std::chrono::sys_seconds now);

private:
    void requireFreeName(const std::string& name, PolicyId except);

    Database& database_;
};

}  // namespace catalogue
