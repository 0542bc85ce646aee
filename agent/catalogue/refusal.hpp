// SPDX-License-Identifier: Apache-2.0
// refusal.hpp: what people ask for and cannot have, as errors.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/scheduler/policy.hpp"
#include "platform/base/error.hpp"

namespace catalogue {

/// Error (Invalid, "CATALOG-0010"): what stands in some fields cannot be. Its message is all their sentences.
class Refusal final : public base::Error {
public:
    explicit Refusal(std::vector<scheduler::RefusedField> fields);

    [[nodiscard]] const std::vector<scheduler::RefusedField>& fields() const noexcept { return fields_; }

private:
    std::vector<scheduler::RefusedField> fields_;
};

/// Throws a Refusal, unless there are no fields.
void refuse(const std::vector<scheduler::RefusedField>& fields);

/// Error (Exists, "CATALOG-0011"). `what` is "policy" or "plan".
[[noreturn]] void throwNameTaken(const std::string& what, const std::string& name);

/// Error (NotFound, "CATALOG-0012"). `what` is such as "job 7".
[[noreturn]] void throwNotThere(const std::string& what);

}  // namespace catalogue
