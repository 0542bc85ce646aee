// SPDX-License-Identifier: Apache-2.0
// ids.hpp: what policies, plans and jobs are called by.
#pragma once

#include <compare>
#include <cstdint>

#include "platform/base/strong_id.hpp"

namespace catalogue {

/// A number that is never given twice while the file lives. Tag makes each kind its own type.
template <typename Tag>
struct Number {
    std::int64_t value = 0;

    auto operator<=>(const Number&) const = default;
};

using PolicyId = Number<struct PolicyTag>;
using JobId = Number<struct JobTag>;

/// Random: restore points bear it (planMark()), and a plan that is made after the file was lost must not own
/// those of an earlier one.
using PlanId = base::StrongId<struct PlanTag, 16>;

/// What the engine writes into vault::PointRecord::plan for a plan's backups.
inline std::string planMark(const PlanId& id) { return id.hex(); }

}  // namespace catalogue
