// SPDX-License-Identifier: Apache-2.0
// policies.hpp: policies for the tests.
#pragma once

#include "agent/scheduler/policy.hpp"

namespace policies {

using Unit = scheduler::Frequency::Unit;

inline scheduler::Policy every(unsigned count, Unit unit, std::chrono::local_seconds first) {
    return {"test", {count, unit}, first, {30, scheduler::RetentionPeriod::Unit::Day}};
}

}  // namespace policies
