// SPDX-License-Identifier: Apache-2.0
// points.hpp: the restore points of all vaults, as the vaults tell them.
//
// A vault is right and this table follows it: rebuild() makes the rows of one vault what the vault says. What
// is kept here alone is the mark of points that are to be deleted from it, because somebody said so: deleting
// may have to wait for the vault, and a crash must not make it forgotten.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/ids.hpp"
#include "agent/vault/point_record.hpp"

namespace catalogue {

/// What people see of a restore point without opening its vault. The fields are those of vault::PointRecord.
struct StoredPoint {
    std::string vault;
    vault::PointId id;
    std::string client;
    std::string plan;  // planMark() of the plan that made it, or what another client wrote
    std::vector<std::string> sources;
    std::vector<std::string> tags;
    platform::Timestamp started;
    platform::Timestamp finished;
    std::uint64_t objects = 0;
    std::uint64_t logicalBytes = 0;
    std::uint64_t readBytes = 0;
    std::uint64_t newBytes = 0;
    std::uint64_t storedBytes = 0;
    std::uint64_t faults = 0;
    vault::PointId parent;  // all zero when none
    /// Since when it is to be deleted from the vault; nothing: it stays.
    std::optional<std::chrono::sys_seconds> toBeDeleted;

    bool operator==(const StoredPoint&) const = default;
};

/// Where a point stands in the order of Points::list().
struct PointPlace {
    platform::Timestamp started;
    std::string vault;
    vault::PointId id;
};

/// Which points; what is absent does not matter.
struct PointFilter {
    std::optional<std::string> vault;
    std::optional<std::string> client;
    std::optional<PlanId> plan;
    std::optional<PolicyId> policy;  // made by plans that use it
    bool isToBeDeleted = false;      // true: only those
    std::optional<PointPlace> after;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct Rebuilt {
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t removed = 0;
};

/// A point, and when its backup began.
struct PointBeginning {
    vault::PointId id;
    std::chrono::sys_seconds started;
    std::uint64_t faults = 0;
};

/// The tables of restore points. Not thread-safe; the Database must outlive it.
class Points final {
public:
    explicit Points(Database& database) : database_(database) {}

    /// Makes the points of a vault those that it has (vault::VaultState::points), in one transaction: after
    /// the file was lost, after other clients were at work, and after points were deleted. Marks of points
    /// that are there still stay. Other vaults are not touched. The vault must be read after the last point
    /// of it was added here: a row that is newer than what was read goes, and its mark with it.
    Rebuilt rebuild(const std::string& vault, const std::vector<vault::PointRecord>& points);

    /// A point that was just made.
    void add(const std::string& vault, const vault::PointRecord& point);

    [[nodiscard]] std::optional<StoredPoint> find(const std::string& vault, const vault::PointId& id);
    /// The one that began last first.
    [[nodiscard]] std::vector<StoredPoint> list(const PointFilter& filter = {});

    /// For scheduler::kindOfNextBackup(): points of a plan in a vault that are not to be deleted.
    [[nodiscard]] std::uint64_t count(const PlanId& plan, const std::string& vault);

    /// The same points, for scheduler::applyRetention(). Quick beside many.
    [[nodiscard]] std::vector<PointBeginning> beginnings(const PlanId& plan, const std::string& vault);

    /// Of all points in a vault. Quick beside many.
    [[nodiscard]] std::vector<vault::PointId> idsIn(const std::string& vault);

    /// Durable on return; points that are marked already keep their moment. Throws Error (NotFound,
    /// "CATALOG-0012"), and marks none, when one is not there.
    void markForDeletion(const std::string& vault, const std::vector<vault::PointId>& ids,
                         std::chrono::sys_seconds now);

    /// Takes back the marks of plans that have a policy: those of age. The marks that the deletion of a
    /// policy left stay, unless the plan has got another one since; then its points stay.
    void takeBackMarksOfAge();

    /// The vaults that have points to be deleted, by name.
    [[nodiscard]] std::vector<std::string> vaultsWithMarks();

    /// Points that the vault has deleted. Unknown ones are no mistake: a rebuild may have been faster.
    void forget(const std::string& vault, const std::vector<vault::PointId>& ids);

private:
    enum class Change { None, Added, Changed };

    Change put(const std::string& vault, const vault::PointRecord& point);
    void storeTexts(std::int64_t number, const char* kind, const std::vector<std::string>& texts);
    [[nodiscard]] std::vector<std::string> texts(std::int64_t number, const char* kind);
    [[nodiscard]] StoredPoint load(const Statement& row);

    Database& database_;
};

}  // namespace catalogue
