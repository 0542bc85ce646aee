// SPDX-License-Identifier: Apache-2.0
// output.hpp: what the catalogue holds as JSON, as the schemas of agent/doc/openapi.json describe it.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "agent/api/call.hpp"

namespace api {

using Policies = std::map<catalogue::PolicyId, scheduler::Policy>;

Policies policiesById(catalogue::Catalogue& catalogue);

/// When a plan runs next by itself; nothing when it does not.
std::optional<std::chrono::sys_seconds> nextRunOf(const std::optional<catalogue::PolicyId>& policy,
                                                  const std::optional<scheduler::Pause>& pause,
                                                  const Policies& policies, const Call& call);

void writeMoment(base::JsonWriter& json, const char* name, std::chrono::sys_seconds moment);
/// null for nothing.
void writeMoment(base::JsonWriter& json, const char* name,
                 const std::optional<std::chrono::sys_seconds>& moment);

/// A number or a text, or null for nothing.
template <typename Value>
void writeOptional(base::JsonWriter& json, const char* name, const std::optional<Value>& value) {
    json.key(name);
    value ? json.value(*value) : json.null();
}

// Each writes an object.
void writePolicy(base::JsonWriter& json, const catalogue::StoredPolicy& stored, std::uint64_t plans,
                 const Call& call);
void writePlan(base::JsonWriter& json, const catalogue::Plan& plan, const Policies& policies,
               const Call& call);
void writeJob(base::JsonWriter& json, const catalogue::Job& job, const Call& call);
void writeJobSummary(base::JsonWriter& json, const std::optional<catalogue::JobSummary>& job);

void writeTexts(base::JsonWriter& json, const char* name, const std::vector<std::string>& texts);

/// Throws Error (NotFound) when there is no such job.
Answer answerWithJob(const Call& call, catalogue::JobId id, int status = 200);

}  // namespace api
