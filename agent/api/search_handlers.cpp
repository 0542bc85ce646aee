// SPDX-License-Identifier: Apache-2.0
// search_handlers.cpp: finds files by name in the restore points of all vaults that this machine knows.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <memory>
#include <semaphore>
#include <unordered_set>
#include <utility>

#include "agent/api/call.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/config/vault_book.hpp"
#include "agent/search/search.hpp"
#include "connectors/object_stream.hpp"
#include "connectors/object_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

using config::RememberedVault;
using connectors::ObjectKind;
using search::IndexFolder;

constexpr std::int64_t kUsualPaths = 50;
constexpr std::int64_t kMostPaths = 100;
constexpr std::int64_t kUsualVersions = 20;
constexpr std::int64_t kMostVersions = 1000;
constexpr std::size_t kLongestText = 4096;
constexpr std::chrono::seconds kLongest{10};

constexpr std::int64_t kMostNumber = std::numeric_limits<std::int64_t>::max();

/// A search keeps two threads busy and holds some megabytes: of many that come together most wait a little,
/// and then are told to come again. One number for the process, as its processors and its memory are.
constexpr int kAtOnce = 2;
constexpr std::chrono::seconds kLongestWait{2};

class Turn final {
public:
    Turn() {
        if (turns().try_acquire_for(kLongestWait)) return;
        throw base::Error(base::ErrorKind::Busy, "SEARCH-0004", "Other searches are at work",
                          "Search again in a moment.", base::Retry::Later);
    }
    ~Turn() { turns().release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    static std::counting_semaphore<kAtOnce>& turns() {
        static std::counting_semaphore<kAtOnce> all(kAtOnce);
        return all;
    }
};

/// A vault and what of its index can be searched.
struct Searched {
    RememberedVault vault;
    std::optional<search::OpenIndex> index;
    std::unordered_set<vault::PointId> known;  // points that the catalogue has; none where it knows nothing
    bool isDamaged = false;

    [[nodiscard]] IndexFolder folder(const Call& call) const {
        return {call.parts.fileSystem, call.parts.stateFolder, vault.vaultId};
    }
    /// Of points that are known, how many are not in the index yet.
    [[nodiscard]] std::uint64_t missingPoints() const {
        std::uint64_t missing = known.size();
        if (!index) return missing;
        for (const search::Line& line : index->manifest.lines)
            for (const search::IndexedPoint& point : line.points) missing -= known.contains(point.id) ? 1 : 0;
        for (const search::UnreadablePoint& point : index->manifest.unreadable)
            missing -= known.contains(point.id) ? 1 : 0;
        return missing;
    }
    /// How many will never be, because their lists are damaged in the vault.
    [[nodiscard]] std::uint64_t unreadablePoints() const {
        return index ? index->manifest.unreadable.size() : 0;
    }
    [[nodiscard]] const char* state() const {
        if (isDamaged) return "damaged";
        if (!index) return "missing";
        return missingPoints() == 0 ? "ready" : "behind";
    }
};

/// Which index is damaged is told to the next update, and to whoever searched.
void noteDamage(Searched& searched, const Call& call) {
    searched.folder(call).markDamaged();
    searched.index.reset();
    searched.isDamaged = true;
}

Searched openedIndex(const RememberedVault& vault, const Call& call) {
    Searched searched;
    searched.vault = vault;
    const auto ids = call.catalogue.points().idsIn(vault.name);
    searched.known.insert(ids.begin(), ids.end());
    try {
        searched.index = searched.folder(call).open();
        searched.isDamaged = searched.folder(call).isMarkedDamaged();
        if (searched.isDamaged) searched.index.reset();
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Corrupt) throw;
        noteDamage(searched, call);
    }
    return searched;
}

std::vector<Searched> openedIndexes(const Call& call, const std::optional<std::string>& only) {
    std::vector<Searched> all;
    for (const RememberedVault& vault :
         config::VaultBook(call.parts.fileSystem, call.parts.configFolder).list())
        if (!only || *only == vault.name) all.push_back(openedIndex(vault, call));
    if (only && all.empty()) catalogue::throwNotThere("vault '" + base::printable(*only) + "'");
    return all;
}

std::uint32_t bitsOf(std::initializer_list<ObjectKind> kinds) {
    std::uint32_t bits = 0;
    for (const ObjectKind kind : kinds) bits |= search::kindBit(static_cast<std::uint8_t>(kind));
    return bits;
}

std::uint32_t kindsNamed(const std::string& word) {
    const std::uint32_t files = bitsOf({ObjectKind::File, ObjectKind::HardLink});
    if (word == "file") return files;
    if (word == "folder") return bitsOf({ObjectKind::Directory});
    if (word == "link") return bitsOf({ObjectKind::Symlink});
    if (word == "other") return ~(files | bitsOf({ObjectKind::Directory, ObjectKind::Symlink}));
    refuseQuery("kind", "file, folder, link or other");
}

search::Order orderNamed(const std::string& word) {
    if (word == "path") return search::Order::Path;
    if (word == "newest") return search::Order::Newest;
    refuseQuery("order", "path or newest");
}

/// "<modified>.<key in hex>.<client in hex>.<vault>": where a page ends.
std::string cursorOf(const search::ResultPlace& place) {
    return std::to_string(place.modified) + "." + base::encodeHex(base::asBytes(place.key)) + "." +
           base::encodeHex(base::asBytes(place.client)) + "." + place.vault;
}

std::optional<std::string> fromHex(std::string_view text) {
    std::string bytes(text.size() / 2, '\0');
    const base::MutableBytes to(reinterpret_cast<base::Byte*>(bytes.data()), bytes.size());
    return base::decodeHex(text, to) ? std::optional(bytes) : std::nullopt;
}

std::optional<search::ResultPlace> placeOf(const std::string& cursor) {
    const auto parts = base::split(cursor, '.');
    if (parts.size() < 4) return std::nullopt;
    search::ResultPlace place;
    const char* const end = parts[0].data() + parts[0].size();
    const auto number = std::from_chars(parts[0].data(), end, place.modified);
    const auto key = fromHex(parts[1]);
    const auto client = fromHex(parts[2]);
    if (number.ec != std::errc() || number.ptr != end || !key || !client) return std::nullopt;
    place.key = *key;
    place.client = *client;
    // A vault's name may have dots.
    place.vault = cursor.substr(static_cast<std::size_t>(parts[3].data() - cursor.data()));
    return place;
}

search::Query queryOf(const Call& call) {
    search::Query query;
    query.text = call.query("text").value_or("");
    if (query.text.size() > kLongestText) refuseQuery("text", "at most 4096 bytes long");
    query.client = call.query("client");
    if (const auto plan = call.queryPlan()) query.plan = catalogue::planMark(*plan);
    if (const auto kind = call.query("kind")) query.versions.kinds = kindsNamed(*kind);
    if (const auto bytes = call.queryNumber("leastBytes", 0, kMostNumber))
        query.versions.leastSize = static_cast<std::uint64_t>(*bytes);
    if (const auto bytes = call.queryNumber("mostBytes", 0, kMostNumber))
        query.versions.mostSize = static_cast<std::uint64_t>(*bytes);
    if (const auto moment = call.queryMoment("modifiedFrom")) query.versions.leastModified = *moment;
    if (const auto moment = call.queryMoment("modifiedUntil")) query.versions.mostModified = *moment;
    query.leastStarted = call.queryMoment("backedUpFrom");
    query.mostStarted = call.queryMoment("backedUpUntil");
    if (const auto order = call.query("order")) query.order = orderNamed(*order);
    if (const auto cursor = call.query("cursor")) {
        query.after = placeOf(*cursor);
        if (!query.after) refuseQuery("cursor", "a cursor; give 'next' of the page before, as it is");
    }
    query.most = static_cast<std::size_t>(call.queryNumber("limit", 1, kMostPaths).value_or(kUsualPaths));
    query.mostVersions =
        static_cast<std::size_t>(call.queryNumber("versions", 1, kMostVersions).value_or(kUsualVersions));
    return query;
}

/// Searches what can be searched: an index that turns out to be damaged is left out from then on.
search::Found findIn(std::vector<Searched>& all, const search::Query& query, const Call& call) {
    const base::CancelToken never;
    for (;;) {
        std::vector<search::SearchedIndex> indexes;
        for (const Searched& searched : all)
            if (searched.index) indexes.push_back({searched.vault.name, &*searched.index});
        try {
            return search::find(indexes, query, kLongest, never);
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::Corrupt || error.context().empty()) throw;
            const std::string& vault = error.context().front().second;
            noteDamage(*std::ranges::find(all, vault, [](const Searched& one) { return one.vault.name; }),
                       call);
        }
    }
}

void writePoint(base::JsonWriter& json, const char* name, const search::IndexedPoint& point) {
    json.key(name).beginObject().member("id", point.id.hex());
    json.member("started", platform::formatUtcExactly(point.started)).endObject();
}

void writePath(base::JsonWriter& json, const search::FoundPath& path) {
    json.beginObject().member("vault", path.vault).member("client", path.client);
    json.member("path", connectors::displayPath(path.key));
    json.member("name", base::printable(search::nameOfKey(path.key)));
    json.member("key", base::encodeHex(base::asBytes(path.key)));
    json.member("allVersions", path.allVersions).key("versions").beginArray();
    for (const search::FoundVersion& found : path.versions) {
        json.beginObject().member("kind", connectors::kindName(found.version.kind));
        json.member("sizeBytes", found.version.sizeBytes);
        json.member("modified", platform::formatUtc({found.version.modified, 0}));
        json.member("points", found.points);
        writePoint(json, "newestPoint", found.newest);
        writePoint(json, "oldestPoint", found.oldest);
        json.endObject();
    }
    json.endArray().endObject();
}

void writeIncomplete(base::JsonWriter& json, const std::vector<Searched>& all) {
    json.key("incomplete").beginArray();
    for (const Searched& searched : all) {
        const std::string state = searched.state();
        if (state == "ready" && searched.unreadablePoints() == 0) continue;
        json.beginObject().member("vault", searched.vault.name).member("state", state);
        json.member("missingPoints", searched.missingPoints());
        json.member("unreadablePoints", searched.unreadablePoints()).endObject();
    }
    json.endArray();
}

void writeIndex(base::JsonWriter& json, const Searched& searched) {
    std::uint64_t paths = 0;
    std::uint64_t bytes = 0;
    if (searched.index) {
        for (const search::SegmentInfo& segment : searched.index->manifest.segments) {
            paths += segment.paths;
            bytes += segment.fileBytes;
        }
    }
    json.beginObject().member("vault", searched.vault.name).member("state", searched.state());
    json.member("points", searched.index ? searched.index->manifest.livePoints() : 0);
    json.member("missingPoints", searched.missingPoints());
    json.member("unreadablePoints", searched.unreadablePoints());
    json.member("paths", paths).member("bytes", bytes).key("updated");
    searched.index ? json.value(platform::formatUtc(searched.index->manifest.updated)) : json.null();
    json.endObject();
}

}  // namespace

Answer findPaths(const Call& call) {
    search::Query query = queryOf(call);
    const Turn turn;
    std::vector<Searched> all = openedIndexes(call, call.query("vault"));
    // The catalogue hears of deleted points before the index does. Where it knows none it was lost, or no
    // plan uses the vault, and the index is believed.
    query.isShown = [&all](const std::string& vault, const vault::PointId& point) {
        const auto& known =
            std::ranges::find(all, vault, [](const Searched& one) { return one.vault.name; })->known;
        return known.empty() || known.contains(point);
    };
    const search::Found found = findIn(all, query, call);
    base::JsonWriter json;
    json.beginObject().key("items").beginArray();
    for (const search::FoundPath& path : found.paths) writePath(json, path);
    json.endArray().key("next");
    found.next ? json.value(cursorOf(*found.next)) : json.null();
    writeIncomplete(json, all);
    return answerWith(json.endObject());
}

Answer listSearchIndexes(const Call& call) {
    const auto all = openedIndexes(call, std::nullopt);
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const Searched& searched : all) writeIndex(json, searched);
        },
        std::nullopt);
}

}  // namespace api
