// SPDX-License-Identifier: Apache-2.0
// refusal.hpp: what people ask for and cannot have, as errors.
#pragma once

#include <string>
#include <vector>

#include "agent/scheduler/policy.hpp"

namespace catalogue {

/// Throws Error (Invalid, "CATALOG-0010") with the sentences of all fields, unless there are none.
void refuse(const std::vector<scheduler::RefusedField>& fields);

/// Error (Exists, "CATALOG-0011"). `what` is "policy" or "plan".
[[noreturn]] void throwNameTaken(const std::string& what, const std::string& name);

/// Error (NotFound, "CATALOG-0012"). `what` is such as "job 7".
[[noreturn]] void throwNotThere(const std::string& what);

}  // namespace catalogue
