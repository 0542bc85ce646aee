// SPDX-License-Identifier: Apache-2.0
// find_commands.cpp: find.
#include "agent/app/commands.hpp"
#include "agent/app/entry_text.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/name_search.hpp"
#include "agent/app/point_choice.hpp"
#include "agent/app/vault_access.hpp"
#include "platform/base/error.hpp"

namespace app {

namespace {

void printMatch(Command& command, const vault::PointRecord& point, const vault::TreeEntry& entry) {
    if (!command.isJson) {
        command.print(shortId(point.id) + "  " + entryLine(entry, engine::displayPath(entry.key)));
        return;
    }
    base::JsonWriter json;
    json.beginObject().member("type", "object").member("schema", 1).member("point", point.id.hex());
    addEntry(json, entry);
    command.around.console.out(json.endObject().text() + '\n');
}

}  // namespace

int findFiles(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::VaultState state = opened.vault->state();
    std::vector<vault::PointRecord> points;
    if (const auto only = command.line.value("point")) {
        points.push_back(choosePoint(command, state, *only));
    } else {
        points = selectedPoints(command, state);
    }
    const NameMatcher matcher(command.line.operands[0]);
    NameSearch search(*opened.vault, matcher);
    std::uint64_t matches = 0;
    int exitCode = kDone;
    // Newest first: a version is told with the newest point that has it.
    for (auto point = points.rbegin(); point != points.rend(); ++point) {
        try {
            search.search(
                *point,
                [&](const vault::TreeEntry& entry) {
                    printMatch(command, *point, entry);
                    ++matches;
                },
                command.around.cancel);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt) throw;
            command.warn("Restore point " + shortId(point->id) +
                         " cannot be searched to its end: " + error.message());
            exitCode = kIntegrity;
        }
    }
    command.around.console.flush();
    if (matches == 0) command.say("Nothing matches.");
    command.detail(counted(matches, "match") + " in " + counted(points.size(), "restore point") + ".");
    return exitCode == kDone && matches == 0 ? kNotFound : exitCode;
}

}  // namespace app
