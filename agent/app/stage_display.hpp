// SPDX-License-Identifier: Apache-2.0
// stage_display.hpp: shows how far a prune, verify or repair is.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "agent/app/command.hpp"
#include "agent/app/status_lines.hpp"
#include "agent/app/ticker.hpp"
#include "agent/vault/prune.hpp"

namespace app {

/// Shows what its callback is told for as long as it lives.
class StageDisplay final {
public:
    explicit StageDisplay(Command& command);

    /// To hand to the work; may be called from any thread while the display lives.
    [[nodiscard]] vault::StageProgress callback();

private:
    struct Stage {
        std::string name;
        std::uint64_t done = 0;
        std::uint64_t total = 0;
    };

    void tick();

    Command& command_;
    std::mutex mutex_;  // guards stage_
    Stage stage_;
    std::chrono::nanoseconds lastPrinted_;
    std::optional<StatusLines> status_;
    std::optional<Ticker> ticker_;  // last: it ends before anything it shows goes
};

}  // namespace app
