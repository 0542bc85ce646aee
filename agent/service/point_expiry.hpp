// SPDX-License-Identifier: Apache-2.0
// point_expiry.hpp: marks the points of a plan for deletion that its policy keeps no longer.
#pragma once

#include <chrono>
#include <cstddef>

#include "agent/catalogue/catalogue.hpp"
#include "platform/time_zone.hpp"

namespace service {

/// Judges the plan's points in its vault, by scheduler::applyRetention(), and tells how many it marked.
/// Points that are marked already have no say, so the newest of the others always stays; and so does one
/// whose time cannot be. What the plan made in a vault that it used before, and copies elsewhere, are left to
/// people.
std::size_t markExpired(catalogue::Catalogue& catalogue, const catalogue::Plan& plan,
                        const scheduler::RetentionPeriod& retention, const platform::TimeZone& zone,
                        std::chrono::sys_seconds now);

}  // namespace service
