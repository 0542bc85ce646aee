// SPDX-License-Identifier: Apache-2.0
// job_display.hpp: shows how far a backup or restore is: on a terminal, in a log, or as JSON lines.
#pragma once

#include <optional>
#include <string>

#include "agent/app/command.hpp"
#include "agent/app/rate_meter.hpp"
#include "agent/app/status_lines.hpp"
#include "agent/app/ticker.hpp"
#include "agent/engine/progress.hpp"

namespace app {

/// Whether the job's totals say how much there is to do: they do not when only a part of a point is restored.
enum class Totals { Known, Unknown };

/// Watches a Progress for as long as it lives; the Progress outlives it. Nothing else may print meanwhile.
class JobDisplay final {
public:
    JobDisplay(Command& command, const engine::Progress& progress, Totals totals, std::string stage);

private:
    void tick();
    /// What goes through a limiter while the job runs: under a limit this, and not what the job has taken
    /// into memory, tells what the line carries.
    struct Traffic {
        const base::RateLimiter& limiter;
        std::uint64_t before;  // passed until the job began
        RateMeter meter;

        [[nodiscard]] std::uint64_t bytes() const { return limiter.passedBytes() - before; }
        [[nodiscard]] std::string text(const char* verb) const;
    };

    [[nodiscard]] std::vector<std::string> lines() const;
    [[nodiscard]] std::string stage() const;
    void printJson();

    Command& command_;
    const engine::Progress& progress_;
    const Totals totals_;
    const std::string stage_;
    RateMeter meter_;
    std::optional<Traffic> sent_;
    std::optional<Traffic> received_;
    std::chrono::nanoseconds lastPrinted_;
    std::optional<StatusLines> status_;
    std::optional<Ticker> ticker_;  // last: it ends before anything it shows goes
};

}  // namespace app
