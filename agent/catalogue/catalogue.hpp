// SPDX-License-Identifier: Apache-2.0
// catalogue.hpp: the agent's own memory: policies, plans, jobs and the restore points of its vaults.
#pragma once

#include <memory>
#include <string>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/jobs.hpp"
#include "agent/catalogue/plans.hpp"
#include "agent/catalogue/points.hpp"
#include "agent/catalogue/policies.hpp"
#include "agent/catalogue/restores.hpp"
#include "agent/catalogue/standing.hpp"
#include "platform/file_system.hpp"

namespace catalogue {

/// A connection to the file in which the agent keeps what it knows. Each function of its parts is one
/// transaction, durable on return unless it only reads; Transaction makes several one. Not thread-safe: each
/// thread opens its own; threads and processes share the file safely. All parts throw the errors of Database,
/// too: no database or damaged, read-only, disk full, busy.
class Catalogue final {
public:
    /// Opens the catalogue, and makes it when there is none, private to its owner (schema.hpp tells what is
    /// thrown). `path` may be relative.
    Catalogue(const platform::FileSystem& fileSystem, const std::string& path,
              std::chrono::milliseconds busyWait = kBusyWait);

    /// Reads all of the file and throws Error (Corrupt, "CATALOG-0002") when something in it is damaged. For
    /// the service's start.
    void check();

    /// A number that is another one after each change that another connection made. Cheap.
    [[nodiscard]] std::int64_t version() { return database_->integer("PRAGMA data_version"); }

    [[nodiscard]] Policies policies() { return Policies(*database_); }
    [[nodiscard]] Plans plans() { return Plans(*database_); }
    [[nodiscard]] Jobs jobs() { return Jobs(*database_); }
    [[nodiscard]] Points points() { return Points(*database_); }
    [[nodiscard]] Restores restores() { return Restores(*database_); }
    [[nodiscard]] Standings standings() { return Standings(*database_); }

    /// For Transaction.
    [[nodiscard]] Database& database() noexcept { return *database_; }

private:
    std::unique_ptr<Database> database_;
};

}  // namespace catalogue
