// SPDX-License-Identifier: Apache-2.0
// alert_commands.cpp: alert list, targets, rules, add-mail, add-webhook, add-rule, test, remove-rule,
// remove-target, set.
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

using api::Method;

constexpr const char* kTargets = "/alert-targets";

std::string shown(const json::JsonObject& object, const char* name) {
    return base::printable(object.text(name).value_or(""));
}

std::string numberOf(const json::JsonObject& object, const char* name) {
    return std::to_string(object.number(name).value_or(0));
}

std::string shownName(const Command& command) { return base::printable(command.line.operands.front()); }

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& part : texts) text += (text.empty() ? "" : ", ") + base::printable(part);
    return text;
}

std::int64_t idIn(const std::string& path) {
    return static_cast<std::int64_t>(std::stoll(path.substr(path.rfind('/') + 1)));
}

/// "office delivered, chat waiting": what became of the newest message to each target.
std::string deliveryOf(const json::JsonObject& alert) {
    std::vector<std::string> told;
    std::vector<std::string> targets;
    for (const auto& delivery : alert.objects("deliveries").value_or(std::vector<json::JsonObject>())) {
        const std::string target = delivery.text("target").value_or("");
        if (std::ranges::find(targets, target) != targets.end()) continue;
        targets.push_back(target);
        told.push_back(target + " " + delivery.text("state").value_or(""));
    }
    return joined(told);
}

/// Takes a body that is wiped when it was sent, for it may hold a secret.
int addTarget(Command& command, std::string body) {
    const api::Answer answer = askAgent(command, Method::Post, kTargets, body);
    base::wipe(body.data(), body.size());
    printAnswer(command, answer);
    command.say("The target '" + shownName(command) + "' is kept. Try it: 'hbr alert test " +
                shownName(command) + "'; say what it hears of: 'hbr alert add-rule " + shownName(command) +
                "'.");
    return kDone;
}

void writeSecret(Command& command, base::JsonWriter& json, const char* member, const char* option) {
    const auto file = command.line.value(option);
    if (!file) return;
    const base::SecretBytes secret = secretFromFile(command.around.fileSystem, *file);
    json.member(member, base::asText(secret.view()));
}

void writeAuthorities(const Command& command, base::JsonWriter& json) {
    if (const auto file = command.line.value("ca-file"))
        json.member("caFile", command.around.fileSystem.absolutePath(*file));
}

/// The usual port of a mail server.
unsigned portFor(const std::string& security) {
    if (security == "tls") return 465;
    return security == "none" ? 25 : 587;
}

void writeServer(const Command& command, base::JsonWriter& json, const std::string& security) {
    const std::string server = command.line.value("server").value_or("");
    const std::size_t colon = server.rfind(':');
    const bool hasPort = colon != std::string::npos && server.find(':') == colon;
    const auto port = hasPort ? base::parseUnsigned(std::string_view(server).substr(colon + 1))
                              : std::optional<std::uint64_t>();
    json.member("server", hasPort ? server.substr(0, colon) : server);
    json.member("port", hasPort ? port.value_or(0) : std::uint64_t{portFor(security)});
}

}  // namespace

int listAlertsCommand(Command& command) {
    Query query;
    if (command.line.has("open")) query["state"] = "open";
    query["limit"] = std::to_string(command.line.number("limit").value_or(100));
    const api::Answer answer = askAgent(command, Method::Get, "/alerts", {}, query);
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    const auto page = json::JsonObject::parse(answer.body);
    const auto alerts = page ? page->objects("items") : std::nullopt;
    if (!alerts || alerts->empty()) {
        command.say(command.line.has("open") ? "Nothing is wrong." : "Nothing was wrong so far.");
        return kDone;
    }
    TextTable table({{"ALERT", Align::Right}, {"SEVERITY"}, {"SINCE"}, {"OVER"}, {"TOLD"}, {""}});
    for (const json::JsonObject& alert : *alerts) {
        table.add({numberOf(alert, "id"), shown(alert, "severity"), localMoment(alert, "raised"),
                   localMoment(alert, "ended"), deliveryOf(alert), shown(alert, "sentence")});
    }
    command.around.console.out(table.text());
    return kDone;
}

int listAlertTargetsCommand(Command& command) {
    const api::Answer answer = askAgent(command, Method::Get, kTargets);
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    TextTable table({{"NAME"}, {"KIND"}, {"SERVER"}, {"LOGIN"}, {"TO"}});
    for (const json::JsonObject& target : askForAll(command, kTargets)) {
        const std::string port = target.number("port") ? ":" + numberOf(target, "port") : "";
        table.add({shown(target, "name"), shown(target, "kind"), shown(target, "server") + port,
                   shown(target, "login"),
                   joined(target.texts("recipients").value_or(std::vector<std::string>()))});
    }
    command.around.console.out(table.text());
    command.say("The system's log hears of everything.");
    return kDone;
}

int listAlertRulesCommand(Command& command) {
    const api::Answer answer = askAgent(command, Method::Get, "/alert-rules");
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    std::map<std::uint64_t, std::string> targets;
    for (const json::JsonObject& target : askForAll(command, kTargets))
        targets[target.number("id").value_or(0)] = shown(target, "name");
    std::map<std::string, std::string> plans;
    for (const json::JsonObject& plan : askForAll(command, "/plans"))
        plans[plan.text("id").value_or("")] = shown(plan, "name");
    TextTable table({{"RULE", Align::Right}, {"TARGET"}, {"KINDS"}, {"LEAST"}, {"PLAN"}, {"VAULT"}});
    for (const json::JsonObject& rule : askForAll(command, "/alert-rules")) {
        const auto kinds = rule.texts("kinds").value_or(std::vector<std::string>());
        table.add({numberOf(rule, "id"), targets[rule.number("target").value_or(0)],
                   kinds.empty() ? "all" : joined(kinds), shown(rule, "leastSeverity"),
                   plans[rule.text("plan").value_or("")], shown(rule, "vault")});
    }
    command.around.console.out(table.text());
    return kDone;
}

int addMailTargetCommand(Command& command) {
    const std::string security = command.line.value("security").value_or("starttls");
    base::JsonWriter json;
    json.beginObject().member("name", command.line.operands.front()).member("kind", "mail");
    writeServer(command, json, security);
    json.member("security", security).member("login", command.line.value("login").value_or(""));
    writeSecret(command, json, "password", "password-file");
    json.member("sender", command.line.value("from").value_or("")).key("recipients").beginArray();
    for (const std::string& recipient : command.line.values("to")) json.value(recipient);
    json.endArray();
    writeAuthorities(command, json);
    json.endObject();
    return addTarget(command, json.text());
}

int addWebhookCommand(Command& command) {
    base::JsonWriter json;
    json.beginObject().member("name", command.line.operands.front()).member("kind", "webhook");
    writeSecret(command, json, "url", "url-file");
    writeSecret(command, json, "secret", "secret-file");
    writeAuthorities(command, json);
    json.endObject();
    return addTarget(command, json.text());
}

int addAlertRuleCommand(Command& command) {
    base::JsonWriter json;
    json.beginObject().member("target", idIn(pathOfNamed(command, kTargets, command.line.operands.front())));
    json.key("kinds").beginArray();
    for (const std::string& kind : command.line.values("kind")) json.value(kind);
    json.endArray().member("leastSeverity", command.line.value("least").value_or("warning"));
    if (const auto plan = command.line.value("plan"))
        json.member("plan", pathOfNamed(command, "/plans", *plan).substr(std::string_view("/plans/").size()));
    if (const auto vault = command.line.value("vault")) json.member("vault", *vault);
    json.endObject();
    printAnswer(command, askAgent(command, Method::Post, "/alert-rules", json.text()));
    command.say("The target '" + shownName(command) + "' hears of it from now on.");
    return kDone;
}

int testAlertCommand(Command& command) {
    const std::string path = pathOfNamed(command, kTargets, command.line.operands.front());
    const api::Answer answer = askAgent(command, Method::Post, path + "/test");
    printAnswer(command, answer);
    const auto told = json::JsonObject::parse(answer.body);
    const bool isDelivered = told && told->flag("isDelivered").value_or(false);
    const std::string said = told ? shown(*told, "answer") : "";
    command.say(isDelivered ? "The test was taken: " + said
                            : "The test was not taken: " + said + ". " + (told ? shown(*told, "hint") : ""));
    return isDelivered ? kDone : kFailed;
}

int removeAlertRuleCommand(Command& command) {
    printAnswer(command, askAgent(command, Method::Delete, "/alert-rules/" + command.line.operands.front()));
    command.say("The rule is gone.");
    return kDone;
}

int removeAlertTargetCommand(Command& command) {
    const std::string path = pathOfNamed(command, kTargets, command.line.operands.front());
    if (!command.confirm("Send no more alerts to '" + shownName(command) + "' and drop its rules?")) {
        command.say("Nothing was changed.");
        return kDone;
    }
    printAnswer(command, askAgent(command, Method::Delete, path));
    command.say("The target '" + shownName(command) + "' is gone.");
    return kDone;
}

int setAlertsCommand(Command& command) {
    constexpr std::array<std::pair<const char*, const char*>, 3> kFields = {
        {{"quietIntervals", "quiet-intervals"},
         {"quietHours", "quiet-hours"},
         {"unreachableHours", "unreachable-hours"}}};
    const json::JsonObject before = askForObject(command, Method::Get, "/alert-settings");
    base::JsonWriter json;
    json.beginObject();
    bool isChange = false;
    for (const auto& [field, option] : kFields) {
        const auto given = command.line.number(option);
        isChange = isChange || given.has_value();
        json.member(field, given.value_or(before.number(field).value_or(0)));
    }
    json.endObject();
    if (isChange) (void)askAgent(command, Method::Put, "/alert-settings", json.text());
    const api::Answer now = askAgent(command, Method::Get, "/alert-settings");
    printAnswer(command, now);
    if (command.isJson) return kDone;
    const auto settings = json::JsonObject::parse(now.body);
    for (const auto& [field, option] : kFields)
        command.print(std::string(option) + " " + (settings ? numberOf(*settings, field) : ""));
    return kDone;
}

}  // namespace app
