// SPDX-License-Identifier: Apache-2.0
// watchman.hpp: looks for what no job tells: plans that have gone quiet, vaults that cannot be reached for
// long, and trouble with plans and vaults that are no more.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "agent/catalogue/catalogue.hpp"
#include "agent/service/notices.hpp"
#include "agent/service/vault_listings.hpp"
#include "platform/clock.hpp"
#include "platform/time_zone.hpp"

namespace service {

/// Not thread-safe.
class Watchman final {
public:
    static constexpr std::chrono::minutes kBetween{1};
    /// After a start, or a sleep of the machine, the runs that were missed are made up for; until then nobody
    /// calls a plan quiet.
    static constexpr std::chrono::minutes kGrace{30};
    /// A pause between two looks that is a sleep, or a clock that was set.
    static constexpr std::chrono::minutes kSleep{10};

    /// References are not owned and outlive it.
    Watchman(catalogue::Catalogue& catalogue, const platform::Clock& clock, Notices& notices)
        : catalogue_(catalogue), clock_(clock), notices_(notices), watchedFrom_(clock.steady()) {}

    /// Looks, if it is time. Beside a clock that may be wrong no plan is called quiet. Throws Error when the
    /// catalogue cannot be used.
    void look(const platform::TimeZone& zone, bool isClockTrusted, const VaultListings& listings);

private:
    void lookForQuietPlans(const platform::TimeZone& zone, std::chrono::sys_seconds now);
    void lookForUnreachedVaults(const VaultListings& listings);
    void forgetWhatIsGone(std::chrono::sys_seconds now);

    catalogue::Catalogue& catalogue_;
    const platform::Clock& clock_;
    Notices& notices_;
    std::chrono::nanoseconds watchedFrom_;
    std::optional<std::chrono::nanoseconds> looked_;
    std::chrono::sys_seconds lookedAt_{};
};

}  // namespace service
