// SPDX-License-Identifier: Apache-2.0
// restore_handlers.cpp: whose files there are, folders in restore points, and restores.
#include <limits>

#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/client/registrar.hpp"
#include "agent/service/folder_browser.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using catalogue::ClientStanding;
using catalogue::JobId;
using catalogue::OnConflict;
using catalogue::RestoreRequest;
using catalogue::StoredPoint;
using scheduler::RefusedField;

std::string hexOf(const std::string& key) { return base::encodeHex(base::asBytes(key)); }

/// A key that a query names in hex; empty when it names none.
std::string queryKey(const Call& call, const std::string& name) {
    const auto key = keyFromHex(call.query(name).value_or(""));
    if (key) return *key;
    throw base::Error(base::ErrorKind::Invalid, "API-0004",
                      "'" + name + "' in the query is no key of an entry",
                      "Give 'key' of an entry, as it is.");
}

StoredPoint requirePoint(const Call& call, const std::string& vault, const std::string& id) {
    const auto known = vault::PointId::fromHex(id);
    auto point = known ? call.catalogue.points().find(vault, *known) : std::nullopt;
    if (!point) catalogue::throwNotThere("restore point '" + base::printable(id) + "' in that vault");
    return std::move(*point);
}

void writeEntry(base::JsonWriter& json, const json::JsonObject& entry) {
    const auto text = [&entry](const char* name) { return entry.text(name).value_or(""); };
    json.beginObject().member("name", text("name")).member("path", text("path"));
    json.member("key", text("key")).member("isExact", entry.flag("isExact").value_or(false));
    json.member("kind", text("kind")).member("sizeBytes", entry.number("sizeBytes").value_or(0));
    json.member("modified", text("modified"));
    writeOptional(json, "target", entry.text("target"));
    json.endObject();
}

struct AskedRestore {
    std::string vault;
    std::string client;  // whose files they are
    RestoreRequest request;
};

/// Replacing files where they are is for whoever says whose they are.
void requireConfirmation(Input& input, const RestoreRequest& request, const std::string& client) {
    const bool mayReplace =
        request.onConflict == OnConflict::Overwrite || request.onConflict == OnConflict::Newer;
    if (!request.target.empty() || !mayReplace || request.isDryRun) return;
    if (input.textOr("confirm", "") == client) return;
    input.refuse("confirm", "Files at their original place may be replaced: give the client's name '" +
                                base::printable(client) + "' to confirm it.");
}

AskedRestore readAsked(const Call& call) {
    std::vector<RefusedField> refused;
    Input input(call.body(), refused);
    AskedRestore asked;
    asked.vault = input.text("vault");
    const std::string point = input.text("point");
    asked.request = readRestore(input);
    catalogue::refuse(refused);
    const StoredPoint stored = requirePoint(call, asked.vault, point);
    asked.request.point = stored.id;
    asked.client = stored.client;
    requireConfirmation(input, asked.request, asked.client);
    catalogue::refuse(refused);
    return asked;
}

void writeKeys(base::JsonWriter& json, const std::vector<std::string>& keys) {
    json.key("keys").beginArray();
    for (const std::string& key : keys) json.value(hexOf(key));
    json.endArray();
}

void writeCounts(base::JsonWriter& json, const std::optional<catalogue::RestoreCounts>& counts) {
    json.key("counts");
    if (!counts) {
        json.null();
        return;
    }
    json.beginObject().member("created", counts->created).member("overwritten", counts->overwritten);
    json.member("keptBoth", counts->keptBoth).member("skipped", counts->skipped);
    json.member("alreadyThere", counts->alreadyThere).member("bytes", counts->bytes);
    writeOptional(json, "freeBytes", counts->freeBytes);
    writeOptional(json, "differences", counts->differences);
    json.endObject();
}

void writeRestore(base::JsonWriter& json, const catalogue::Job& job,
                  const catalogue::StoredRestore& restore) {
    const RestoreRequest& request = restore.request;
    json.beginObject().member("job", job.id.value).member("vault", job.vault).member("client", job.client);
    json.member("point", request.point.hex()).member("inPlace", request.target.empty());
    writeOptional(json, "target", request.target.empty() ? std::nullopt : std::optional(request.target));
    writeKeys(json, request.keys);
    writeTexts(json, "includes", request.includes);
    writeTexts(json, "excludes", request.excludes);
    json.member("onConflict", toString(request.onConflict)).member("verify", request.isVerified);
    json.member("dryRun", request.isDryRun);
    writeOptional(json, "bytesPerSecond", request.bytesPerSecond);
    writeCounts(json, restore.counts);
    json.endObject();
}

}  // namespace

Answer listClients(const Call& call) {
    const auto clients = call.catalogue.standings().ofClients();
    const std::string self = client::ownName(call.parts.fileSystem, call.parts.configFolder);
    const auto from = static_cast<std::size_t>(
        call.queryNumber("cursor", 0, std::numeric_limits<std::int32_t>::max()).value_or(0));
    const std::size_t until = std::min(clients.size(), from + static_cast<std::size_t>(call.limit()));
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (std::size_t at = from; at < until; ++at) {
                const ClientStanding& client = clients[at];
                json.beginObject().member("vault", client.vault).member("name", client.client);
                json.member("isThisMachine", client.client == self);
                json.member("points", client.points);
                writeMoment(json, "oldestPoint", client.oldestPoint);
                writeMoment(json, "newestPoint", client.newestPoint);
                json.endObject();
            }
        },
        until < clients.size() ? std::optional(std::to_string(until)) : std::nullopt);
}

Answer listEntries(const Call& call) {
    const StoredPoint point = requirePoint(call, call.fromPath.at(0), call.fromPath.at(1));
    service::WantedFolder wanted{point.vault, point.id, queryKey(call, "folder"), queryKey(call, "cursor"),
                                 static_cast<std::uint64_t>(call.limit())};
    if (!call.parts.lookIntoFolder) {
        throw base::Error(base::ErrorKind::Unsupported, "API-0002", "Folders cannot be looked into here",
                          "Use 'hbr browse'.", base::Retry::Never);
    }
    const service::FolderPart part = call.parts.lookIntoFolder(wanted);
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const auto& entry : part.entries) writeEntry(json, entry);
        },
        part.next);
}

Answer addRestore(const Call& call) {
    AskedRestore asked = readAsked(call);
    catalogue::NewJob job{catalogue::JobKind::Restore, std::nullopt, asked.client, asked.vault};
    job.restore = std::move(asked.request);
    const JobId id = call.catalogue.jobs().add(job, call.now);
    Answer answer = answerWithJob(call, id, 202);
    answer.location = "/api/v1/jobs/" + std::to_string(id.value);
    return answer;
}

Answer getRestore(const Call& call) {
    const JobId id{call.numberFromPath()};
    const auto job = call.catalogue.jobs().find(id);
    const auto restore = call.catalogue.restores().find(id);
    if (!job || !restore) catalogue::throwNotThere("restore " + std::to_string(id.value));
    base::JsonWriter json;
    writeRestore(json, *job, *restore);
    return answerWith(json);
}

}  // namespace api
