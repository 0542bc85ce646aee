// SPDX-License-Identifier: Apache-2.0
#include "agent/web/answers.hpp"

#include <algorithm>

#include "agent/api/problem.hpp"

namespace web {

namespace {

bool hasHeader(const HttpResponse& response, const char* name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [name](const auto& field) { return field.first == name; });
}

}  // namespace

HttpResponse apiResponse(const api::Answer& answer) {
    HttpResponse response;
    response.status = answer.status;
    response.body = answer.body;
    if (!answer.body.empty()) addHeader(response, "Content-Type", answer.contentType);
    if (!answer.location.empty()) addHeader(response, "Location", answer.location);
    if (!answer.etag.empty()) addHeader(response, "ETag", answer.etag);
    return response;
}

HttpResponse refused(const Refusal& refusal) {
    HttpResponse response = apiResponse(api::problem(refusal.error, refusal.status));
    if (refusal.retryAfterSeconds > 0) {
        addHeader(response, "Retry-After", std::to_string(refusal.retryAfterSeconds));
    }
    if (refusal.status == 405) addHeader(response, "Allow", "GET, HEAD, POST, PUT, DELETE");
    // The scheme is ours: a browser that knew it would ask by a dialog of its own.
    if (refusal.status == 401) addHeader(response, "WWW-Authenticate", "HBR-Session");
    return response;
}

void addSafetyHeaders(HttpResponse& response) {
    addHeader(response, "Content-Security-Policy",
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
              "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'");
    addHeader(response, "X-Content-Type-Options", "nosniff");
    addHeader(response, "Referrer-Policy", "no-referrer");
    addHeader(response, "Cross-Origin-Opener-Policy", "same-origin");
    addHeader(response, "Cross-Origin-Resource-Policy", "same-origin");
    addHeader(response, "X-Frame-Options", "DENY");
    if (!hasHeader(response, "Cache-Control")) addHeader(response, "Cache-Control", "no-store");
}

}  // namespace web
