// SPDX-License-Identifier: Apache-2.0
// plan_commands.cpp: plan list, add, change, run, pause, resume, delete.
#include <charconv>

#include "agent/app/agent_api.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/text_table.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::uint64_t kUsualPauseMinutes = 60;

std::string planPath(Command& command) {
    return pathOfNamed(command, "/plans", command.line.operands.front());
}

std::string shownName(const Command& command) { return base::printable(command.line.operands.front()); }

/// "9-18=1M": from nine to six at most so many bytes a second.
void writeRange(base::JsonWriter& json, const std::string& text) {
    const char* const end = text.data() + text.size();
    unsigned from = 0;
    unsigned until = 0;
    const auto first = std::from_chars(text.data(), end, from);
    const bool hasDash = first.ec == std::errc() && first.ptr != end && *first.ptr == '-';
    const auto second = hasDash ? std::from_chars(first.ptr + 1, end, until) : first;
    const bool hasRate = hasDash && second.ec == std::errc() && second.ptr != end && *second.ptr == '=';
    const auto rate = hasRate ? parseRate(std::string_view(second.ptr + 1, end)) : std::nullopt;
    if (!rate) {
        throw base::Error(base::ErrorKind::Invalid, "CLI-0028",
                          "'" + base::printable(text) + "' of --limit is not a range of hours and a rate",
                          "Write it like 9-18=1M: from 9 to 18 at most 1 MiB a second.");
    }
    json.beginObject().member("fromHour", from).member("untilHour", until);
    json.member("bytesPerSecond", *rate).endObject();
}

void writeOption(base::JsonWriter& json, const std::string& text) {
    const std::string name = text.substr(0, text.find('='));
    const std::string value = name.size() == text.size() ? "" : text.substr(name.size() + 1);
    json.beginObject().member("name", name).member("value", value).endObject();
}

/// The service has another current folder. A path that is whole already stays as it was written.
std::string wholePath(const Command& command, const std::string& path) {
    return platform::isAbsolutePath(path) ? path : command.around.fileSystem.absolutePath(path);
}

std::string planBody(Command& command) {
    const CommandLine& line = command.line;
    base::JsonWriter json;
    json.beginObject().member("name", line.value("rename").value_or(line.operands.front()));
    json.member("vault", line.value("vault").value_or(""));
    if (const auto client = line.value("client")) json.member("client", *client);
    if (const auto policy = line.value("policy")) {
        const std::string path = pathOfNamed(command, "/policies", *policy);
        json.member("policy", static_cast<std::int64_t>(std::stoll(path.substr(path.rfind('/') + 1))));
    }
    json.key("sources").beginArray();
    for (std::size_t at = 1; at < line.operands.size(); ++at)
        json.value(wholePath(command, line.operands[at]));
    json.endArray().key("options").beginArray();
    for (const std::string& option : line.values("option")) writeOption(json, option);
    json.endArray().key("bandwidth").beginArray();
    for (const std::string& range : line.values("limit")) writeRange(json, range);
    json.endArray().member("scriptBefore", line.value("script-before").value_or(""));
    json.member("scriptAfter", line.value("script-after").value_or("")).endObject();
    return json.text();
}

std::string policyOf(const json::JsonObject& plan, const std::vector<json::JsonObject>& policies) {
    const auto id = plan.number("policy");
    if (!id) return plan.has("stopped") ? "(stopped)" : "(instant)";
    for (const json::JsonObject& policy : policies)
        if (policy.number("id") == id) return base::printable(policy.text("name").value_or(""));
    return "";
}

std::string lastResult(const json::JsonObject& plan) {
    const auto job = plan.object("lastJob");
    return job ? job->text("state").value_or("") : "-";
}

}  // namespace

int listPlansCommand(Command& command) {
    if (command.isJson) {
        printAnswer(command, askAgent(command, api::Method::Get, "/plans", {}, {{"limit", "1000"}}));
        return kDone;
    }
    TextTable table({{"NAME"}, {"VAULT"}, {"POLICY"}, {"LAST JOB"}, {"LAST GOOD"}, {"NEXT RUN"}});
    const auto plans = askForAll(command, "/plans");
    const auto policies = askForAll(command, "/policies");
    for (const json::JsonObject& plan : plans) {
        table.add({base::printable(plan.text("name").value_or("")),
                   base::printable(plan.text("vault").value_or("")), policyOf(plan, policies),
                   lastResult(plan), localMoment(plan, "lastGood"),
                   plan.has("pause") ? "paused" : localMoment(plan, "nextRun")});
    }
    if (plans.empty()) command.say("There is no plan yet: 'hbr plan add --help' shows how to make one.");
    if (!plans.empty()) command.around.console.out(table.text());
    return kDone;
}

int addPlanCommand(Command& command) {
    printAnswer(command, askAgent(command, api::Method::Post, "/plans", planBody(command)));
    command.say("The plan '" + shownName(command) + "' is made.");
    return kDone;
}

int changePlanCommand(Command& command) {
    const std::string path = planPath(command);
    printAnswer(command, askAgent(command, api::Method::Put, path, planBody(command)));
    command.say("The plan '" + shownName(command) + "' is changed.");
    return kDone;
}

int runPlanCommand(Command& command) {
    const api::Answer answer = askAgent(command, api::Method::Post, planPath(command) + "/run");
    printAnswer(command, answer);
    const auto job = json::JsonObject::parse(answer.body);
    const std::string id = std::to_string(job ? job->number("id").value_or(0) : 0);
    command.say("Job " + id + " waits for the service; 'hbr job show " + id + "' tells how far it is.");
    return kDone;
}

int pausePlanCommand(Command& command) {
    const std::uint64_t minutes = command.line.number("minutes").value_or(kUsualPauseMinutes);
    base::JsonWriter json;
    json.beginObject().member("minutes", minutes).endObject();
    printAnswer(command, askAgent(command, api::Method::Put, planPath(command) + "/pause", json.text()));
    command.say("No run of '" + shownName(command) + "' begins for " + std::to_string(minutes) + " minutes.");
    return kDone;
}

int resumePlanCommand(Command& command) {
    printAnswer(command, askAgent(command, api::Method::Delete, planPath(command) + "/pause"));
    command.say("The plan '" + shownName(command) + "' is not paused any more.");
    return kDone;
}

int deletePlanCommand(Command& command) {
    const std::string path = planPath(command);
    if (!command.confirm("Delete the plan '" + shownName(command) + "'? The backups that it made stay.")) {
        command.say("Nothing was deleted.");
        return kDone;
    }
    printAnswer(command, askAgent(command, api::Method::Delete, path));
    command.say("The plan '" + shownName(command) + "' is deleted.");
    return kDone;
}

}  // namespace app
