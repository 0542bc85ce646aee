// SPDX-License-Identifier: Apache-2.0
// point_commands.cpp: point list, show, forget.
#include <algorithm>
#include <optional>

#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/prune_run.hpp"
#include "agent/app/text_table.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/vault/chunk_reader.hpp"
#include "agent/vault/retention.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/base/wire.hpp"

namespace app {

namespace {

std::string joined(const std::vector<std::string>& texts, const char* separator) {
    std::string text;
    for (const std::string& part : texts) text += (text.empty() ? "" : separator) + base::printable(part);
    return text;
}

std::string planAndTags(const vault::PointRecord& point) {
    std::string text = base::printable(point.plan);
    for (const std::string& tag : point.tags) text += (text.empty() ? "#" : " #") + base::printable(tag);
    return text;
}

/// Prints lines of a fault list; each is a JSON object, which gets its type and schema with --json.
void printFaultLines(Command& command, std::string_view lines) {
    if (!command.isJson) {
        command.around.console.out(lines);
        return;
    }
    for (const std::string_view line : base::split(lines, '\n')) {
        if (line.size() < 2) continue;
        command.print(R"({"type":"fault","schema":1,)" + std::string(line.substr(1)));
    }
}

void printFaults(Command& command, vault::Vault& vault, const vault::PointRecord& point) {
    vault::ChunkReader reader(vault);
    // Lines may lie across two chunks, so the end of one is kept for the next.
    std::string rest;
    reader.forEachChunk(point.faultList, [&](const vault::ChunkRef& chunk, std::uint64_t) {
        reader.with(chunk.id, [&](base::ByteView content) { rest += base::asText(content); });
        const std::size_t end = rest.rfind('\n');
        if (end == std::string::npos) return;
        printFaultLines(command, std::string_view(rest).substr(0, end + 1));
        rest.erase(0, end + 1);
    });
    printFaultLines(command, rest);
}

void printPoint(Command& command, const vault::PointRecord& point) {
    command.print("Id          " + point.id.hex());
    command.print("Client      " + base::printable(point.client));
    if (!point.plan.empty()) command.print("Plan        " + base::printable(point.plan));
    if (!point.tags.empty()) command.print("Tags        " + joined(point.tags, ", "));
    command.print("Sources     " + joined(point.sources, "\n            "));
    command.print("Started     " + platform::formatLocal(point.started));
    command.print("Finished    " + platform::formatLocal(point.finished));
    command.print("Objects     " + std::to_string(point.objects));
    command.print("Size        " + base::formatSize(point.logicalBytes));
    command.print("Read        " + base::formatSize(point.readBytes));
    command.print("New         " + base::formatSize(point.newBytes));
    command.print("Stored      " + base::formatSize(point.storedBytes));
    command.print("Compared    " + (point.parent == vault::PointId() ? "with nothing: a first backup"
                                                                     : "with " + shortId(point.parent)));
    command.print("Faults      " + std::to_string(point.faults));
}

vault::RetentionRule ruleOf(const CommandLine& line) {
    vault::RetentionRule rule;
    rule.last = line.number("keep-last").value_or(0);
    rule.hourly = line.number("keep-hourly").value_or(0);
    rule.daily = line.number("keep-daily").value_or(0);
    rule.weekly = line.number("keep-weekly").value_or(0);
    rule.monthly = line.number("keep-monthly").value_or(0);
    rule.yearly = line.number("keep-yearly").value_or(0);
    rule.withinDays = line.number("keep-within").value_or(0);
    rule.tags = line.values("keep-tag");
    return rule;
}

/// Nothing for an id that the vault does not have, if such are passed over.
std::optional<vault::PointId> namedPoint(const Command& command, const vault::VaultState& state,
                                         const std::string& text) {
    try {
        return choosePoint(command, state, text).id;
    } catch (const base::Error& error) {
        const bool isMissing = error.kind() == base::ErrorKind::NotFound;
        if (!isMissing || !command.line.has("skip-missing")) throw;
        return std::nullopt;
    }
}

/// What is to go and what stays, from ids or from a rule.
std::vector<vault::RetentionDecision> decide(const Command& command, const vault::VaultState& state) {
    const vault::RetentionRule rule = ruleOf(command.line);
    const auto& ids = command.line.operands;
    if (ids.empty() == rule.isEmpty()) {
        throw base::Error(
            base::ErrorKind::Invalid, "CLI-0033",
            ids.empty() ? "Which points to forget is not given" : "Ids and --keep options exclude each other",
            "Give ids, or what to keep, such as --keep-daily 7.");
    }
    if (ids.empty()) return vault::applyRetention(selectedPoints(command, state), rule);
    std::vector<vault::RetentionDecision> decisions;
    for (const std::string& text : ids) {
        const auto id = namedPoint(command, state, text);
        const auto isSame = [&](const vault::RetentionDecision& other) { return other.point == id; };
        if (id && std::none_of(decisions.begin(), decisions.end(), isSame))
            decisions.push_back({*id, false, "named"});
    }
    return decisions;
}

void printDecisions(Command& command, const vault::VaultState& state,
                    const std::vector<vault::RetentionDecision>& decisions) {
    TextTable table({{"ID"}, {"TIME"}, {"CLIENT"}, {"WHAT"}, {"WHY"}});
    for (const auto& decision : decisions) {
        const vault::PointRecord* point = state.findPoint(decision.point);
        table.add({shortId(decision.point), platform::formatLocal(point->started),
                   base::printable(point->client), decision.keep ? "keep" : "forget", decision.reason});
    }
    command.around.console.out(table.text());
    command.around.console.flush();
}

void printForgotten(Command& command, const std::vector<vault::RetentionDecision>& decisions,
                    std::uint64_t forgotten, const std::optional<vault::PruneReport>& pruned) {
    base::JsonWriter json;
    json.beginObject()
        .member("type", "result")
        .member("schema", 1)
        .member("dryRun", command.line.has("dry-run"));
    json.member("forgotten", forgotten).key("points").beginArray();
    for (const auto& decision : decisions) {
        json.beginObject().member("id", decision.point.hex()).member("keep", decision.keep);
        json.member("reason", decision.reason).endObject();
    }
    json.endArray();
    if (pruned) {
        json.key("prune").beginObject();
        addPruneReport(json, *pruned);
        json.endObject();
    }
    command.print(json.endObject());
}

/// JSON carries no path that is not UTF-8 as it is, so each line has the record as the vault encodes it, too.
void printRecords(Command& command, const std::vector<vault::PointRecord>& points) {
    for (const auto& point : points) {
        base::Bytes record;
        base::Encoder encoder(record);
        vault::encodePoint(encoder, point);
        base::JsonWriter json;
        json.beginObject().member("type", "point").member("schema", 1);
        addPoint(json, point);
        command.print(json.member("record", base::encodeHex(record)).endObject());
    }
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1);
    command.print(json.member("listed", std::uint64_t{points.size()}).endObject());
}

}  // namespace

int listPoints(Command& command) {
    using JournalNeed = vault::Vault::JournalNeed;
    const bool isForPrograms = command.line.has("records");
    // A search in place of a damaged journal may miss some, which a program would take for deleted.
    const OpenedVault opened =
        openVault(command, isForPrograms ? JournalNeed::Required : JournalNeed::Optional);
    const auto points = selectedPoints(command, opened.vault->state());
    if (isForPrograms) {
        printRecords(command, points);
        return kDone;
    }
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).key("points").beginArray();
        for (const auto& point : points) {
            json.beginObject();
            addPoint(json, point);
            json.endObject();
        }
        command.print(json.endArray().endObject());
        return kDone;
    }
    TextTable table({{"ID"},
                     {"TIME"},
                     {"CLIENT"},
                     {"PLAN, #TAGS"},
                     {"OBJECTS", Align::Right},
                     {"SIZE", Align::Right},
                     {"STORED", Align::Right},
                     {"FAULTS", Align::Right},
                     {"SOURCES"}});
    for (const auto& point : points) {
        table.add({shortId(point.id), platform::formatLocal(point.started), base::printable(point.client),
                   planAndTags(point), std::to_string(point.objects), base::formatSize(point.logicalBytes),
                   base::formatSize(point.storedBytes), std::to_string(point.faults),
                   joined(point.sources, " ")});
    }
    if (points.empty()) command.say("There are no such restore points.");
    if (!points.empty()) command.around.console.out(table.text());
    return kDone;
}

int showPoint(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::PointRecord point = choosePoint(command, opened.vault->state(), command.line.operands[0]);
    const bool listsFaults = command.line.has("faults");
    if (listsFaults) printFaults(command, *opened.vault, point);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).key("point").beginObject();
        addPoint(json, point);
        command.print(json.endObject().endObject());
    } else if (!listsFaults) {
        printPoint(command, point);
        if (point.faults != 0)
            command.say("'hbr point show " + shortId(point.id) + " --faults' lists the faults.");
    }
    return kDone;
}

int forgetPointsCommand(Command& command) {
    std::optional<vault::PruneOptions> prune;
    if (command.line.has("prune")) prune = pruneOptionsOf(command);
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Required);
    const vault::VaultState state = opened.vault->state();
    const auto decisions = decide(command, state);
    std::vector<vault::PointId> dropped;
    for (const auto& decision : decisions) {
        if (!decision.keep) dropped.push_back(decision.point);
    }
    const bool isDryRun = command.line.has("dry-run");
    if (!command.isJson && !command.isQuiet) printDecisions(command, state, decisions);
    const std::string question = "Forget " + counted(dropped.size(), "restore point") +
                                 (prune ? ", and delete what no other needs?" : "?");
    if (!isDryRun && (!dropped.empty() || prune) && !command.confirm(question)) {
        command.say("Nothing was changed.");
        return kFailed;
    }
    const std::uint64_t forgotten =
        isDryRun || dropped.empty() ? 0 : vault::forgetPoints(*opened.vault, dropped);
    const bool isToPrune = prune && !isDryRun;
    command.say(isDryRun ? "Would forget " + counted(dropped.size(), "restore point") + "."
                         : "Forgot " + counted(forgotten, "restore point") + "." +
                               (forgotten != 0 && !isToPrune ? " 'hbr prune' gives their room back." : ""));
    std::optional<vault::PruneReport> pruned;
    if (isToPrune) pruned = runPrune(command, *opened.vault, *prune);
    if (command.isJson) printForgotten(command, decisions, forgotten, pruned);
    if (pruned) tellPruneReport(command, *pruned, false);
    return kDone;
}

}  // namespace app
