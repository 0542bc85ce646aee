// SPDX-License-Identifier: Apache-2.0
// policy_commands.cpp: policy list, add, change, delete.
#include <array>
#include <charconv>
#include <utility>

#include "agent/app/agent_api.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/text_table.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

using Units = std::span<const std::pair<char, const char*>>;
constexpr std::array<std::pair<char, const char*>, 3> kFrequencyUnits = {
    {{'h', "hour"}, {'d', "day"}, {'w', "week"}}};
constexpr std::array<std::pair<char, const char*>, 3> kRetentionUnits = {
    {{'d', "day"}, {'m', "month"}, {'y', "year"}}};

/// "6h" as a count and a unit.
void writePeriod(base::JsonWriter& json, const char* name, const std::string& option, const std::string& text,
                 Units units) {
    unsigned count = 0;
    const auto [end, outcome] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool isCounted = outcome == std::errc() && end + 1 == text.data() + text.size();
    for (const auto& [letter, unit] : units) {
        if (!isCounted || *end != letter) continue;
        json.key(name).beginObject().member("count", count).member("unit", unit).endObject();
        return;
    }
    std::string examples;
    for (const auto& [letter, unit] : units)
        examples += (examples.empty() ? "" : ", ") + std::string("6") + letter + " for 6 " + unit + "s";
    throw base::Error(base::ErrorKind::Invalid, "CLI-0027",
                      "'" + base::printable(text) + "' of --" + option + " is not a number with its unit",
                      "Write it like " + examples + ".");
}

std::string policyBody(const Command& command) {
    const auto given = [&](const char* option, const char* what) {
        const auto value = command.line.value(option);
        if (value) return *value;
        throw base::Error(base::ErrorKind::Invalid, "CLI-0027", std::string("The policy needs --") + option,
                          std::string("Say ") + what + "; 'hbr policy add --help' has an example.");
    };
    base::JsonWriter json;
    json.beginObject().member("name", command.line.value("rename").value_or(command.line.operands.front()));
    writePeriod(json, "frequency", "every", given("every", "how often it runs"), kFrequencyUnits);
    json.member("firstBackup", given("first", "when the first backup is made"));
    writePeriod(json, "retention", "keep", given("keep", "how long backups are kept"), kRetentionUnits);
    json.endObject();
    return json.text();
}

std::string period(const json::JsonObject& policy, const char* name) {
    const auto value = policy.object(name);
    if (!value) return "";
    const auto count = value->number("count").value_or(0);
    return std::to_string(count) + " " + value->text("unit").value_or("") + (count == 1 ? "" : "s");
}

/// With --dry-run: when it would run.
int preview(Command& command, const std::string& body) {
    const api::Answer answer = askAgent(command, api::Method::Post, "/policies/preview", body);
    printAnswer(command, answer);
    const auto told = json::JsonObject::parse(answer.body);
    const auto runs = told ? told->texts("runs") : std::nullopt;
    if (command.isJson || !runs) return kDone;
    command.say("It would run at:");
    for (const std::string& run : *runs) {
        platform::Timestamp moment;
        if (platform::parseUtc(run, moment)) command.print(platform::formatLocal(moment));
    }
    return kDone;
}

std::string numbered(std::uint64_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

int listPoliciesCommand(Command& command) {
    if (command.isJson) {
        printAnswer(command, askAgent(command, api::Method::Get, "/policies", {}, {{"limit", "1000"}}));
        return kDone;
    }
    TextTable table(
        {{"NAME"}, {"EVERY"}, {"FIRST BACKUP"}, {"KEPT FOR"}, {"PLANS", Align::Right}, {"NEXT RUN"}});
    const auto policies = askForAll(command, "/policies");
    for (const json::JsonObject& policy : policies) {
        table.add({base::printable(policy.text("name").value_or("")), period(policy, "frequency"),
                   policy.text("firstBackup").value_or(""), period(policy, "retention"),
                   std::to_string(policy.number("plans").value_or(0)), localMoment(policy, "nextRun")});
    }
    if (policies.empty())
        command.say("There is no policy yet: 'hbr policy add --help' shows how to make one.");
    if (!policies.empty()) command.around.console.out(table.text());
    return kDone;
}

int addPolicyCommand(Command& command) {
    const std::string body = policyBody(command);
    if (command.line.has("dry-run")) return preview(command, body);
    printAnswer(command, askAgent(command, api::Method::Post, "/policies", body));
    command.say("The policy '" + base::printable(command.line.operands.front()) + "' is made.");
    return kDone;
}

int changePolicyCommand(Command& command) {
    const std::string body = policyBody(command);
    if (command.line.has("dry-run")) return preview(command, body);
    const std::string path = pathOfNamed(command, "/policies", command.line.operands.front());
    printAnswer(command, askAgent(command, api::Method::Put, path, body));
    command.say("The policy is changed, for all plans that use it.");
    return kDone;
}

int deletePolicyCommand(Command& command) {
    const std::string& name = command.line.operands.front();
    const std::string path = pathOfNamed(command, "/policies", name);
    const json::JsonObject goes = askForObject(command, api::Method::Get, path + "/consequences");
    const auto plans = goes.objects("plans").value_or(std::vector<json::JsonObject>());
    const std::uint64_t points = goes.number("points").value_or(0);
    for (const json::JsonObject& plan : plans)
        command.say("The plan '" + base::printable(plan.text("name").value_or("")) + "' would stop.");
    const bool isWanted = command.confirm("Delete the policy '" + base::printable(name) + "', stop " +
                                          numbered(plans.size(), "plan") + " and delete " +
                                          numbered(points, "restore point") + " that they made?");
    if (!isWanted) {
        command.say("Nothing was deleted.");
        return kDone;
    }
    printAnswer(command, askAgent(command, api::Method::Delete, path, {}, {{"confirm", name}}));
    command.say("The policy is deleted; the service deletes " + numbered(points, "restore point") + ".");
    return kDone;
}

}  // namespace app
