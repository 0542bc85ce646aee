// SPDX-License-Identifier: Apache-2.0
// upkeep_commands.cpp: verify, repair.
#include <algorithm>

#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/stage_display.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/vault/repair.hpp"
#include "agent/vault/verify.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace app {

namespace {

constexpr std::size_t kListed = 20;

void printProblems(Command& command, const char* word, const std::vector<vault::Problem>& problems) {
    for (std::size_t i = 0; i < std::min(kListed, problems.size()); ++i) {
        command.around.console.err("hbr: " + std::string(word) + ": " + base::printable(problems[i].object) +
                                   ": " + problems[i].sentence + '\n');
    }
    if (problems.size() > kListed) {
        command.around.console.err("hbr: and " + std::to_string(problems.size() - kListed) +
                                   " more; --json lists them all.\n");
    }
}

void printDamage(Command& command, const std::vector<vault::PointDamage>& points) {
    for (const vault::PointDamage& damage : points) {
        std::string text =
            "hbr: restore point " + shortId(damage.point) + " lacks " + counted(damage.objects, "object");
        if (damage.unknownParts != 0) text += " and " + counted(damage.unknownParts, "part") + " of its list";
        if (damage.isFaultListLost) text += " and its list of faults";
        command.around.console.err(text + (damage.firstObjects.empty() ? ".\n" : ":\n"));
        for (std::size_t i = 0; i < std::min(kListed, damage.firstObjects.size()); ++i) {
            command.around.console.err("hbr:   " + engine::displayPath(damage.firstObjects[i]) + '\n');
        }
    }
}

void addProblems(base::JsonWriter& json, const char* name, const std::vector<vault::Problem>& problems) {
    json.key(name).beginArray();
    for (const vault::Problem& problem : problems) {
        json.beginObject().member("object", problem.object).member("message", problem.sentence).endObject();
    }
    json.endArray();
}

void addDamage(base::JsonWriter& json, const std::vector<vault::PointDamage>& points) {
    json.key("damagedPoints").beginArray();
    for (const vault::PointDamage& damage : points) {
        json.beginObject().member("id", damage.point.hex()).member("objects", damage.objects);
        json.member("unknownParts", damage.unknownParts).member("faultListLost", damage.isFaultListLost);
        json.key("firstObjects").beginArray();
        for (const std::string& key : damage.firstObjects) json.value(engine::displayPath(key));
        json.endArray().endObject();
    }
    json.endArray();
}

vault::VerifyDepth depthOf(const CommandLine& line) {
    const std::string word = line.value("depth").value_or("seals");
    if (word == "structure") return vault::VerifyDepth::Structure;
    return word == "data" ? vault::VerifyDepth::Data : vault::VerifyDepth::Seals;
}

void printVerifyJson(Command& command, const vault::VerifyReport& report, double seconds) {
    base::JsonWriter json;
    json.beginObject().member("type", "result").member("schema", 1).member("sound", report.isSound());
    json.member("points", report.points).member("packs", report.packs).member("chunks", report.chunks);
    json.member("bytesRead", report.bytesRead).member("seconds", seconds);
    addProblems(json, "problems", report.problems);
    addDamage(json, report.damagedPoints);
    command.print(json.endObject());
}

void printRepairJson(Command& command, const vault::RepairReport& report) {
    base::JsonWriter json;
    json.beginObject()
        .member("type", "result")
        .member("schema", 1)
        .member("dryRun", command.line.has("dry-run"));
    json.member("packsChecked", report.packsChecked).member("chunksRecovered", report.chunksRecovered);
    json.member("chunksLost", report.chunksLost);
    addProblems(json, "problems", report.problems);
    addProblems(json, "mended", report.mended);
    addDamage(json, report.damagedPoints);
    command.print(json.endObject());
}

std::string outcomeOf(const vault::RepairReport& report, bool isDryRun) {
    const bool isWhole = report.damagedPoints.empty();
    if (report.foundNothing() && isWhole) return "Nothing is wrong with the vault.";
    std::string text;
    if (report.foundNothing()) {
        text = "Nothing more can be mended";
    } else if (isDryRun) {
        text =
            counted(report.problems.size(), "problem") + " found";  // what can be recovered shows in doing it
    } else {
        text = counted(report.chunksRecovered, "chunk") + " recovered, " +
               counted(report.chunksLost, "chunk") + " lost";
    }
    text += ", " + counted(report.damagedPoints.size(), "restore point") + " not whole.";
    if (isDryRun) return text + " 'hbr repair' mends what can be mended.";
    return text + (isWhole ? "" : " The next backup heals what it finds again at the source.");
}

}  // namespace

int verifyVault(Command& command) {
    const vault::VerifyOptions options{depthOf(command.line), command.workers()};
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const auto started = command.around.clock.steady();
    vault::VerifyReport report;
    {
        StageDisplay display(command);
        report = vault::verify(*opened.vault, options, display.callback(), command.around.cancel);
    }
    const double seconds = std::chrono::duration<double>(command.around.clock.steady() - started).count();
    printProblems(command, "damage", report.problems);
    printDamage(command, report.damagedPoints);
    if (command.isJson) printVerifyJson(command, report, seconds);
    const std::string checked = counted(report.points, "restore point") + ", " +
                                counted(report.packs, "pack") + ", " + counted(report.chunks, "chunk") +
                                ", " + base::formatSize(report.bytesRead) + " read";
    // A journal that had to be replaced by a search is damage, too.
    const bool isSound = report.isSound() && !opened.vault->usesFallbackState();
    const char* const lacking = report.damagedPoints.empty() && !opened.vault->usesFallbackState()
                                    ? "The vault is damaged, but no restore point lacks anything: "
                                    : "The vault is damaged: ";
    command.say(isSound ? "The vault is whole: " + checked + "."
                        : lacking + checked + ". 'hbr repair --dry-run' tells what can be done.");
    return isSound ? kDone : kIntegrity;
}

int repairVault(Command& command) {
    vault::RepairOptions options;
    options.workers = command.workers();
    options.dryRun = command.line.has("dry-run");
    options.rebuildIndex = command.line.has("rebuild-index");
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    if (!options.dryRun && !command.confirm("Repair the vault?")) {
        command.say("Nothing was changed.");
        return kFailed;
    }
    vault::RepairReport report;
    {
        StageDisplay display(command);
        report = vault::repair(*opened.vault, options, display.callback(), command.around.cancel);
    }
    printProblems(command, "found", report.problems);
    printProblems(command, options.dryRun ? "would mend" : "mended", report.mended);
    printDamage(command, report.damagedPoints);
    if (command.isJson) printRepairJson(command, report);
    command.say(outcomeOf(report, options.dryRun));
    return report.chunksLost != 0 || !report.damagedPoints.empty() ? kIntegrity : kDone;
}

}  // namespace app
