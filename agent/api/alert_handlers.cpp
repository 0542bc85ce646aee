// SPDX-License-Identifier: Apache-2.0
// alert_handlers.cpp: what is wrong, who hears of it and of what, and whether it arrived.
#include <algorithm>
#include <atomic>

#include "agent/alerts/alert_book.hpp"
#include "agent/alerts/message.hpp"
#include "agent/alerts/sender.hpp"
#include "agent/alerts/targets.hpp"
#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/client/registrar.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using alerts::AlertBook;
using alerts::AlertId;
using alerts::Kind;
using alerts::RuleId;
using alerts::Security;
using alerts::Severity;
using alerts::Target;
using alerts::TargetId;
using alerts::TargetKind;
using alerts::Targets;

constexpr std::int64_t kMostDeliveriesShown = 20;
constexpr std::size_t kLongestSecretBytes = 1024;

AlertBook bookOf(const Call& call) { return AlertBook(call.catalogue.database()); }
Targets targetsOf(const Call& call) { return Targets(call.catalogue.database()); }

void writeAlert(base::JsonWriter& json, const alerts::Alert& alert, AlertBook& book) {
    json.beginObject().member("id", alert.id.value).member("kind", toString(alert.trouble.kind));
    json.member("severity", toString(alert.trouble.severity));
    writeOptional(json, "plan", alert.trouble.plan ? std::optional(alert.trouble.plan->hex()) : std::nullopt);
    json.member("planName", alert.trouble.planName).member("vault", alert.trouble.vault);
    json.member("sentence", alert.trouble.sentence).member("hint", alert.trouble.hint);
    writeMoment(json, "raised", alert.raised);
    writeMoment(json, "seen", alert.seen);
    writeMoment(json, "ended", alert.ended);
    json.member("endSentence", alert.endSentence).key("deliveries").beginArray();
    for (const auto& delivery : book.deliveries(alert.id, kMostDeliveriesShown)) {
        json.beginObject().member("target", delivery.targetName).member("event", toString(delivery.event));
        json.member("state", toString(delivery.state));
        writeMoment(json, "made", delivery.made);
        json.member("tries", delivery.tries);
        writeMoment(json, "tried", delivery.tried);
        writeMoment(json, "nextTry", delivery.nextTry);
        json.member("answer", delivery.answer).endObject();
    }
    json.endArray().endObject();
}

/// No secret, sealed or not, is in it.
void writeTarget(base::JsonWriter& json, const Target& target) {
    json.beginObject().member("id", target.id.value).member("name", target.name);
    json.member("kind", toString(target.kind)).member("server", target.server);
    if (target.kind == TargetKind::Mail) {
        json.member("port", unsigned{target.port}).member("security", toString(target.security));
        json.member("login", target.login).member("sender", target.sender).key("recipients").beginArray();
        for (const std::string& recipient : target.recipients) json.value(recipient);
        json.endArray();
    }
    json.member("caFile", target.caFile).member("hasSecret", !target.sealedSecret.empty()).endObject();
}

void writeRule(base::JsonWriter& json, const alerts::Rule& rule) {
    json.beginObject().member("id", rule.id.value).member("target", rule.target.value);
    json.key("kinds").beginArray();
    for (const Kind kind : rule.kinds) json.value(toString(kind));
    json.endArray().member("leastSeverity", toString(rule.least));
    writeOptional(json, "plan", rule.plan ? std::optional(rule.plan->hex()) : std::nullopt);
    writeOptional(json, "vault", rule.vault);
    json.endObject();
}

Target requireTarget(const Call& call) {
    const TargetId id{call.numberFromPath()};
    auto target = targetsOf(call).find(id);
    if (!target) catalogue::throwNotThere("alert target " + std::to_string(id.value));
    return std::move(*target);
}

Answer answerWithTarget(const Call& call, TargetId id, int status = 200) {
    const auto target = targetsOf(call).find(id);
    if (!target) catalogue::throwNotThere("alert target " + std::to_string(id.value));
    base::JsonWriter json;
    writeTarget(json, *target);
    Answer answer = answerWith(json, status);
    if (status == 201) answer.location = "/api/v1/alert-targets/" + std::to_string(id.value);
    return answer;
}

/// A new secret is sealed; one that is not said stays; an empty one goes.
void readSecret(Input& input, const Call& call, const char* name, Target& target) {
    if (!input.has(name)) return;
    std::string secret = input.text(name);
    if (secret.size() > kLongestSecretBytes) {
        input.refuse(name, "It has at most 1024 bytes.");
    } else {
        target.sealedSecret =
            secret.empty() ? base::Bytes() : alerts::sealSecret(call.parts.configFolder, secret);
    }
    base::wipe(secret.data(), secret.size());
}

void readMail(Input& input, const Call& call, const Target& before, Target& target) {
    input.allowOnly({"name", "kind", "server", "port", "security", "login", "password", "sender",
                     "recipients", "caFile"});
    target.server = input.text("server");
    const unsigned port = input.number("port");
    target.port = port <= 65535 ? static_cast<std::uint16_t>(port) : std::uint16_t{0};
    const std::string word = input.text("security");
    const auto security = alerts::securityNamed(word);
    if (!security && !word.empty()) input.refuse("security", "It is 'none', 'starttls' or 'tls'.");
    target.security = security.value_or(Security::StartTls);
    target.login = input.textOr("login", "");
    target.sender = input.text("sender");
    target.recipients = input.texts("recipients");
    // A password that is kept goes nowhere else than to whom it was given for.
    const bool isElsewhere = target.server != before.server || target.port != before.port ||
                             target.security != before.security || target.login != before.login ||
                             target.caFile != before.caFile;
    if (isElsewhere) target.sealedSecret.clear();
    readSecret(input, call, "password", target);
    if (!target.login.empty() && target.sealedSecret.empty())
        input.refuse("password", "Give the login's password; it is kept only while server and login stay.");
    if (target.login.empty()) target.sealedSecret.clear();
}

void readWebhook(Input& input, const Call& call, Target& target) {
    input.allowOnly({"name", "kind", "url", "secret", "caFile"});
    if (input.has("url") || target.sealedAddress.empty()) {
        std::string url = input.text("url");
        const auto address = alerts::parseWebAddress(url);
        if (address) {
            target.server = address->shown();
            target.sealedAddress = alerts::sealAddress(call.parts.configFolder, url);
        } else if (!url.empty()) {
            input.refuse("url",
                         "The address begins with https:// or http://, and has no login and no blanks.");
        }
        base::wipe(url.data(), url.size());
    }
    readSecret(input, call, "secret", target);
}

/// What was there before keeps its secrets, unless they are said anew.
Target readTarget(const Call& call, const Target& before) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    Target target = before;
    target.name = input.text("name");
    target.caFile = input.textOr("caFile", "");
    const std::string kind = input.text("kind");
    const bool isMail = kind == toString(TargetKind::Mail);
    if (!isMail && kind != toString(TargetKind::Webhook)) input.refuse("kind", "It is 'mail' or 'webhook'.");
    target.kind = isMail ? TargetKind::Mail : TargetKind::Webhook;
    if (before.id.value != 0 && before.kind != target.kind)
        input.refuse("kind", "A target stays of its kind; add another one.");
    catalogue::refuse(refused);
    isMail ? readMail(input, call, before, target) : readWebhook(input, call, target);
    const auto byMeaning = alerts::checkTarget(target);
    for (const auto& field : byMeaning) {
        const bool isKnown =
            std::ranges::find(refused, field.field, &scheduler::RefusedField::field) != refused.end();
        if (!isKnown) refused.push_back(field);
    }
    catalogue::refuse(refused);
    return target;
}

alerts::Rule readRule(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"target", "kinds", "leastSeverity", "plan", "vault"});
    alerts::Rule rule;
    rule.target = TargetId{input.number("target")};
    if (input.has("kinds")) {
        for (const std::string& word : input.texts("kinds")) {
            const auto kind = alerts::kindNamed(word);
            if (!kind) {
                input.refuse("kinds", "'" + base::printable(word) + "' is no kind of alert.");
            } else if (std::ranges::find(rule.kinds, *kind) == rule.kinds.end()) {
                rule.kinds.push_back(*kind);
            }
        }
    }
    const auto least = alerts::severityNamed(input.textOr("leastSeverity", "warning"));
    if (!least) input.refuse("leastSeverity", "It is 'information', 'warning' or 'error'.");
    rule.least = least.value_or(Severity::Warning);
    if (input.has("plan")) {
        rule.plan = catalogue::PlanId::fromHex(input.text("plan"));
        if (!rule.plan) input.refuse("plan", "It is a plan's id of 32 hex digits.");
    }
    if (input.has("vault")) rule.vault = input.text("vault");
    if (rule.plan && rule.vault) input.refuse("vault", "A rule is for one plan, for one vault or for all.");
    catalogue::refuse(refused);
    return rule;
}

Answer answerWithSettings(const Call& call) {
    const alerts::Settings settings = targetsOf(call).settings();
    base::JsonWriter json;
    json.beginObject().member("quietIntervals", settings.quietIntervals);
    json.member("quietHours", settings.quietHours).member("unreachableHours", settings.unreachableHours);
    json.endObject();
    return answerWith(json);
}

/// One at a time: each may take a thread for as long as a server lets it wait.
class TestTurn final {
public:
    TestTurn() {
        if (!isTaken_.test_and_set()) return;
        throw base::Error(base::ErrorKind::Busy, "ALERT-0007", "Another test is being sent",
                          "Wait until it has ended, half a minute at most.", base::Retry::Later);
    }
    ~TestTurn() { isTaken_.clear(); }
    TestTurn(const TestTurn&) = delete;
    TestTurn& operator=(const TestTurn&) = delete;

private:
    static inline std::atomic_flag isTaken_;
};

}  // namespace

Answer listAlerts(const Call& call) {
    alerts::AlertFilter filter;
    const std::string state = call.query("state").value_or("");
    if (!state.empty() && state != "open" && state != "ended") {
        throw base::Error(base::ErrorKind::Invalid, "API-0004",
                          "'state' in the query is not 'open' or 'ended'",
                          "agent/doc/openapi.json tells what can be asked for.");
    }
    if (!state.empty()) filter.isOpen = state == "open";
    if (const auto before = call.queryNumber("cursor", 0, std::numeric_limits<std::int64_t>::max()))
        filter.before = AlertId{*before};
    filter.most = call.limit() + 1;  // one more tells whether there is another page
    AlertBook book = bookOf(call);
    auto all = book.list(filter);
    const bool isLast = static_cast<std::int64_t>(all.size()) < filter.most;
    if (!isLast) all.pop_back();
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const auto& alert : all) writeAlert(json, alert, book);
        },
        isLast ? std::nullopt : std::optional(std::to_string(all.back().id.value)));
}

Answer getAlert(const Call& call) {
    AlertBook book = bookOf(call);
    const AlertId id{call.numberFromPath()};
    const auto alert = book.find(id);
    if (!alert) catalogue::throwNotThere("alert " + std::to_string(id.value));
    base::JsonWriter json;
    writeAlert(json, *alert, book);
    return answerWith(json);
}

Answer listAlertTargets(const Call& call) {
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const Target& target : targetsOf(call).list()) writeTarget(json, target);
        },
        std::nullopt);
}

Answer addAlertTarget(const Call& call) {
    return answerWithTarget(call, targetsOf(call).add(readTarget(call, {})), 201);
}

Answer getAlertTarget(const Call& call) { return answerWithTarget(call, requireTarget(call).id); }

Answer changeAlertTarget(const Call& call) {
    const Target target = readTarget(call, requireTarget(call));
    targetsOf(call).change(target);
    return answerWithTarget(call, target.id);
}

Answer deleteAlertTarget(const Call& call) {
    targetsOf(call).remove(TargetId{call.numberFromPath()});
    Answer answer;
    answer.status = 204;
    return answer;
}

Answer testAlertTarget(const Call& call) {
    const Target target = requireTarget(call);
    const TestTurn turn;
    const auto sender = alerts::networkSender(call.parts.configFolder);
    base::JsonWriter json;
    json.beginObject();
    try {
        const std::string said = sender->send(
            alerts::testMessage(client::ownName(call.parts.fileSystem, call.parts.configFolder), call.now),
            target, std::stop_token());
        json.member("isDelivered", true).member("answer", base::printable(said)).member("hint", "");
    } catch (const base::Error& error) {
        json.member("isDelivered", false).member("answer", error.message()).member("hint", error.hint());
    }
    json.endObject();
    return answerWith(json);
}

Answer listAlertRules(const Call& call) {
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const auto& rule : targetsOf(call).rules()) writeRule(json, rule);
        },
        std::nullopt);
}

Answer addAlertRule(const Call& call) {
    alerts::Rule rule = readRule(call);
    rule.id = targetsOf(call).addRule(rule);
    base::JsonWriter json;
    writeRule(json, rule);
    Answer answer = answerWith(json, 201);
    answer.location = "/api/v1/alert-rules/" + std::to_string(rule.id.value);
    return answer;
}

Answer deleteAlertRule(const Call& call) {
    targetsOf(call).removeRule(RuleId{call.numberFromPath()});
    Answer answer;
    answer.status = 204;
    return answer;
}

Answer getAlertSettings(const Call& call) { return answerWithSettings(call); }

Answer changeAlertSettings(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"quietIntervals", "quietHours", "unreachableHours"});
    alerts::Settings settings;
    settings.quietIntervals = input.number("quietIntervals");
    settings.quietHours = input.number("quietHours");
    settings.unreachableHours = input.number("unreachableHours");
    catalogue::refuse(refused);
    targetsOf(call).setSettings(settings);
    return answerWithSettings(call);
}

}  // namespace api
