// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/targets.hpp"

#include <algorithm>

#include "agent/catalogue/refusal.hpp"
#include "agent/catalogue/row_fields.hpp"
#include "platform/base/error.hpp"
#include "platform/base/given_name.hpp"
#include "platform/base/text.hpp"
#include "platform/file_system.hpp"

namespace alerts {

using catalogue::Database;
using catalogue::Statement;
using catalogue::throwDamaged;
using catalogue::Transaction;
using catalogue::wordOf;
using scheduler::RefusedField;

namespace {

constexpr std::size_t kLongestAddress = 254;
constexpr std::size_t kMostRecipients = 20;
constexpr std::size_t kLongestWebAddress = 2048;
constexpr std::size_t kLongestLogin = 256;

constexpr catalogue::Words<TargetKind, 2> kKinds = {
    {{TargetKind::Mail, "mail"}, {TargetKind::Webhook, "webhook"}}};
constexpr catalogue::Words<Security, 3> kSecurities = {
    {{Security::None, "none"}, {Security::StartTls, "starttls"}, {Security::Tls, "tls"}}};

constexpr std::string_view kSelect =
    "SELECT id, name, kind, server, port, security, login, sender, recipients, ca_file, sealed_address, "
    "sealed_secret FROM alert_targets ";

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
    return text;
}

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    for (const std::string_view line : base::split(text, '\n'))
        if (!line.empty()) lines.emplace_back(line);
    return lines;
}

base::Bytes bytesAt(const Statement& row, int column) {
    const base::ByteView view = row.blob(column);
    return {view.begin(), view.end()};
}

std::optional<base::ByteView> sealedOrNothing(const base::Bytes& sealedBytes) {
    return sealedBytes.empty() ? std::nullopt : std::optional(base::ByteView(sealedBytes));
}

Target load(const Statement& row, const Database& database) {
    Target target;
    target.id = {row.integer(0)};
    target.name = row.text(1);
    target.kind = valueOf(kKinds, row, 2, database);
    target.server = row.text(3);
    target.port = static_cast<std::uint16_t>(row.integer(4));
    target.security = valueOf(kSecurities, row, 5, database);
    target.login = row.text(6);
    target.sender = row.text(7);
    target.recipients = linesOf(row.text(8));
    target.caFile = row.text(9);
    target.sealedAddress = bytesAt(row, 10);
    target.sealedSecret = bytesAt(row, 11);
    return target;
}

/// The columns of kSelect behind the id.
void bindTarget(Statement& statement, const Target& target) {
    statement.bind(target.name).bind(toString(target.kind)).bind(target.server);
    statement.bind(std::int64_t{target.port}).bind(toString(target.security)).bind(target.login);
    statement.bind(target.sender).bind(joined(target.recipients)).bind(target.caFile);
    statement.bind(sealedOrNothing(target.sealedAddress)).bind(sealedOrNothing(target.sealedSecret));
}

bool isPlain(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter < 0x7F; });
}

/// Nothing in it can end a line of SMTP or the address within it.
bool isMailAddress(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return text.size() <= kLongestAddress && isPlain(text) && at != std::string_view::npos && at != 0 &&
           at + 1 != text.size() && text.find_first_of("<>,;:\"()[]\\") == std::string_view::npos;
}

bool isHost(std::string_view text) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:";
    return !text.empty() && text.size() <= 253 && text.find_first_not_of(kLetters) == std::string_view::npos;
}

void checkMail(const Target& target, std::vector<RefusedField>& refused) {
    if (!isHost(target.server))
        refused.push_back({"server", "Give the mail server's name or address, without port or 'https://'."});
    if (target.port == 0) refused.push_back({"port", "The port is a number from 1 to 65535."});
    if (!isMailAddress(target.sender))
        refused.push_back({"sender", "The sender is one mail address, such as backup@example.com."});
    if (target.recipients.empty() || target.recipients.size() > kMostRecipients ||
        !std::ranges::all_of(target.recipients, isMailAddress)) {
        refused.push_back({"recipients", "Give one to twenty mail addresses, such as admin@example.com."});
    }
    if (target.login.size() > kLongestLogin || target.login.find('\0') != std::string::npos)
        refused.push_back({"login", "The login has at most 256 bytes."});
    // Else the password would be sent so that all can read it.
    if (!target.login.empty() && target.security == Security::None)
        refused.push_back({"security", "A login needs a connection with TLS: choose 'starttls' or 'tls'."});
}

std::vector<Kind> kindsOf(const Statement& row, int column, const Database& database) {
    std::vector<Kind> kinds;
    for (const std::string& word : linesOf(row.text(column))) {
        const auto kind = kindNamed(word);
        if (!kind) throwDamaged("a column holds '" + word + "'", database.path());
        kinds.push_back(*kind);
    }
    return kinds;
}

std::string nameOf(TargetId id) { return "alert target " + std::to_string(id.value); }

[[noreturn]] void throwTooMany(const std::string& what) {
    throw base::Error(base::ErrorKind::Exhausted, "ALERT-0001", "There are too many " + what + " already",
                      "Remove some that nobody needs.", base::Retry::AfterFix);
}

}  // namespace

const char* toString(TargetKind kind) noexcept { return wordOf(kKinds, kind); }
const char* toString(Security security) noexcept { return wordOf(kSecurities, security); }

std::optional<Security> securityNamed(std::string_view word) noexcept {
    for (const auto& [security, known] : kSecurities)
        if (word == known) return security;
    return std::nullopt;
}

std::string WebAddress::hostAndPort() const {
    const std::string name = host.find(':') == std::string::npos ? host : '[' + host + ']';
    return port == (isTls ? 443 : 80) ? name : name + ':' + std::to_string(port);
}

std::string WebAddress::shown() const { return (isTls ? "https://" : "http://") + hostAndPort(); }

std::optional<WebAddress> parseWebAddress(std::string_view text) {
    WebAddress address;
    address.isTls = text.starts_with("https://");
    if ((!address.isTls && !text.starts_with("http://")) || !isPlain(text) ||
        text.size() > kLongestWebAddress)
        return std::nullopt;
    text.remove_prefix(address.isTls ? 8 : 7);
    const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    text.remove_prefix(authority.size());
    text = text.substr(0, text.find('#'));
    address.path = text.starts_with('/') ? std::string(text) : '/' + std::string(text);
    address.port = address.isTls ? 443 : 80;
    std::string_view host = authority;
    std::string_view port;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
    } else {
        host = authority.substr(0, authority.find(':'));
        port = authority.substr(host.size());
    }
    if (!port.empty()) {
        const auto number = base::parseUnsigned(port.substr(1));
        if (port.front() != ':' || !number || *number == 0 || *number > 65535) return std::nullopt;
        address.port = static_cast<std::uint16_t>(*number);
    }
    if (!isHost(host)) return std::nullopt;
    address.host = host;
    return address;
}

std::vector<RefusedField> checkTarget(const Target& target) {
    std::vector<RefusedField> refused;
    if (const auto fault = base::faultOfName("target", target.name)) refused.push_back({"name", *fault});
    if (!target.caFile.empty() && !platform::isAbsolutePath(target.caFile))
        refused.push_back({"caFile", "Give the whole path of the file with the authority's certificate."});
    if (target.kind == TargetKind::Mail) checkMail(target, refused);
    return refused;
}

bool Rule::takes(const Trouble& trouble) const {
    if (!kinds.empty() && std::ranges::find(kinds, trouble.kind) == kinds.end()) return false;
    if (trouble.severity < least) return false;
    if (plan && trouble.plan != plan) return false;
    return !vault || trouble.vault == *vault;
}

void Targets::requireFreeName(const std::string& name, TargetId except) {
    Statement same = database_.prepare("SELECT 1 FROM alert_targets WHERE name = ? AND id <> ?");
    if (same.bind(name).bind(except.value).step()) catalogue::throwNameTaken("alert target", name);
}

TargetId Targets::add(const Target& target) {
    catalogue::refuse(checkTarget(target));
    Transaction transaction(database_);
    requireFreeName(target.name, {});
    if (database_.integer("SELECT count(*) FROM alert_targets") >= static_cast<std::int64_t>(kMostTargets))
        throwTooMany("targets of alerts");
    Statement insert = database_.prepare(
        "INSERT INTO alert_targets (name, kind, server, port, security, login, sender, recipients, ca_file, "
        "sealed_address, sealed_secret) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bindTarget(insert, target);
    insert.run();
    const TargetId id{database_.lastId()};
    transaction.commit();
    return id;
}

void Targets::change(const Target& target) {
    catalogue::refuse(checkTarget(target));
    Transaction transaction(database_);
    requireFreeName(target.name, target.id);
    Statement update = database_.prepare(
        "UPDATE alert_targets SET name = ?, kind = ?, server = ?, port = ?, security = ?, login = ?, sender "
        "= ?, "
        "recipients = ?, ca_file = ?, sealed_address = ?, sealed_secret = ? WHERE id = ?");
    bindTarget(update, target);
    if (update.bind(target.id.value).run() == 0) catalogue::throwNotThere(nameOf(target.id));
    // Whoever mended a target wants to see at once whether it works.
    database_.run("UPDATE alert_deliveries SET next_try = 0 WHERE state = 'waiting' AND target = ?",
                  target.id.value);
    transaction.commit();
}

void Targets::remove(TargetId id) {
    Transaction transaction(database_);
    database_.run(
        "UPDATE alert_deliveries SET state = 'failed', next_try = NULL, answer = 'The target was removed.' "
        "WHERE state = 'waiting' AND target = ?",
        id.value);
    if (database_.run("DELETE FROM alert_targets WHERE id = ?", id.value) == 0)
        catalogue::throwNotThere(nameOf(id));
    transaction.commit();
}

std::optional<Target> Targets::find(TargetId id) {
    Statement select = database_.prepare(std::string(kSelect) + "WHERE id = ?");
    if (!select.bind(id.value).step()) return std::nullopt;
    return load(select, database_);
}

std::vector<Target> Targets::list() {
    Statement select = database_.prepare(std::string(kSelect) + "ORDER BY name");
    std::vector<Target> targets;
    while (select.step()) targets.push_back(load(select, database_));
    return targets;
}

RuleId Targets::addRule(const Rule& rule) {
    Transaction transaction(database_);
    if (!find(rule.target)) catalogue::throwNotThere(nameOf(rule.target));
    if (rule.plan) {
        Statement plan = database_.prepare("SELECT 1 FROM plans WHERE id = ?");
        if (!plan.bind(rule.plan->view()).step()) catalogue::throwNotThere("plan " + rule.plan->hex());
    }
    if (database_.integer("SELECT count(*) FROM alert_rules") >= static_cast<std::int64_t>(kMostRules))
        throwTooMany("rules of alerts");
    std::vector<std::string> kinds;
    for (const Kind kind : rule.kinds) kinds.emplace_back(toString(kind));
    database_.run(
        "INSERT INTO alert_rules (target, kinds, least_severity, plan, vault) VALUES (?, ?, ?, ?, ?)",
        rule.target.value, joined(kinds), toString(rule.least), bytesOf(rule.plan), rule.vault);
    const RuleId id{database_.lastId()};
    transaction.commit();
    return id;
}

void Targets::removeRule(RuleId id) {
    if (database_.run("DELETE FROM alert_rules WHERE id = ?", id.value) == 0)
        catalogue::throwNotThere("alert rule " + std::to_string(id.value));
}

std::vector<Rule> Targets::rules() {
    Statement select = database_.prepare(
        "SELECT id, target, kinds, least_severity, plan, vault FROM alert_rules ORDER BY id");
    std::vector<Rule> rules;
    while (select.step()) {
        Rule rule;
        rule.id = {select.integer(0)};
        rule.target = {select.integer(1)};
        rule.kinds = kindsOf(select, 2, database_);
        const auto least = severityNamed(select.text(3));
        if (!least) throwDamaged("a column holds '" + select.text(3) + "'", database_.path());
        rule.least = *least;
        rule.plan = catalogue::optionalIdOf<catalogue::PlanId>(select, 4, database_);
        if (!select.isNull(5)) rule.vault = select.text(5);
        rules.push_back(std::move(rule));
    }
    return rules;
}

std::vector<std::pair<TargetId, std::string>> Targets::whoHearsOf(const Trouble& trouble) {
    const std::vector<Rule> all = rules();
    std::vector<std::pair<TargetId, std::string>> hearers;
    for (const Target& target : list()) {
        const bool hears = std::ranges::any_of(
            all, [&](const Rule& rule) { return rule.target == target.id && rule.takes(trouble); });
        if (hears) hearers.emplace_back(target.id, target.name);
    }
    return hearers;
}

Settings Targets::settings() {
    Statement select =
        database_.prepare("SELECT quiet_intervals, quiet_hours, unreachable_hours FROM alert_settings");
    if (!select.step()) return {};
    return {static_cast<unsigned>(select.integer(0)), static_cast<unsigned>(select.integer(1)),
            static_cast<unsigned>(select.integer(2))};
}

void Targets::setSettings(const Settings& settings) {
    std::vector<RefusedField> refused;
    if (settings.quietIntervals < 1 || settings.quietIntervals > kMostQuietIntervals)
        refused.push_back({"quietIntervals", "Give a number of intervals from 1 to 100."});
    if (settings.quietHours > kMostQuietHours)
        refused.push_back({"quietHours", "Give a number of hours up to 10000, or 0 to go by intervals."});
    if (settings.unreachableHours < 1 || settings.unreachableHours > kMostUnreachableHours)
        refused.push_back({"unreachableHours", "Give a number of hours from 1 to 10000."});
    catalogue::refuse(refused);
    database_.run("INSERT OR REPLACE INTO alert_settings VALUES (1, ?, ?, ?)",
                  std::int64_t{settings.quietIntervals}, std::int64_t{settings.quietHours},
                  std::int64_t{settings.unreachableHours});
}

}  // namespace alerts
