// SPDX-License-Identifier: Apache-2.0
// vault_listings.hpp: keeps the catalogue's points what the vaults say, whoever changed them.
//
// A child process lists a vault's points, and once it has told all of them the catalogue's rows follow. They
// must not follow a listing that is older than they are: a point that was added meanwhile would go, and its
// mark with it, and one that was deleted would come back. So a listing counts only when no job of the vault
// has ended since it began. A vault that cannot be reached is listed later, and is nobody's trouble.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/catalogue/catalogue.hpp"
#include "agent/service/locked_vaults.hpp"
#include "agent/service/running_job.hpp"
#include "platform/clock.hpp"

namespace service {

/// Not thread-safe. All times are those of the steady clock.
class VaultListings final {
public:
    static constexpr std::chrono::hours kBetween{6};
    /// After one that failed; doubled with each failure in a row, up to kBetween.
    static constexpr std::chrono::minutes kFirstWait{10};
    /// After one that was overtaken by a job.
    static constexpr std::chrono::minutes kAfterJob{1};
    /// One that takes longer has failed: it hangs on a vault that does not answer.
    static constexpr std::chrono::minutes kLongest{30};

    /// References are not owned and outlive it. `wake` as in WorkLoopParts; `listed` hears of each vault
    /// whose points the catalogue took in.
    VaultListings(catalogue::Catalogue& catalogue, const platform::Clock& clock, JobStarter start,
                  std::function<void()> wake, std::function<void(const std::string& vault)> listed,
                  IsLocked isLocked = {});

    /// Which vaults are to be listed: those that plans use. A new one is listed at once.
    void want(const std::set<std::string>& vaults);

    struct Unreached {
        std::string name;
        std::chrono::nanoseconds time;  // since its listings fail
        std::string why;
    };
    /// Vaults whose last listing failed.
    [[nodiscard]] std::vector<Unreached> unreached() const;
    /// Whether a vault was listed, or a job did its work there, since its last listing failed; nothing for
    /// one that no plan uses.
    [[nodiscard]] std::optional<bool> isReached(const std::string& vault) const;
    /// A job did its work in the vault.
    void reached(const std::string& vault);

    /// A job has changed the vault and the catalogue.
    void jobEnded(const std::string& vault);

    /// Takes in what was listed, and starts the next one whose turn it is, one at a time. Throws Error when
    /// the catalogue does not take it; the next round tries again.
    void round();

    /// How long until a round is worth while, unless it is woken before.
    [[nodiscard]] std::chrono::milliseconds rest() const;

    /// Ends what runs, and starts nothing more.
    void stop();

private:
    using Moment = std::chrono::nanoseconds;

    struct Vault {
        Moment next{0};
        unsigned failures = 0;  // in a row
        Moment failsSince{0};
        std::string why{};       // the last one failed
        bool isReached = false;  // since the last one that failed
    };
    struct Listing {
        std::string vault;
        std::unique_ptr<RunningJob> job;
        Moment started{0};
        std::vector<vault::PointRecord> points;
        bool isOvertaken = false;
    };

    [[nodiscard]] bool isLocked(const std::string& vault) const { return isLocked_ && isLocked_(vault); }
    void start(const std::string& vault);
    void takeIn(Listing& listing);
    void finish(Listing& listing, const catalogue::JobEnd& end);
    void fail(const std::string& vault, const std::string& why);

    catalogue::Catalogue& catalogue_;
    const platform::Clock& clock_;
    const JobStarter start_;
    const std::function<void()> wake_;
    const std::function<void(const std::string& vault)> listed_;
    const IsLocked isLocked_;
    std::map<std::string, Vault> vaults_;
    std::unique_ptr<Listing> running_;
};

}  // namespace service
