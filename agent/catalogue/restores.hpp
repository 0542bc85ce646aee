// SPDX-License-Identifier: Apache-2.0
// restores.hpp: what restores were asked for, and what came of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/ids.hpp"
#include "agent/vault/ids.hpp"

namespace catalogue {

/// What becomes of a file that has the name of one that is restored.
enum class OnConflict {
    Skip,       // it stays
    Newer,      // it is replaced when the backup's is newer
    Overwrite,  // it is replaced
    KeepBoth,   // it stays, and the other comes beside it
};

/// "skip", "newer", "overwrite", "keep-both": the words of the command line.
const char* toString(OnConflict rule) noexcept;
std::optional<OnConflict> onConflictNamed(std::string_view word) noexcept;

/// A restore as somebody asks for it; the vault is the job's.
struct RestoreRequest {
    vault::PointId point;
    std::string target;                 // an absolute path; empty: the original place
    std::vector<std::string> keys;      // of objects, each with all below it; none: everything
    std::vector<std::string> includes;  // patterns; none: everything
    std::vector<std::string> excludes;  // patterns
    OnConflict onConflict = OnConflict::Skip;
    bool isVerified = false;  // compared with the vault afterwards
    bool isDryRun = false;    // tells what would happen
    std::optional<std::uint64_t> bytesPerSecond;

    bool operator==(const RestoreRequest&) const = default;
};

/// What a restore did to objects, or in a dry run would do.
struct RestoreCounts {
    std::uint64_t created = 0;
    std::uint64_t overwritten = 0;
    std::uint64_t keptBoth = 0;
    std::uint64_t skipped = 0;
    std::uint64_t alreadyThere = 0;
    std::uint64_t bytes = 0;                   // of files that were created, overwritten and kept beside
    std::optional<std::uint64_t> freeBytes;    // at the target, before; nothing where it is not known
    std::optional<std::uint64_t> differences;  // that the comparison found; nothing without one

    bool operator==(const RestoreCounts&) const = default;
};

struct StoredRestore {
    RestoreRequest request;
    std::optional<RestoreCounts> counts;  // once it has told
};

/// The tables of restores; rows go with their jobs. Not thread-safe; the Database must outlive it.
class Restores final {
public:
    explicit Restores(Database& database) : database_(database) {}

    /// For a job that was just made; within the transaction that makes it.
    void store(JobId job, const RestoreRequest& request);
    void storeCounts(JobId job, const RestoreCounts& counts);

    /// Nothing for a job that is no restore.
    [[nodiscard]] std::optional<StoredRestore> find(JobId job);

private:
    void storeTexts(JobId job, const char* kind, const std::vector<std::string>& texts);
    [[nodiscard]] std::vector<std::string> texts(JobId job, const char* kind);

    Database& database_;
};

}  // namespace catalogue
