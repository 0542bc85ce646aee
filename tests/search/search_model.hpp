// SPDX-License-Identifier: Apache-2.0
// search_model.hpp: restore points as plain maps, an index of them on the disk, and what a search must find.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agent/search/index_update.hpp"
#include "agent/search/letter_case.hpp"
#include "agent/search/search.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"

namespace test {

using PathTree = std::map<std::string, search::Version>;

/// A point and what it lists.
struct ModelPoint {
    vault::PointRecord record;
    PathTree tree;
};

/// One path of a result, as plain values.
struct ModelVersion {
    search::Version version;
    std::set<std::string> points;  // hex; only the number of them where an index tells it
    std::int64_t oldest = 0;
    std::int64_t newest = 0;
};

class SearchModel {
public:
    SearchModel() : folder(fileSystem(), temporary.path, vaultId.hex()) {}

    [[nodiscard]] static const platform::FileSystem& fileSystem() {
        static const auto system = platform::makeFileSystem();
        return *system;
    }

    vault::PointId add(const std::string& client, const std::string& plan, std::int64_t started,
                       PathTree tree) {
        ModelPoint point;
        point.record.id.fill()[15] = static_cast<base::Byte>(++made_);
        point.record.id.fill()[14] = static_cast<base::Byte>(made_ >> 8U);
        point.record.client = client;
        point.record.plan = plan;
        point.record.started.seconds = started;
        point.tree = std::move(tree);
        points.push_back(point);
        return point.record.id;
    }

    search::UpdateReport update() {
        std::vector<vault::PointRecord> records;
        for (const ModelPoint& point : points) records.push_back(point.record);
        return search::IndexUpdate(fileSystem(), folder, clock, cancel, mergeRule)
            .run(
                vaultId, records,
                [this](const vault::PointRecord* base, const vault::PointRecord& point, const auto& change) {
                    tellChanges(base, point, change);
                },
                [](std::uint64_t, std::uint64_t) {});
    }

    [[nodiscard]] const ModelPoint& pointOf(const vault::PointId& id) const {
        return *std::ranges::find_if(points, [&](const ModelPoint& point) { return point.record.id == id; });
    }

    /// All pages of a search.
    [[nodiscard]] std::vector<search::FoundPath> find(search::Query query) const {
        std::vector<search::FoundPath> all;
        const auto index = folder.open();
        if (!index) return all;
        for (;;) {
            auto page = search::find({{"v", &*index}}, query, std::chrono::minutes(5), cancel);
            std::ranges::move(page.paths, std::back_inserter(all));
            if (!page.next) return all;
            query.after = page.next;
        }
    }

    TemporaryFolder temporary;
    vault::VaultId vaultId;
    search::IndexFolder folder;
    ManualClock clock;
    base::CancelToken cancel;
    search::MergeRule mergeRule;
    std::vector<ModelPoint> points;
    std::uint64_t basesAsked = 0;  // points that were told by what they have otherwise than another

private:
    void tellChanges(const vault::PointRecord* base, const vault::PointRecord& point,
                     const search::IndexUpdate::Change& change) {
        static const PathTree kNothing;
        if (base != nullptr) ++basesAsked;
        const PathTree& before = base == nullptr ? kNothing : pointOf(base->id).tree;
        const PathTree& after = pointOf(point.id).tree;
        std::set<std::string> keys;
        for (const auto& [key, version] : before) keys.insert(key);
        for (const auto& [key, version] : after) keys.insert(key);
        const auto in = [](const PathTree& tree, const std::string& key) {
            const auto found = tree.find(key);
            return found == tree.end() ? std::nullopt : std::optional(found->second);
        };
        for (const std::string& key : keys)
            if (in(before, key) != in(after, key)) change(key, in(before, key), in(after, key));
    }

    std::uint64_t made_ = 0;
};

/// "a/b" as a key.
inline std::string keyOf(std::string path) {
    std::ranges::replace(path, '/', '\0');
    return path;
}

}  // namespace test
