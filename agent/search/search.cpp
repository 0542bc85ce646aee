// SPDX-License-Identifier: Apache-2.0
#include "agent/search/search.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "agent/search/record_merge.hpp"
#include "agent/search/shown_points.hpp"
#include "platform/base/error.hpp"
#include "platform/base/worker_threads.hpp"

namespace search {

namespace {

constexpr std::size_t kThreads = 2;

/// How often the clock and the token are looked at, in paths that match.
constexpr std::uint64_t kBetweenLooks = 1024;

/// The order of results.
struct IsBefore {
    Order order;

    bool operator()(const ResultPlace& a, const ResultPlace& b) const {
        if (order == Order::Newest && a.modified != b.modified) return a.modified > b.modified;
        return std::tie(a.key, a.client, a.vault) < std::tie(b.key, b.client, b.vault);
    }
};

/// Keeps the first results behind a place, however they come. Not thread-safe.
class BestResults final {
public:
    explicit BestResults(const Query& query)
        : after_(query.after), most_(query.most + 1), isBefore_{query.order}, results_(isBefore_) {}

    [[nodiscard]] bool takes(const ResultPlace& place) const {
        if (after_ && !isBefore_(*after_, place)) return false;
        return results_.size() < most_ || isBefore_(place, std::prev(results_.end())->first);
    }

    void add(ResultPlace place, FoundPath path) {
        results_.insert_or_assign(std::move(place), std::move(path));
        if (results_.size() > most_) results_.erase(std::prev(results_.end()));
    }

    /// True when all that comes in the order of keys is behind what is kept.
    [[nodiscard]] bool isDoneAt(const std::string& key) const {
        return isBefore_.order == Order::Path && results_.size() == most_ &&
               key > std::prev(results_.end())->first.key;
    }

    void takeOver(BestResults& other) {
        for (auto& [place, path] : other.results_)
            if (takes(place)) add(place, std::move(path));
    }

    Found found() && {
        Found found;
        const bool isLast = results_.size() < most_;
        if (!isLast) results_.erase(std::prev(results_.end()));
        if (!isLast && !results_.empty()) found.next = std::prev(results_.end())->first;
        for (auto& [place, path] : results_) found.paths.push_back(std::move(path));
        return found;
    }

private:
    const std::optional<ResultPlace> after_;
    const std::size_t most_;  // one more than the page has: it tells whether there is another page
    const IsBefore isBefore_;
    std::map<ResultPlace, FoundPath, IsBefore> results_;
};

/// An end to searches that take too long.
class Patience final {
public:
    Patience(std::chrono::milliseconds longest, const base::CancelToken& cancel)
        : latest_(std::chrono::steady_clock::now() + longest), cancel_(cancel) {}

    void look() const {
        cancel_.throwIfCancelled();
        if (std::chrono::steady_clock::now() < latest_) return;
        throw base::Error(base::ErrorKind::Exhausted, "SEARCH-0003", "The search takes too long",
                          "Give more of the name, one vault or one client.", base::Retry::AfterFix);
    }

private:
    const std::chrono::steady_clock::time_point latest_;
    const base::CancelToken& cancel_;
};

/// One index, or a part of it, by one thread.
class IndexSearch final {
public:
    IndexSearch(const SearchedIndex& searched, const Query& query, const TextMatch& text,
                const Patience& patience)
        : searched_(searched),
          query_(query),
          text_(text),
          patience_(patience),
          shown_(searched.index->manifest, searched.vault, query) {}

    void find(const KeyRange& range, BestResults& results) const {
        std::vector<SegmentScan> scans;
        for (const auto& segment : searched_.index->segments)
            scans.emplace_back(*segment, text_, query_.versions, range);
        RecordMerge records(std::move(scans));
        std::uint64_t seen = 0;
        while (records.next()) {
            if (seen++ % kBetweenLooks == 0) patience_.look();
            if (results.isDoneAt(records.key())) return;
            offer(records.key(), records.spans(), results);
        }
    }

    /// Where the larger half of the index ends, so that two threads have as much to do.
    [[nodiscard]] std::optional<std::string> middle() const {
        const Segment* largest = nullptr;
        for (const auto& segment : searched_.index->segments)
            if (largest == nullptr || segment->blocks().size() > largest->blocks().size())
                largest = segment.get();
        if (largest == nullptr || largest->blocks().size() < 2) return std::nullopt;
        return largest->blocks()[largest->blocks().size() / 2].firstKey;
    }

private:
    void offer(const std::string& key, const std::vector<Span>& spans, BestResults& results) const {
        // Mostly there is one client; each is a result of its own.
        std::set<std::string> clients;
        for (const Span& span : spans)
            if (isMatch(span)) clients.insert(shown_.clientOf(span));
        for (const std::string& client : clients) {
            ResultPlace place{INT64_MIN, key, client, searched_.vault};
            for (const Span& span : spans)
                if (isMatch(span) && shown_.clientOf(span) == client)
                    place.modified = std::max(place.modified, span.version.modified);
            if (!results.takes(place)) continue;
            FoundPath path = pathOf(key, client, spans);
            results.add(std::move(place), std::move(path));
        }
    }

    [[nodiscard]] bool isMatch(const Span& span) const {
        return query_.versions.contains(span.version) && shown_.countIn(span) > 0;
    }

    [[nodiscard]] FoundPath pathOf(const std::string& key, const std::string& client,
                                   const std::vector<Span>& spans) const {
        std::map<Version, FoundVersion> versions;
        for (const Span& span : spans) {
            if (!isMatch(span) || shown_.clientOf(span) != client) continue;
            FoundVersion& version = versions[span.version];
            version.version = span.version;
            shown_.addPoints(version, span);
        }
        FoundPath path{searched_.vault, client, key, {}, versions.size()};
        for (auto& [version, found] : versions) path.versions.push_back(found);
        std::ranges::sort(path.versions, [](const FoundVersion& a, const FoundVersion& b) {
            return std::tie(b.newest.started, a.version) < std::tie(a.newest.started, b.version);
        });
        if (path.versions.size() > query_.mostVersions) path.versions.resize(query_.mostVersions);
        return path;
    }

    const SearchedIndex& searched_;
    const Query& query_;
    const TextMatch& text_;
    const Patience& patience_;
    const ShownPoints shown_;
};

struct Task {
    const IndexSearch* index;
    KeyRange range;
    const std::string* vault;
};

/// The parts that threads share out among themselves. In the order of paths what is before the last page need
/// not be looked at.
std::vector<Task> tasksOf(const std::vector<std::unique_ptr<IndexSearch>>& searches,
                          const std::vector<SearchedIndex>& indexes, const Query& query,
                          const TextMatch& text) {
    std::vector<Task> tasks;
    KeyRange range;
    if (query.order == Order::Path && query.after) range.from = query.after->key;
    if (const auto& key = text.onlyKey()) range = {*key, *key + '\0'};
    for (std::size_t i = 0; i < searches.size(); ++i) {
        const auto middle = searches[i]->middle();
        const bool isHalved = middle && *middle > range.from && (!range.until || *middle < *range.until);
        if (!isHalved) {
            tasks.push_back({searches[i].get(), range, &indexes[i].vault});
            continue;
        }
        tasks.push_back({searches[i].get(), {range.from, middle}, &indexes[i].vault});
        tasks.push_back({searches[i].get(), {*middle, range.until}, &indexes[i].vault});
    }
    return tasks;
}

/// What threads share.
class SharedSearch final {
public:
    SharedSearch(std::vector<Task> tasks, const Query& query)
        : tasks_(std::move(tasks)), query_(query), results_(query) {}

    /// The body of each thread.
    void work() noexcept {
        for (std::size_t i = next_++; i < tasks_.size(); i = next_++) {
            try {
                BestResults results(query_);
                tasks_[i].index->find(tasks_[i].range, results);
                const std::lock_guard lock(mutex_);
                results_.takeOver(results);
            } catch (...) {
                next_ = tasks_.size();
                keep(base::currentError(), *tasks_[i].vault);
            }
        }
    }

    /// Once all threads have ended. Throws the first failure of any.
    Found found() && {
        if (error_) throw base::Error(*error_);
        return std::move(results_).found();
    }

private:
    void keep(base::Error error, const std::string& vault) noexcept {
        const std::lock_guard lock(mutex_);
        // Any damage of what was checked already is damage of the index, however it shows.
        if (error.kind() == base::ErrorKind::Corrupt) {
            error = damagedIndex("a part of it makes no sense");
            error.addContext("vault", vault);
        }
        if (!error_) error_ = std::move(error);
    }

    const std::vector<Task> tasks_;
    const Query& query_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;  // guards what follows
    BestResults results_;
    std::optional<base::Error> error_;
};

}  // namespace

Found find(const std::vector<SearchedIndex>& indexes, const Query& query, std::chrono::milliseconds longest,
           const base::CancelToken& cancel) {
    const TextMatch text(query.text);
    const Patience patience(longest, cancel);
    std::vector<std::unique_ptr<IndexSearch>> searches;
    for (const SearchedIndex& index : indexes)
        searches.push_back(std::make_unique<IndexSearch>(index, query, text, patience));
    SharedSearch shared(tasksOf(searches, indexes, query, text), query);
    // The threads end before what they share.
    {
        const auto threads = base::startWorkers(kThreads, [&] { shared.work(); });
    }
    return std::move(shared).found();
}

}  // namespace search
