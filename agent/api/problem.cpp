// SPDX-License-Identifier: Apache-2.0
#include "agent/api/problem.hpp"

#include "platform/base/json_writer.hpp"

namespace api {

int statusOf(base::ErrorKind kind) noexcept {
    switch (kind) {
        case base::ErrorKind::NotFound:
            return 404;
        case base::ErrorKind::Exists:
        case base::ErrorKind::Busy:
            return 409;
        case base::ErrorKind::Invalid:
            return 400;
        case base::ErrorKind::Denied:
            return 403;
        case base::ErrorKind::Unavailable:
        case base::ErrorKind::Cancelled:
            return 503;
        case base::ErrorKind::Exhausted:
            return 507;
        case base::ErrorKind::Unsupported:
            return 501;
        case base::ErrorKind::Corrupt:
        case base::ErrorKind::Internal:
            break;
    }
    return 500;
}

namespace {

/// All members; whoever called may add more, and closes the object.
base::JsonWriter& addMembers(base::JsonWriter& json, const base::Error& error, int status) {
    json.beginObject()
        .member("type", "about:blank")
        .member("title", error.message())
        .member("status", status);
    json.member("code", error.code())
        .member("kind", base::toString(error.kind()))
        .member("hint", error.hint());
    json.key("context").beginObject();
    for (const auto& [name, value] : error.context()) json.member(name, value);
    return json.endObject();
}

Answer answerOf(const base::JsonWriter& json, int status) {
    Answer answer;
    answer.status = status;
    answer.contentType = "application/problem+json";
    answer.body = json.text();
    return answer;
}

}  // namespace

Answer problem(const base::Error& error) { return problem(error, statusOf(error.kind())); }

Answer problem(const base::Error& error, int status) {
    base::JsonWriter json;
    addMembers(json, error, status).endObject();
    return answerOf(json, status);
}

Answer refusedFields(const base::Error& error, const std::vector<scheduler::RefusedField>& fields) {
    const int status = statusOf(error.kind());
    base::JsonWriter json;
    addMembers(json, error, status).key("fields").beginArray();
    for (const auto& field : fields)
        json.beginObject().member("field", field.field).member("sentence", field.sentence).endObject();
    json.endArray().endObject();
    return answerOf(json, status);
}

}  // namespace api
