// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/alert_book.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "agent/alerts/targets.hpp"
#include "agent/catalogue/row_fields.hpp"
#include "platform/base/text.hpp"

namespace alerts {

using catalogue::Database;
using catalogue::momentOf;
using catalogue::optionalIdOf;
using catalogue::optionalMomentOf;
using catalogue::secondsOf;
using catalogue::Statement;
using catalogue::throwDamaged;
using catalogue::Transaction;
using catalogue::wordOf;
using std::chrono::sys_seconds;

namespace {

/// `seen` need not be exact, and each change of it is a write to the disk.
constexpr std::chrono::hours kSeenAnew{1};
constexpr std::size_t kLongestAnswerBytes = 500;

constexpr catalogue::Words<DeliveryState, 3> kStates = {{
    {DeliveryState::Waiting, "waiting"},
    {DeliveryState::Delivered, "delivered"},
    {DeliveryState::Failed, "failed"},
}};
constexpr catalogue::Words<Event, 3> kEvents = {
    {{Event::Raised, "raised"}, {Event::Again, "again"}, {Event::Ended, "ended"}}};

constexpr std::string_view kSelect =
    "SELECT id, subject, kind, severity, plan, plan_name, vault, sentence, hint, raised, seen, ended, "
    "end_sentence FROM alerts ";

constexpr std::string_view kSelectDeliveries =
    "SELECT id, alert, target, target_name, event, state, made, tries, tried, next_try, answer "
    "FROM alert_deliveries ";

template <typename Value>
Value known(const std::optional<Value>& value, const Statement& row, int column, const Database& database) {
    if (!value) throwDamaged("a column holds '" + row.text(column) + "'", database.path());
    return *value;
}

Alert loadAlert(const Statement& row, const Database& database) {
    Alert alert;
    alert.id = {row.integer(0)};
    alert.trouble.subject = row.text(1);
    alert.trouble.kind = known(kindNamed(row.text(2)), row, 2, database);
    alert.trouble.severity = known(severityNamed(row.text(3)), row, 3, database);
    alert.trouble.plan = optionalIdOf<catalogue::PlanId>(row, 4, database);
    alert.trouble.planName = row.text(5);
    alert.trouble.vault = row.text(6);
    alert.trouble.sentence = row.text(7);
    alert.trouble.hint = row.text(8);
    alert.raised = momentOf(row, 9);
    alert.seen = momentOf(row, 10);
    alert.ended = optionalMomentOf(row, 11);
    alert.endSentence = row.text(12);
    return alert;
}

Delivery loadDelivery(const Statement& row, const Database& database) {
    Delivery delivery;
    delivery.id = {row.integer(0)};
    delivery.alert = {row.integer(1)};
    if (const auto target = row.optionalInteger(2)) delivery.target = TargetId{*target};
    delivery.targetName = row.text(3);
    delivery.event = valueOf(kEvents, row, 4, database);
    delivery.state = valueOf(kStates, row, 5, database);
    delivery.made = momentOf(row, 6);
    delivery.tries = row.integer(7);
    delivery.tried = optionalMomentOf(row, 8);
    delivery.nextTry = optionalMomentOf(row, 9);
    delivery.answer = row.text(10);
    return delivery;
}

std::chrono::seconds waitAfter(std::int64_t tries) {
    std::chrono::seconds wait = AlertBook::kFirstWait;
    for (std::int64_t i = 1; i < tries && wait < AlertBook::kLongestWait; ++i) wait *= 2;
    return std::min<std::chrono::seconds>(wait, AlertBook::kLongestWait);
}

std::string shortened(const std::string& answer) {
    std::string text = base::printable(answer);
    if (text.size() <= kLongestAnswerBytes) return text;
    text.resize(kLongestAnswerBytes);
    return base::printable(text) + "...";
}

}  // namespace

const char* toString(DeliveryState state) noexcept { return wordOf(kStates, state); }

bool AlertBook::raise(const Trouble& trouble, sys_seconds now) {
    Transaction transaction(database_);
    Statement open = database_.prepare(
        "SELECT id, kind, told, seen, sentence FROM alerts WHERE subject = ? AND ended IS NULL");
    if (!open.bind(trouble.subject).step()) {
        database_.run(
            "INSERT INTO alerts (subject, kind, severity, plan, plan_name, vault, sentence, hint, raised, "
            "seen, "
            "told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            trouble.subject, toString(trouble.kind), toString(trouble.severity), bytesOf(trouble.plan),
            trouble.planName, trouble.vault, trouble.sentence, trouble.hint, secondsOf(now), secondsOf(now),
            secondsOf(now));
        addDeliveries({database_.lastId()}, Targets(database_).whoHearsOf(trouble), Event::Raised, now);
        transaction.commit();
        return true;
    }
    const AlertId id{open.integer(0)};
    const bool isOtherKind = open.text(1) != toString(trouble.kind);
    const sys_seconds told = momentOf(open, 2);
    const sys_seconds seen = momentOf(open, 3);
    const bool isToldAgain = isOtherKind || now - told >= kAgain;
    // A clock that was set back starts the day anew.
    const bool isFromFuture = told > now;
    if (!isToldAgain && !isFromFuture && open.text(4) == trouble.sentence && now - seen < kSeenAnew)
        return false;
    open.reset();
    change(id, trouble, isToldAgain || isFromFuture ? now : told, now);
    if (isToldAgain) {
        addDeliveries(id, Targets(database_).whoHearsOf(trouble), isOtherKind ? Event::Raised : Event::Again,
                      now);
    }
    transaction.commit();
    return isToldAgain;
}

void AlertBook::change(AlertId id, const Trouble& trouble, sys_seconds told, sys_seconds now) {
    database_.run(
        "UPDATE alerts SET kind = ?, severity = ?, plan_name = ?, sentence = ?, hint = ?, seen = ?, told = ? "
        "WHERE id = ?",
        toString(trouble.kind), toString(trouble.severity), trouble.planName, trouble.sentence, trouble.hint,
        secondsOf(now), secondsOf(told), id.value);
}

void AlertBook::addDeliveries(AlertId id, const std::vector<std::pair<TargetId, std::string>>& targets,
                              Event event, sys_seconds now) {
    for (const auto& [target, name] : targets) {
        database_.run(
            "INSERT INTO alert_deliveries (alert, target, target_name, event, state, made, next_try) "
            "VALUES (?, ?, ?, ?, 'waiting', ?, ?)",
            id.value, target.value, name, toString(event), secondsOf(now), secondsOf(now));
    }
}

std::vector<std::pair<TargetId, std::string>> AlertBook::whoHeardOf(AlertId id) {
    Statement select = database_.prepare(
        "SELECT DISTINCT alert_targets.id, alert_targets.name FROM alert_deliveries "
        "JOIN alert_targets ON alert_targets.id = alert_deliveries.target WHERE alert = ?");
    select.bind(id.value);
    std::vector<std::pair<TargetId, std::string>> targets;
    while (select.step()) targets.emplace_back(TargetId{select.integer(0)}, select.text(1));
    return targets;
}

bool AlertBook::end(const std::string& subject, const std::string& sentence, sys_seconds now) {
    Statement open = database_.prepare("SELECT id FROM alerts WHERE subject = ? AND ended IS NULL");
    if (!open.bind(subject).step()) return false;  // without a transaction: this is asked for all the time
    const AlertId id{open.integer(0)};
    open.reset();
    Transaction transaction(database_);
    const bool isOurs =
        database_.run("UPDATE alerts SET ended = ?, end_sentence = ? WHERE id = ? AND ended IS NULL",
                      secondsOf(now), sentence, id.value) != 0;
    if (isOurs) addDeliveries(id, whoHeardOf(id), Event::Ended, now);
    transaction.commit();
    return isOurs;
}

std::optional<Alert> AlertBook::find(AlertId id) {
    Statement select = database_.prepare(std::string(kSelect) + "WHERE id = ?");
    if (!select.bind(id.value).step()) return std::nullopt;
    return loadAlert(select, database_);
}

std::vector<Alert> AlertBook::list(const AlertFilter& filter) {
    std::string sql = std::string(kSelect) + "WHERE id < ? ";
    if (filter.isOpen) sql += *filter.isOpen ? "AND ended IS NULL " : "AND ended IS NOT NULL ";
    if (filter.kind) sql += "AND kind = ? ";
    Statement select = database_.prepare(sql + "ORDER BY id DESC LIMIT ?");
    select.bind(filter.before ? filter.before->value : std::numeric_limits<std::int64_t>::max());
    if (filter.kind) select.bind(toString(*filter.kind));
    select.bind(filter.most);
    std::vector<Alert> alerts;
    while (select.step()) alerts.push_back(loadAlert(select, database_));
    return alerts;
}

std::vector<std::string> AlertBook::openSubjects(Kind kind) {
    Statement select = database_.prepare("SELECT subject FROM alerts WHERE ended IS NULL AND kind = ?");
    select.bind(toString(kind));
    std::vector<std::string> subjects;
    while (select.step()) subjects.push_back(select.text(0));
    return subjects;
}

std::vector<std::string> AlertBook::subjectsOfGonePlans() {
    Statement select = database_.prepare(
        "SELECT subject FROM alerts WHERE ended IS NULL AND plan IS NOT NULL AND plan NOT IN (SELECT id FROM "
        "plans)");
    std::vector<std::string> subjects;
    while (select.step()) subjects.push_back(select.text(0));
    return subjects;
}

std::vector<Delivery> AlertBook::deliveries(AlertId alert, std::int64_t most) {
    Statement select =
        database_.prepare(std::string(kSelectDeliveries) + "WHERE alert = ? ORDER BY id DESC LIMIT ?");
    select.bind(alert.value).bind(most);
    std::vector<Delivery> deliveries;
    while (select.step()) deliveries.push_back(loadDelivery(select, database_));
    return deliveries;
}

std::vector<Delivery> AlertBook::due(sys_seconds now, std::int64_t most) {
    constexpr std::string_view kIsDue = "state = 'waiting' AND (next_try <= ? OR next_try > ?) ";
    const std::int64_t latest = secondsOf(now + kLongestWait);
    Transaction transaction(database_, Transaction::Kind::Read);
    Statement first = database_.prepare("SELECT target FROM alert_deliveries WHERE " + std::string(kIsDue) +
                                        "ORDER BY next_try, id LIMIT 1");
    std::vector<Delivery> deliveries;
    if (!first.bind(secondsOf(now)).bind(latest).step()) return deliveries;
    Statement select = database_.prepare(std::string(kSelectDeliveries) + "WHERE " + std::string(kIsDue) +
                                         "AND target IS ? ORDER BY id LIMIT ?");
    select.bind(secondsOf(now)).bind(latest).bind(first.optionalInteger(0)).bind(most);
    while (select.step()) deliveries.push_back(loadDelivery(select, database_));
    return deliveries;
}

std::optional<sys_seconds> AlertBook::nextDue() {
    Statement select =
        database_.prepare("SELECT min(next_try) FROM alert_deliveries WHERE state = 'waiting'");
    select.step();
    return optionalMomentOf(select, 0);
}

void AlertBook::delivered(const std::vector<Delivery>& deliveries, const std::string& answer,
                          sys_seconds now) {
    Transaction transaction(database_);
    for (const Delivery& delivery : deliveries) {
        database_.run(
            "UPDATE alert_deliveries SET state = 'delivered', tries = tries + 1, tried = ?, next_try = NULL, "
            "answer = ? WHERE id = ?",
            secondsOf(now), shortened(answer), delivery.id.value);
    }
    transaction.commit();
}

void AlertBook::failed(const std::vector<Delivery>& deliveries, const std::string& answer, sys_seconds now) {
    Transaction transaction(database_);
    sys_seconds next = now;
    for (const Delivery& delivery : deliveries) {
        const bool isGivenUp = !delivery.target || now - delivery.made >= kGiveUp;
        const sys_seconds again = now + waitAfter(delivery.tries + 1);
        next = std::max(next, again);
        database_.run(
            "UPDATE alert_deliveries SET state = ?, tries = tries + 1, tried = ?, next_try = ?, answer = ? "
            "WHERE id = ?",
            toString(isGivenUp ? DeliveryState::Failed : DeliveryState::Waiting), secondsOf(now),
            isGivenUp ? std::nullopt : std::optional(secondsOf(again)), shortened(answer), delivery.id.value);
    }
    // One server that does not answer costs one try, whatever waits for it.
    if (!deliveries.empty() && deliveries.front().target) {
        database_.run(
            "UPDATE alert_deliveries SET next_try = max(next_try, ?) WHERE state = 'waiting' AND target = ?",
            secondsOf(next), deliveries.front().target->value);
    }
    transaction.commit();
}

void AlertBook::sweep(sys_seconds now) {
    Transaction transaction(database_);
    database_.run("DELETE FROM alerts WHERE ended IS NOT NULL AND ended < ?", secondsOf(now - kKept));
    database_.run(
        "DELETE FROM alerts WHERE ended IS NOT NULL AND id <= "
        "(SELECT id FROM alerts WHERE ended IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?)",
        kMostEnded);
    database_.run(
        "DELETE FROM alert_deliveries WHERE id <= "
        "(SELECT id FROM alert_deliveries ORDER BY id DESC LIMIT 1 OFFSET ?)",
        kMostDeliveries);
    transaction.commit();
}

}  // namespace alerts
