// SPDX-License-Identifier: Apache-2.0
// path_index.cpp: makes a large index of paths that do not exist, and searches it, to measure both.
//
//   path_index make FOLDER PATHS POINTS     the first point lists all paths; each other one has changed one
//   in a hundred path_index find FOLDER ORDER TEXT...    'path' or 'newest'; a line of JSON for each text
//
// Names are made of words, numbers, dates and hexadecimal digits, as servers have them.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "agent/search/index_update.hpp"
#include "agent/search/search.hpp"
#include "platform/base/error.hpp"
#include "platform/base/json_writer.hpp"

namespace {

using search::Version;

constexpr std::size_t kNamesInFolder = 60;
constexpr std::int64_t kNow = 1'795'000'000;

std::uint64_t mixed(std::uint64_t value) noexcept {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111eb;
    return value ^ (value >> 31U);
}

std::string hexOf(std::uint64_t value, std::size_t digits) {
    std::string text;
    for (; text.size() < digits; value >>= 4U) text += "0123456789abcdef"[value & 15U];
    return text;
}

std::string nameOf(std::uint64_t seed, bool isFolder) {
    static constexpr std::array kWords = {
        "report", "invoice", "Photo",  "backup", "index",  "main",  "util",   "config", "Customer", "letter",
        "draft",  "final",   "module", "test",   "server", "video", "sample", "notes",  "budget",   "archive",
        "python", "kernel",  "asset",  "icon",   "thumb",  "cache", "orders", "import", "export",   "Scan"};
    static constexpr std::array kEndings = {".pdf", ".txt",  ".jpg", ".cpp",  ".h",    ".py",
                                            ".log", ".json", ".png", ".xlsx", ".docx", ".html"};
    const std::uint64_t draw = mixed(seed);
    std::string name = kWords[draw % kWords.size()];
    switch (draw >> 8U & 3U) {
        case 0:
            name += "-" + std::to_string(draw >> 16U & 0xffffU);
            break;
        case 1:
            name += "_" + std::string(kWords[(draw >> 32U) % kWords.size()]) +
                    std::to_string(draw >> 16U & 0xfffU);
            break;
        case 2:
            name = hexOf(draw >> 16U, 12);
            break;
        default:
            name += "-20" + std::to_string(15 + (draw >> 16U) % 12) + "-" +
                    std::to_string(10 + (draw >> 24U) % 3) + "-" + std::to_string(10 + (draw >> 32U) % 19) +
                    "-" + std::to_string(draw >> 44U & 0xffU);
    }
    return isFolder ? name : name + kEndings[(draw >> 52U) % kEndings.size()];
}

/// A tree of so many paths, told in the order of keys; the same in every walk.
class MadeTree final {
public:
    using Visit = std::function<void(const std::string& key, std::uint64_t seed, bool isFolder)>;

    MadeTree(std::uint64_t paths, const Visit& visit) : visit_(visit) { fill("srv", 1, paths); }

private:
    struct Child {
        std::string name;
        std::uint64_t seed;
        std::uint64_t paths;  // in it, with itself
    };

    void fill(const std::string& key, std::uint64_t seed, std::uint64_t paths) {
        visit_(key, seed, true);
        const std::uint64_t below = paths - 1;
        const std::uint64_t count = std::min<std::uint64_t>(below, kNamesInFolder);
        std::vector<Child> children;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t share = below / count + (i < below % count ? 1 : 0);
            const std::uint64_t childSeed = mixed(seed * 131 + i);
            children.push_back(
                {nameOf(childSeed, share > 1) + (i % 7 == 0 ? std::to_string(i) : ""), childSeed, share});
        }
        std::ranges::sort(children, {}, &Child::name);
        for (std::size_t i = 0; i < children.size(); ++i) {
            if (i > 0 && children[i].name == children[i - 1].name) continue;
            const std::string child = key + '\0' + children[i].name;
            if (children[i].paths > 1)
                fill(child, children[i].seed, children[i].paths);
            else
                visit_(child, children[i].seed, false);
        }
    }

    const Visit& visit_;
};

Version versionAt(std::uint64_t seed, bool isFolder, std::uint64_t point) {
    std::uint64_t changedAt = 0;
    for (std::uint64_t at = point; at > 0 && changedAt == 0; --at)
        if (mixed(seed ^ at) % 100 == 0) changedAt = at;
    const std::uint64_t draw = mixed(seed + changedAt * 7919);
    const auto age = static_cast<std::int64_t>(draw % 150'000'000);
    if (isFolder) return {2, 0, kNow - age};
    return {1, draw >> (20U + draw % 40U),
            changedAt == 0 ? kNow - age : kNow + static_cast<std::int64_t>(changedAt)};
}

double secondsSince(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int make(const search::IndexFolder& folder, const platform::FileSystem& fileSystem, std::uint64_t paths,
         std::uint64_t points) {
    std::vector<vault::PointRecord> records(points);
    for (std::uint64_t i = 0; i < points; ++i) {
        base::storeLittleEndian<std::uint64_t>(records[i].id.fill().data(), i + 1);
        records[i].client = "server";
        records[i].plan = "all";
        records[i].started.seconds = kNow + static_cast<std::int64_t>(i);
    }
    const auto changes = [&](const vault::PointRecord* base, const vault::PointRecord& point,
                             const search::IndexUpdate::Change& change) {
        const auto at = static_cast<std::uint64_t>(point.started.seconds - kNow);
        MadeTree(paths, [&](const std::string& key, std::uint64_t seed, bool isFolder) {
            const Version after = versionAt(seed, isFolder, at);
            const auto before =
                base == nullptr ? std::nullopt : std::optional(versionAt(seed, isFolder, at - 1));
            if (before != after) change(key, before, after);
        });
    };
    auto start = std::chrono::steady_clock::now();
    const auto clock = platform::makeSystemClock();
    const base::CancelToken cancel;
    const auto report = search::IndexUpdate(fileSystem, folder, *clock, cancel)
                            .run({}, records, changes, [&](std::uint64_t done, std::uint64_t) {
                                std::fprintf(stderr, "point %llu: %.1f s\n",
                                             static_cast<unsigned long long>(done), secondsSince(start));
                                start = std::chrono::steady_clock::now();
                            });
    const auto manifest = folder.manifest();
    base::JsonWriter json;
    json.beginObject().member("points", report.pointsAdded).member("pathsWritten", report.pathsWritten);
    json.key("segments").beginArray();
    for (const auto& segment : manifest->segments)
        json.beginObject().member("paths", segment.paths).member("bytes", segment.fileBytes).endObject();
    json.endArray().endObject();
    std::puts(json.text().c_str());
    return 0;
}

int find(const search::IndexFolder& folder, const std::string& order, const std::vector<std::string>& texts) {
    const base::CancelToken cancel;
    for (const std::string& text : texts) {
        const auto start = std::chrono::steady_clock::now();
        const auto index = folder.open();
        search::Query query;
        query.text = text;
        query.most = 50;
        query.order = order == "newest" ? search::Order::Newest : search::Order::Path;
        const auto found = search::find({{"vault", &*index}}, query, std::chrono::minutes(5), cancel);
        base::JsonWriter json;
        json.beginObject().member("text", text).member("order", order).member("seconds", secondsSince(start));
        json.member("found", static_cast<std::uint64_t>(found.paths.size()));
        json.member("isLast", !found.next.has_value()).endObject();
        std::puts(json.text().c_str());
    }
    return 0;
}

std::uint64_t numberIn(const std::string& word) {
    std::uint64_t number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number;
}

}  // namespace

int main(int count, char** words) {
    try {
        const std::vector<std::string> given(words + 1, words + count);
        const auto fileSystem = platform::makeFileSystem();
        if (given.size() == 4 && given[0] == "make") {
            return make({*fileSystem, fileSystem->absolutePath(given[1]), vault::VaultId().hex()},
                        *fileSystem, numberIn(given[2]), numberIn(given[3]));
        }
        if (given.size() >= 4 && given[0] == "find") {
            return find({*fileSystem, fileSystem->absolutePath(given[1]), vault::VaultId().hex()}, given[2],
                        {given.begin() + 3, given.end()});
        }
        std::fputs("path_index make FOLDER PATHS POINTS\npath_index find FOLDER path|newest TEXT...\n",
                   stderr);
        return 2;
    } catch (const base::Error& error) {
        std::fprintf(stderr, "path_index: %s\n", error.what());
        return 1;
    }
}
