// SPDX-License-Identifier: Apache-2.0
// search.hpp: finds paths in all restore points of one or more vaults, a page at a time.
//
// Nothing is kept between two pages: a page says where the next begins. What a search reads and holds is
// bounded by the size of the index and of the page: it skips the blocks whose filters say no, reads all
// others once, on two threads, and keeps the best matches alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/search/index_folder.hpp"
#include "agent/search/path_record.hpp"
#include "agent/search/text_match.hpp"
#include "platform/base/cancel.hpp"

namespace search {

enum class Order {
    Path,
    Newest
};  // Newest: by the time at which the newest version that matches was changed

/// Where a page ends.
struct ResultPlace {
    std::int64_t modified = 0;
    std::string key;
    std::string client;
    std::string vault;

    bool operator==(const ResultPlace&) const = default;
};

struct Query {
    std::string text;  // text_match.hpp
    VersionRange versions;
    std::optional<std::string> client;
    std::optional<std::string> plan;           // as points have it
    std::optional<std::int64_t> leastStarted;  // of points, in seconds since 1970
    std::optional<std::int64_t> mostStarted;
    Order order = Order::Path;
    std::optional<ResultPlace> after;
    std::size_t most = 100;          // paths
    std::size_t mostVersions = 100;  // of each
    /// False for points that are not to be shown; all are when it is empty.
    std::function<bool(const std::string& vault, const vault::PointId& point)> isShown;
};

/// A version and the points that have it.
struct FoundVersion {
    Version version;
    IndexedPoint oldest;
    IndexedPoint newest;
    std::uint64_t points = 0;
};

/// A path of one client.
struct FoundPath {
    std::string vault;  // as SearchedIndex has it
    std::string client;
    std::string key;
    std::vector<FoundVersion>
        versions;  // those that match, with the newest point's first; Query::mostVersions at most
    std::uint64_t allVersions = 0;  // how many match
};

struct Found {
    std::vector<FoundPath> paths;
    std::optional<ResultPlace> next;  // nothing when these were the last
};

struct SearchedIndex {
    std::string vault;  // what the caller calls it
    const OpenIndex* index = nullptr;
};

/// Throws Error: damagedIndex() with the vault as its context "vault"; Exhausted ("SEARCH-0003") when it
/// takes longer than `longest`; Cancelled.
Found find(const std::vector<SearchedIndex>& indexes, const Query& query, std::chrono::milliseconds longest,
           const base::CancelToken& cancel);

}  // namespace search
