// SPDX-License-Identifier: Apache-2.0
// problem.hpp: what failed, as RFC 9457 ("problem+json") has it.
#pragma once

#include <vector>

#include "agent/api/request.hpp"
#include "agent/scheduler/policy.hpp"
#include "platform/base/error.hpp"

namespace api {

/// The status of HTTP for an error of this kind: 400 for Invalid, 404 for NotFound, 409 for Exists and Busy
/// ...
int statusOf(base::ErrorKind kind) noexcept;

/// An answer of this error: its sentence as title, its hint, code, kind and context as members.
Answer problem(const base::Error& error);
/// The same with a status of the caller's choice, such as 401.
Answer problem(const base::Error& error, int status);

/// An input that was refused field by field: each with its sentence, as a member "fields".
Answer refusedFields(const base::Error& error, const std::vector<scheduler::RefusedField>& fields);

}  // namespace api
