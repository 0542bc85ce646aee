// SPDX-License-Identifier: Apache-2.0
// search_updates.hpp: has the index of paths follow the vaults, so that new points can be searched soon.
//
// A child process updates the index of one vault at a time, 'hbr search update', and only while no job runs:
// who searches can wait, backups cannot. But not for ever: after kLongestDelay it runs beside them. An update
// that fails, mostly because the vault cannot be reached, is nobody's trouble and is made again later.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/service/locked_vaults.hpp"
#include "agent/service/running_job.hpp"
#include "platform/clock.hpp"

namespace service {

/// No job of the catalogue has this number; it names the file of an update's words.
inline constexpr catalogue::JobId kSearchUpdate{-1};

/// Not thread-safe. All times are those of the steady clock.
class SearchUpdates final {
public:
    /// Backups come in groups: so much later all of them are there.
    static constexpr std::chrono::seconds kAfterChange{5};
    static constexpr std::chrono::minutes kLongestDelay{60};
    /// After one that failed; doubled with each failure in a row, up to kMostWait.
    static constexpr std::chrono::minutes kFirstWait{10};
    static constexpr std::chrono::hours kMostWait{6};
    /// How often it is asked which indexes are missing or damaged.
    static constexpr std::chrono::minutes kBetweenLooks{1};

    /// Tells which vaults have an index that is missing or that a search has found damaged.
    using Damaged = std::function<std::set<std::string>()>;

    /// The clock outlives it. `wake` as in WorkLoopParts. Indexes of vaults that are locked wait.
    SearchUpdates(const platform::Clock& clock, JobStarter start, std::function<void()> wake, Damaged damaged,
                  IsLocked isLocked = {});

    /// Which vaults have an index: those that plans use.
    void want(const std::set<std::string>& vaults);

    /// The vault's points have changed, or may have.
    void vaultChanged(const std::string& vault);

    /// Takes in what has ended, and starts the next one whose turn it is. `areJobsRunning` keeps it waiting.
    void round(bool areJobsRunning);

    /// How long until a round is worth while, unless it is woken before.
    [[nodiscard]] std::chrono::milliseconds rest() const;

    /// Ends what runs, and starts nothing more.
    void stop();

private:
    using Moment = std::chrono::nanoseconds;

    struct Vault {
        std::optional<Moment> due;  // nothing while its index is up to date, as far as is known
        unsigned failures = 0;      // in a row
    };
    struct Update {
        std::string vault;
        std::unique_ptr<RunningJob> job;
    };

    /// A vault whose index waits to be updated and can be.
    [[nodiscard]] bool isWaiting(const std::map<std::string, Vault>::value_type& vault) const;
    void askForDamage();
    void takeIn();
    void start(const std::string& vault);
    void fail(const std::string& vault);

    const platform::Clock& clock_;
    const JobStarter start_;
    const std::function<void()> wake_;
    const Damaged damaged_;
    const IsLocked isLocked_;
    std::map<std::string, Vault> vaults_;
    std::optional<Update> running_;
    Moment nextLook_{0};
};

}  // namespace service
