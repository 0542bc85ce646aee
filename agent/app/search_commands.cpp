// SPDX-License-Identifier: Apache-2.0
// search_commands.cpp: search find, status and update.
#include "agent/app/agent_api.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/fault_report.hpp"
#include "agent/app/text_table.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/search/index_update.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/known_paths.hpp"

namespace app {

namespace {

/// Of a point's id, as other lists show it.
constexpr std::size_t kShownIdDigits = 8;

/// An option of the command and the name that the API has for it.
struct Asked {
    const char* option;
    const char* query;
};
constexpr Asked kAsked[] = {
    {"vault", "vault"},
    {"client", "client"},
    {"kind", "kind"},
    {"modified-from", "modifiedFrom"},
    {"modified-until", "modifiedUntil"},
    {"backed-up-from", "backedUpFrom"},
    {"backed-up-until", "backedUpUntil"},
    {"order", "order"},
};

Query queryOf(const Command& command) {
    const CommandLine& line = command.line;
    Query query{{"text", line.operands.front()}};
    for (const Asked& asked : kAsked)
        if (const auto value = line.value(asked.option)) query[asked.query] = *value;
    if (const auto bytes = line.size("least-size")) query["leastBytes"] = std::to_string(*bytes);
    if (const auto bytes = line.size("most-size")) query["mostBytes"] = std::to_string(*bytes);
    if (const auto most = line.number("limit")) query["limit"] = std::to_string(*most);
    return query;
}

std::string textOf(const json::JsonObject& object, const char* name) {
    return object.text(name).value_or("");
}

void addPath(TextTable& table, const json::JsonObject& path) {
    std::string shown = base::printable(textOf(path, "path"));
    std::string client = base::printable(textOf(path, "client"));
    for (const json::JsonObject& version :
         path.objects("versions").value_or(std::vector<json::JsonObject>())) {
        const auto newest = version.object("newestPoint");
        table.add({newest ? textOf(*newest, "id").substr(0, kShownIdDigits) : "",
                   std::to_string(version.number("points").value_or(0)),
                   base::formatSize(version.number("sizeBytes").value_or(0)),
                   localMoment(version, "modified"), std::exchange(client, ""), std::exchange(shown, "")});
    }
}

void warnOfIncomplete(Command& command, const json::JsonObject& page) {
    for (const json::JsonObject& one : page.objects("incomplete").value_or(std::vector<json::JsonObject>())) {
        const std::uint64_t missing = one.number("missingPoints").value_or(0);
        const std::uint64_t unreadable = one.number("unreadablePoints").value_or(0);
        const std::string vault = "the vault '" + base::printable(textOf(one, "vault")) + "'";
        if (textOf(one, "state") == "behind")
            command.warn(counted(missing, "restore point") + " of " + vault + " cannot be searched yet.");
        else if (textOf(one, "state") != "ready")
            command.warn("Of " + vault +
                         " nothing can be searched yet: 'hbr search update' makes its index.");
        if (unreadable > 0)
            command.warn(counted(unreadable, "restore point") + " of " + vault +
                         " cannot be searched: what they list is damaged. 'hbr verify' tells more.");
    }
}

}  // namespace

int findPathsCommand(Command& command) {
    const api::Answer answer = askAgent(command, api::Method::Get, "/search", {}, queryOf(command));
    printAnswer(command, answer);
    const auto page = json::JsonObject::parse(answer.body);
    const auto paths = page ? page->objects("items").value_or(std::vector<json::JsonObject>())
                            : std::vector<json::JsonObject>();
    if (!command.isJson && !paths.empty()) {
        TextTable table(
            {{"POINT"}, {"POINTS", Align::Right}, {"SIZE", Align::Right}, {"CHANGED"}, {"CLIENT"}, {"PATH"}});
        for (const json::JsonObject& path : paths) addPath(table, path);
        command.around.console.out(table.text());
        command.around.console.flush();
    }
    if (page) warnOfIncomplete(command, *page);
    if (paths.empty()) command.say("Nothing matches.");
    if (page && page->has("next") && page->text("next"))
        command.say("There is more; narrow it down, or raise --limit.");
    return paths.empty() ? kNotFound : kDone;
}

int showSearchStatus(Command& command) {
    const api::Answer answer = askAgent(command, api::Method::Get, "/search/indexes");
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    TextTable table({{"VAULT"},
                     {"STATE"},
                     {"POINTS", Align::Right},
                     {"MISSING", Align::Right},
                     {"PATHS", Align::Right},
                     {"SIZE", Align::Right},
                     {"UPDATED"}});
    for (const json::JsonObject& index : askForAll(command, "/search/indexes")) {
        table.add({base::printable(textOf(index, "vault")), textOf(index, "state"),
                   std::to_string(index.number("points").value_or(0)),
                   std::to_string(index.number("missingPoints").value_or(0)),
                   std::to_string(index.number("paths").value_or(0)),
                   base::formatSize(index.number("bytes").value_or(0)), localMoment(index, "updated")});
    }
    command.around.console.out(table.text());
    return kDone;
}

int updateSearch(Command& command) {
    const platform::FileSystem& fileSystem = command.around.fileSystem;
    const std::string stateFolder = fileSystem.absolutePath(platform::stateFolder());
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    const vault::VaultId& id = opened.vault->keys().vaultId();
    const search::IndexFolder folder(fileSystem, stateFolder, id.hex());
    vault::ChunkReader reader(*opened.vault);
    const vault::VaultState state = opened.vault->state();
    search::IndexUpdate update(fileSystem, folder, command.around.clock, command.around.cancel);
    const search::UpdateReport report =
        update.run(id, state.points, reader, [&](std::uint64_t done, std::uint64_t all) {
            command.detail("Restore point " + std::to_string(done) + " of " + std::to_string(all) + ".");
        });
    if (report.pointsUnreadable > 0)
        command.warn(counted(report.pointsUnreadable, "restore point") +
                     " cannot be searched: what they list is damaged. 'hbr verify' tells more.");
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1);
        json.member("pointsAdded", report.pointsAdded).member("pointsForgotten", report.pointsForgotten);
        json.member("pointsUnreadable", report.pointsUnreadable).member("pathsWritten", report.pathsWritten);
        json.member("wasMadeAnew", report.wasMadeAnew);
        command.print(json.endObject());
    }
    command.say(counted(report.pointsAdded, "restore point") + " can be searched that could not before.");
    return kDone;
}

}  // namespace app
