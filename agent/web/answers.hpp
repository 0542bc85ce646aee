// SPDX-License-Identifier: Apache-2.0
// answers.hpp: what every answer carries, and those that refuse.
#pragma once

#include "agent/api/request.hpp"
#include "agent/web/http_message.hpp"
#include "agent/web/refusal.hpp"

namespace web {

/// As problem+json, with Retry-After, WWW-Authenticate or Allow where they belong.
HttpResponse refused(const Refusal& refusal);

/// An answer of the API.
HttpResponse apiResponse(const api::Answer& answer);

/// Adds what keeps browsers from doing more with an answer than they must: no script, style or connection
/// but our own, no frame, no guess at types, no referrer. Answers of the API, and refusals, are not kept by
/// anybody.
void addSafetyHeaders(HttpResponse& response);

}  // namespace web
