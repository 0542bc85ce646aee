// SPDX-License-Identifier: Apache-2.0
// job_handlers.cpp: jobs, how far they are, what happened in them, and their end by a person.
#include "agent/api/call.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "platform/base/error.hpp"

namespace api {

namespace {

using catalogue::Job;
using catalogue::JobId;

std::optional<bool> hasEndedOf(const Call& call) {
    const auto state = call.query("state");
    if (!state) return std::nullopt;
    if (*state == "active") return false;
    if (*state == "ended") return true;
    throw base::Error(base::ErrorKind::Invalid, "API-0004",
                      "'state' in the query is neither 'active' nor 'ended'",
                      "agent/doc/openapi.json tells what can be asked for.");
}

const char* wordOf(catalogue::EventLevel level) noexcept {
    switch (level) {
        case catalogue::EventLevel::Info:
            return "info";
        case catalogue::EventLevel::Warning:
            return "warning";
        case catalogue::EventLevel::Error:
            break;
    }
    return "error";
}

}  // namespace

Answer listJobs(const Call& call) {
    catalogue::JobFilter filter;
    filter.plan = call.queryPlan();
    filter.hasEnded = hasEndedOf(call);
    if (const auto before = call.queryNumber("cursor", 0, std::numeric_limits<std::int64_t>::max()))
        filter.before = JobId{*before};
    filter.most = call.limit() + 1;
    auto jobs = call.catalogue.jobs().list(filter);
    const bool isLast = static_cast<std::int64_t>(jobs.size()) < filter.most;
    if (!isLast) jobs.pop_back();
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const Job& job : jobs) writeJob(json, job, call);
        },
        isLast ? std::nullopt : std::optional(std::to_string(jobs.back().id.value)));
}

Answer getJob(const Call& call) { return answerWithJob(call, JobId{call.numberFromPath()}); }

Answer listJobEvents(const Call& call) {
    const JobId id{call.numberFromPath()};
    if (!call.catalogue.jobs().find(id)) catalogue::throwNotThere("job " + std::to_string(id.value));
    const auto told = call.catalogue.jobs().events(id);
    base::JsonWriter json;
    json.beginObject().key("events").beginArray();
    for (const auto& event : told.events) {
        json.beginObject();
        writeMoment(json, "time", event.time);
        json.member("level", wordOf(event.level)).member("text", event.text).endObject();
    }
    json.endArray().member("leftOut", told.leftOut).endObject();
    return answerWith(json);
}

Answer cancelJob(const Call& call) {
    const JobId id{call.numberFromPath()};
    call.catalogue.jobs().askToCancel(id, call.now);
    return answerWithJob(call, id, 202);
}

}  // namespace api
