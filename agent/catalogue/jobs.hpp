// SPDX-License-Identifier: Apache-2.0
// jobs.hpp: every run that was asked for, how it went, and what happened on the way.
//
// A job is queued, then running, and ends in exactly one of four states, or is cancelled or fails while it
// is queued (invariant I8 of what a job is). What the process left running when it died stays running here
// until somebody ends it: the service ends all of stillRunning() as failed when it starts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/catalogue/database.hpp"
#include "agent/catalogue/ids.hpp"
#include "agent/catalogue/plans.hpp"
#include "agent/catalogue/restores.hpp"
#include "agent/scheduler/due_run.hpp"
#include "agent/vault/point_record.hpp"
#include "platform/base/error.hpp"

namespace catalogue {

enum class JobKind { Backup, Restore, Copy, Prune, Verify };

enum class JobState { Queued, Running, Completed, PartiallyCompleted, Failed, Cancelled };

/// "partially completed": the words of people, page and file.
const char* toString(JobKind kind) noexcept;
const char* toString(JobState state) noexcept;

/// Nothing for a word that is no state.
std::optional<JobState> jobStateNamed(std::string_view word) noexcept;

/// False for queued and running.
bool isEnd(JobState state) noexcept;

/// A job that somebody asks for.
struct NewJob {
    JobKind kind = JobKind::Backup;
    std::optional<PlanId> plan;
    std::string client;  // for a job of a plan, the plan's when empty; so is the vault
    std::string vault;
    bool isRetry = false;  // of what failed; otherwise the plan's failures count from 0 again
    std::optional<RestoreRequest> restore = std::nullopt;  // of a restore
};

/// How a job ended.
struct JobEnd {
    JobState state = JobState::Completed;     // one of the four ends
    std::optional<vault::PointRecord> point;  // what a backup left in the job's vault
    std::uint64_t objects = 0;
    std::uint64_t readBytes = 0;
    std::uint64_t storedBytes = 0;
    std::uint64_t faults = 0;
    std::string errorCode;  // empty when it did not fail
    std::string errorText;
    std::optional<base::ErrorKind> errorKind;  // decides whether it is tried again
    std::optional<RestoreCounts> restored;     // what a restore told
};

struct Job {
    JobId id;
    JobKind kind = JobKind::Backup;
    JobState state = JobState::Queued;
    std::optional<PlanId> plan;  // nothing when it has none, or none any more
    std::string planName;        // as it was when the job was made
    std::string client;
    std::string vault;
    std::optional<std::chrono::sys_seconds> due;  // the policy's moment; nothing when somebody asked for it
    std::chrono::sys_seconds made;
    std::optional<std::chrono::sys_seconds> started;
    std::optional<std::chrono::sys_seconds> ended;
    std::optional<vault::PointId> point;
    std::uint64_t objects = 0;
    std::uint64_t readBytes = 0;
    std::uint64_t storedBytes = 0;
    std::uint64_t faults = 0;
    std::string errorCode;
    std::string errorText;
    std::optional<base::ErrorKind> errorKind;
    std::optional<std::chrono::sys_seconds> cancelAsked;  // since when a person wants it to end
};

/// Which jobs; what is absent does not matter.
struct JobFilter {
    std::optional<PlanId> plan = std::nullopt;
    std::optional<JobKind> kind = std::nullopt;
    std::optional<std::string> vault = std::nullopt;
    std::optional<bool> hasEnded = std::nullopt;
    std::optional<JobId> before = std::nullopt;  // only those that were made before it
    std::int64_t most = 1000;
};

enum class EventLevel { Info, Warning, Error };

struct JobEvent {
    std::chrono::sys_seconds time;
    EventLevel level = EventLevel::Info;
    std::string text;  // longer ones are cut to kLongestEventBytes
};

/// Of a job with more events than this the first kFirstEvents, which tell how it began, and the newest stay.
inline constexpr std::int64_t kMostEvents = 1000;
inline constexpr std::int64_t kFirstEvents = 200;
inline constexpr std::size_t kLongestEventBytes = 4096;

struct JobEvents {
    std::vector<JobEvent> events;  // in the order in which they came
    std::uint64_t leftOut = 0;     // between the first kFirstEvents and those behind
};

/// The tables of jobs and events. Not thread-safe; the Database must outlive it.
class Jobs final {
public:
    explicit Jobs(Database& database) : database_(database) {}

    /// Throws Error: NotFound ("CATALOG-0012") for a plan that is not there, Invalid ("CATALOG-0010") when
    /// client or vault are no names.
    JobId add(const NewJob& job, std::chrono::sys_seconds now);

    /// Stores, in one transaction, how far a plan's runs are considered and the job that is due, if one is:
    /// a crash neither loses nor doubles it. A due job sets the plan's failures to 0. `plan` is as it was
    /// considered: throws Error (Busy, "CATALOG-0014"), and changes nothing, when its runs were considered,
    /// its policy changed or it was stopped or removed since.
    std::optional<JobId> recordDueRun(const Plan& plan, const scheduler::Consideration& consideration,
                                      std::chrono::sys_seconds now);

    /// A person wants a job to end: one that is queued is cancelled at once, of one that runs it is kept for
    /// the service, which looks at toBeCancelled(). Asked twice it stays as it was. Throws Error: NotFound,
    /// Invalid ("CATALOG-0013") when it has ended already.
    void askToCancel(JobId id, std::chrono::sys_seconds now);
    /// Running jobs that a person wants to end.
    [[nodiscard]] std::vector<JobId> toBeCancelled();

    /// From queued to running. Throws Error: NotFound, Invalid ("CATALOG-0013") when it is not queued.
    void start(JobId id, std::chrono::sys_seconds now);

    /// Ends a queued or running job, and stores the point it made, in one transaction. A failed backup adds
    /// one to its plan's failures, a completed one sets them to 0. The point of a job that
    /// ran while its plan's policy was deleted is marked for deletion. Throws Error: NotFound, Invalid
    /// ("CATALOG-0013") when it has ended already, or when it would be completed without having run.
    void end(JobId id, const JobEnd& end, std::chrono::sys_seconds now);

    [[nodiscard]] std::optional<Job> find(JobId id);
    /// The newest first.
    [[nodiscard]] std::vector<Job> list(const JobFilter& filter = {});
    /// The oldest first.
    [[nodiscard]] std::vector<Job> queued();
    /// The backup of a plan that waits to begin; the oldest, if there are more.
    [[nodiscard]] std::optional<JobId> queuedBackup(const PlanId& plan);
    /// When the service starts: what it left behind when it ended without ending its jobs.
    [[nodiscard]] std::vector<Job> stillRunning();

    /// In one transaction. Throws Error (NotFound) when there is no such job.
    void addEvents(JobId id, const std::vector<JobEvent>& events);
    [[nodiscard]] JobEvents events(JobId id);

    /// Forgets jobs, and their events, that ended before a moment; tells how many.
    std::int64_t forgetEndedBefore(std::chrono::sys_seconds moment);

private:
    JobId insert(const NewJob& job, const std::string& planName, std::optional<std::chrono::sys_seconds> due,
                 std::chrono::sys_seconds now);
    Job require(JobId id);
    void tellPlan(const Job& job, JobState end);
    void storePoint(const Job& job, const vault::PointRecord& point, std::chrono::sys_seconds now);

    Database& database_;
};

}  // namespace catalogue
