// SPDX-License-Identifier: Apache-2.0
// api_commands.cpp: api, which hands any request to the agent; job list, show and cancel.
#include <array>
#include <utility>

#include "agent/app/agent_api.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/small_input.hpp"
#include "agent/app/text_table.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::array<std::pair<std::string_view, api::Method>, 4> kMethods = {
    {{"get", api::Method::Get},
     {"post", api::Method::Post},
     {"put", api::Method::Put},
     {"delete", api::Method::Delete}}};

api::Method methodNamed(std::string_view word) {
    for (const auto& [name, method] : kMethods)
        if (name == word) return method;
    throw base::Error(base::ErrorKind::Invalid, "CLI-0026", "'" + base::printable(word) + "' is no method",
                      "The methods are get, post, put and delete.");
}

/// "%20" as a blank. Throws Error (Invalid, "CLI-0026") for what is no such text.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at];
            continue;
        }
        std::array<base::Byte, 1> byte{};
        if (!base::decodeHex(text.substr(at + 1, 2), base::MutableBytes(byte))) {
            throw base::Error(base::ErrorKind::Invalid, "CLI-0026",
                              "'" + base::printable(text) + "' has a '%' without two hex digits",
                              "Write '%25' for '%'.");
        }
        plain += static_cast<char>(byte[0]);
        at += 2;
    }
    return plain;
}

Query queryOf(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const std::string_view pair = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), pair.size() + 1));
        const std::string_view name = pair.substr(0, pair.find('='));
        query[decoded(name)] = decoded(pair.substr(std::min(pair.size(), name.size() + 1)));
    }
    return query;
}

std::string countOf(const json::JsonObject& object, const char* name) {
    return std::to_string(object.number(name).value_or(0));
}

std::string shown(const json::JsonObject& object, const char* name) {
    return base::printable(object.text(name).value_or(""));
}

std::string howFar(const json::JsonObject& job) {
    const auto progress = job.object("progress");
    if (!progress) return shown(job, "errorText");
    const auto total = progress->number("objectsTotal");
    return shown(*progress, "stage") + ", " + countOf(*progress, "objectsDone") +
           (total ? " of " + std::to_string(*total) : "") + " objects";
}

void showJobs(Command& command, const std::vector<json::JsonObject>& jobs) {
    TextTable table({{"JOB", Align::Right},
                     {"KIND"},
                     {"PLAN"},
                     {"STATE"},
                     {"MADE"},
                     {"ENDED"},
                     {"FAULTS", Align::Right},
                     {""}});
    for (const json::JsonObject& job : jobs) {
        table.add({countOf(job, "id"), shown(job, "kind"), shown(job, "planName"), shown(job, "state"),
                   localMoment(job, "made"), localMoment(job, "ended"), countOf(job, "faults"), howFar(job)});
    }
    command.around.console.out(table.text());
}

std::string jobPath(const Command& command) { return "/jobs/" + command.line.operands.front(); }

}  // namespace

int askApi(Command& command) {
    const api::Method method = methodNamed(command.line.operands[0]);
    const std::string& target = command.line.operands[1];
    const std::string path = target.substr(0, target.find('?'));
    const Query query = queryOf(std::string_view(target).substr(std::min(target.size(), path.size() + 1)));
    const auto bodyFile = command.line.value("body");
    const std::string body = bodyFile ? textFromFile(command.around.fileSystem, *bodyFile) : std::string();
    const api::Answer answer = answerOfAgent(command, method, decoded(path), body, query);
    const bool isGood = answer.status < 400;
    if (!isGood && !command.isJson) throw base::Error(errorOf(answer));
    if (!answer.body.empty()) command.print(answer.body);
    return isGood ? kDone : exitCodeOf(errorOf(answer).kind());
}

int listJobsCommand(Command& command) {
    Query query;
    if (command.line.has("active")) query["state"] = "active";
    if (const auto plan = command.line.value("plan"))
        query["plan"] = pathOfNamed(command, "/plans", *plan).substr(std::string_view("/plans/").size());
    query["limit"] = std::to_string(command.line.number("limit").value_or(100));
    const api::Answer answer = askAgent(command, api::Method::Get, "/jobs", {}, query);
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    const auto page = json::JsonObject::parse(answer.body);
    const auto jobs = page ? page->objects("items") : std::nullopt;
    if (!jobs || jobs->empty()) {
        command.say("There is no job yet: 'hbr plan run NAME' makes one.");
    } else {
        showJobs(command, *jobs);
    }
    return kDone;
}

int showJobCommand(Command& command) {
    const api::Answer answer = askAgent(command, api::Method::Get, jobPath(command));
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    showJobs(command, {json::JsonObject::parse(answer.body).value()});
    const json::JsonObject told = askForObject(command, api::Method::Get, jobPath(command) + "/events");
    const auto events = told.objects("events").value_or(std::vector<json::JsonObject>());
    for (const json::JsonObject& event : events)
        command.print(localMoment(event, "time") + "  " + shown(event, "level") + "  " +
                      shown(event, "text"));
    return kDone;
}

int cancelJobCommand(Command& command) {
    const api::Answer answer = askAgent(command, api::Method::Post, jobPath(command) + "/cancel");
    printAnswer(command, answer);
    command.say("The job is asked to end; what it stored is reused by the next.");
    return kDone;
}

}  // namespace app
