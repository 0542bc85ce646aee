// SPDX-License-Identifier: Apache-2.0
// running_job.hpp: a job that was started, as the work loop sees it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "agent/service/job_report.hpp"

namespace service {

/// Thread-safe. Its destructor ends what still runs.
class RunningJob {
public:
    virtual ~RunningJob() = default;

    [[nodiscard]] virtual JobProgress progress() const = 0;

    /// What happened since the last call.
    [[nodiscard]] virtual std::vector<catalogue::JobEvent> takeEvents() = 0;

    /// Points that it listed since the last call, in their order.
    [[nodiscard]] virtual std::vector<vault::PointRecord> takePoints() { return {}; }

    /// How it ended; nothing while it runs. All its events and points can be taken then.
    [[nodiscard]] virtual std::optional<catalogue::JobEnd> outcome() const = 0;

    /// Asks it to stop, and returns at once. A job that stops in time keeps what is safe; one that does not
    /// is ended by force.
    virtual void cancel() noexcept = 0;
};

/// Starts a job, or with id 0 what is no job of the catalogue, of which a backup of `wanted.sources` comes,
/// as the plan names them; `onEnd` is called once, from another thread, when outcome() can be had. Throws
/// Error when it cannot be started; `onEnd` is not called then.
using JobStarter =
    std::function<std::unique_ptr<RunningJob>(catalogue::JobId id, const std::vector<std::string>& words,
                                              const WantedPoint& wanted, std::function<void()> onEnd)>;

}  // namespace service
