// SPDX-License-Identifier: Apache-2.0
#include "agent/search/index_update.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "agent/catalogue/guard.hpp"
#include "agent/search/record_merge.hpp"
#include "agent/search/tree_difference.hpp"
#include "platform/base/error.hpp"

namespace search {

namespace {

/// All is written anew when that many points, and that share of all, have been forgotten.
constexpr std::uint64_t kForgottenPoints = 8;
constexpr std::uint64_t kForgottenShare = 4;

bool isCorrupt(const base::Error& error) noexcept { return error.kind() == base::ErrorKind::Corrupt; }
bool isIndexDamage(const base::Error& error) noexcept { return error.code() == "SEARCH-0001"; }

catalogue::Guard guardOf(const platform::FileSystem& fileSystem, const IndexFolder& folder) {
    try {
        return {fileSystem, folder.guardPath(), std::chrono::milliseconds(0)};
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::Busy) throw;
        throw base::Error(base::ErrorKind::Busy, "SEARCH-0005",
                          "Another update of this index of paths is at work", "Wait until it has ended.",
                          base::Retry::Later);
    }
}

std::vector<const vault::PointRecord*> inOrder(std::span<const vault::PointRecord> points) {
    std::vector<const vault::PointRecord*> ordered;
    for (const vault::PointRecord& point : points) ordered.push_back(&point);
    // They lie in a row, so of those that began at once the one that came first has the lower address.
    std::ranges::sort(ordered, [](const auto* a, const auto* b) {
        return a->started == b->started ? a < b : vault::beganEarlier(*a, *b);
    });
    return ordered;
}

const vault::PointRecord* findPoint(std::span<const vault::PointRecord> points, const vault::PointId& id) {
    const auto found = std::ranges::find(points, id, &vault::PointRecord::id);
    return found == points.end() ? nullptr : &*found;
}

}  // namespace

IndexUpdate::IndexUpdate(const platform::FileSystem& fileSystem, const IndexFolder& folder,
                         const platform::Clock& clock, const base::CancelToken& cancel, MergeRule mergeRule)
    : fileSystem_(fileSystem), folder_(folder), clock_(clock), cancel_(cancel), mergeRule_(mergeRule) {}

UpdateReport IndexUpdate::run(const vault::VaultId& vault, std::span<const vault::PointRecord> points,
                              vault::ChunkReader& reader, const Progress& progress) {
    const Changes changes = [&](const vault::PointRecord* base, const vault::PointRecord& point,
                                const Change& change) {
        forEachChange(
            reader, base, point, [&](const PathChange& path) { change(path.key, path.before, path.after); },
            cancel_);
    };
    return run(vault, points, changes, progress);
}

UpdateReport IndexUpdate::run(const vault::VaultId& vault, std::span<const vault::PointRecord> points,
                              const Changes& changes, const Progress& progress) {
    const catalogue::Guard guard = guardOf(fileSystem_, folder_);
    report_ = {};
    load(vault);
    try {
        runOnce(points, changes, progress);
    } catch (const base::Error& error) {
        if (!isIndexDamage(error)) throw;
        beginAnew(vault);
        runOnce(points, changes, progress);
    }
    report_.pointsUnreadable = manifest_.unreadable.size();
    return report_;
}

void IndexUpdate::load(const vault::VaultId& vault) {
    fileSystem_.createDirectories(folder_.path());
    try {
        const auto found = folder_.manifest();
        if (found && found->vault == vault && !folder_.isMarkedDamaged()) {
            manifest_ = *found;
            folder_.sweep(manifest_);
            return;
        }
        if (!found && !folder_.isMarkedDamaged()) {
            manifest_ = {};
            manifest_.vault = vault;
            folder_.sweep(manifest_);
            return;
        }
    } catch (const base::Error& error) {
        if (!isIndexDamage(error)) throw;
    }
    beginAnew(vault);
}

void IndexUpdate::beginAnew(const vault::VaultId& vault) {
    folder_.clear();
    manifest_ = {};
    manifest_.vault = vault;
    report_ = {};
    report_.wasMadeAnew = true;
}

void IndexUpdate::runOnce(std::span<const vault::PointRecord> points, const Changes& changes,
                          const Progress& progress) {
    forgetMissing(points);
    std::unordered_set<vault::PointId> known;
    for (const Line& line : manifest_.lines)
        for (const IndexedPoint& point : line.points)
            if (!point.isForgotten) known.insert(point.id);
    std::uint64_t done = known.size();
    for (const vault::PointRecord* point : inOrder(points)) {
        if (known.contains(point->id)) continue;
        cancel_.throwIfCancelled();
        if (addPoint(points, *point, changes)) ++report_.pointsAdded;
        progress(++done, points.size());
    }
    // Also an update that found nothing new tells when it looked.
    publish(manifest_);
}

void IndexUpdate::forgetMissing(std::span<const vault::PointRecord> points) {
    std::unordered_set<vault::PointId> there;
    for (const vault::PointRecord& point : points) there.insert(point.id);
    Manifest manifest = manifest_;
    manifest.unreadable.clear();  // perhaps they were repaired
    std::uint64_t forgotten = 0;
    for (Line& line : manifest.lines) {
        for (IndexedPoint& point : line.points) {
            if (point.isForgotten || there.contains(point.id)) continue;
            point = {{}, {}, true};
            ++forgotten;
        }
    }
    if (forgotten == 0) {
        manifest_.unreadable.clear();
        return;
    }
    report_.pointsForgotten += forgotten;
    manifest.forgottenPoints += forgotten;
    const bool isWorthwhile = manifest.forgottenPoints >= kForgottenPoints &&
                              manifest.forgottenPoints * kForgottenShare >= manifest.livePoints();
    if (isWorthwhile || manifest.livePoints() == 0) mergeFrom(manifest, 0);
    publish(std::move(manifest));
}

bool IndexUpdate::addPoint(std::span<const vault::PointRecord> points, const vault::PointRecord& point,
                           const Changes& changes) {
    if (const auto line = lineFor(point)) {
        const vault::PointRecord* base = findPoint(points, manifest_.lines[*line].points.back().id);
        try {
            extend(*line, base, point, changes);
            return true;
        } catch (const base::Error& error) {
            // Perhaps it is the base that is damaged.
            if (!isCorrupt(error) || isIndexDamage(error)) throw;
        }
    }
    const Manifest before = manifest_;
    try {
        extend(beginLine(point), nullptr, point, changes);
        return true;
    } catch (const base::Error& error) {
        if (!isCorrupt(error) || isIndexDamage(error)) throw;
        manifest_ = before;
        manifest_.unreadable.push_back({point.id});
        return false;
    }
}

std::optional<std::size_t> IndexUpdate::lineFor(const vault::PointRecord& point) const {
    // Of several lines the newest goes on; the others ended when their last point was forgotten.
    for (std::size_t i = manifest_.lines.size(); i-- > 0;) {
        const Line& line = manifest_.lines[i];
        if (line.canGoOn() && line.client == point.client && line.plan == point.plan &&
            (!point.plan.empty() || line.sources == point.sources))
            return i;
    }
    return std::nullopt;
}

std::size_t IndexUpdate::beginLine(const vault::PointRecord& point) {
    Line line;
    line.id = manifest_.nextLine++;
    line.client = point.client;
    line.plan = point.plan;
    if (point.plan.empty()) line.sources = point.sources;
    manifest_.lines.push_back(std::move(line));
    return manifest_.lines.size() - 1;
}

void IndexUpdate::extend(std::size_t at, const vault::PointRecord* base, const vault::PointRecord& point,
                         const Changes& changes) {
    Manifest manifest = manifest_;
    Line& line = manifest.lines[at];
    const auto place = static_cast<std::uint32_t>(line.points.size() + 1);
    SegmentWriter writer(fileSystem_, folder_.path());
    std::vector<Span> spans;
    changes(
        base, point,
        [&](std::string_view key, const std::optional<Version>& before, const std::optional<Version>& after) {
            spans.clear();
            if (before) spans.push_back({line.id, kBeganBefore, place, *before});
            if (after) spans.push_back({line.id, place, kStillThere, *after});
            writer.add(key, spans);
            ++report_.pathsWritten;
        });
    line.points.push_back({point.id, point.started, false});
    if (auto segment = writer.finish()) {
        manifest.segments.push_back(*segment);
        mergeWhereWorthwhile(manifest);
    }
    publish(std::move(manifest));
}

void IndexUpdate::mergeWhereWorthwhile(Manifest& manifest) {
    const auto weight = [this](const SegmentInfo& segment) {
        return std::max(segment.fileBytes, mergeRule_.smallBytes);
    };
    std::size_t first = manifest.segments.size() - 1;
    std::uint64_t newer = weight(manifest.segments[first]);
    while (first > 0 && weight(manifest.segments[first - 1]) <= mergeRule_.apart * newer)
        newer += weight(manifest.segments[--first]);
    if (first + 1 < manifest.segments.size()) mergeFrom(manifest, first);
}

void IndexUpdate::mergeFrom(Manifest& manifest, std::size_t first) {
    try {
        writeMerged(manifest, first);
    } catch (const base::Error& error) {
        if (!isCorrupt(error) || isIndexDamage(error)) throw;
        throw damagedIndex("a segment makes no sense");
    }
}

/// Leaves out what no point has any more. What ends an older segment's span stays, unless there is none.
void IndexUpdate::writeMerged(Manifest& manifest, std::size_t first) {
    std::vector<std::unique_ptr<Segment>> segments;
    std::vector<SegmentScan> scans;
    const TextMatch everything;
    const VersionRange allVersions;
    for (std::size_t i = first; i < manifest.segments.size(); ++i) {
        segments.push_back(std::make_unique<Segment>(fileSystem_, folder_.path(), manifest.segments[i]));
        scans.emplace_back(*segments.back(), everything, allVersions, KeyRange());
    }
    SegmentWriter writer(fileSystem_, folder_.path());
    RecordMerge records(std::move(scans));
    std::vector<Span> kept;
    while (records.next()) {
        cancel_.throwIfCancelled();
        kept.clear();
        for (const Span& span : records.spans()) {
            const Line* line = manifest.findLine(span.line);
            if (line == nullptr) throw damagedIndex("a version belongs to no line of points");
            if (span.from == kBeganBefore ? first > 0 : line->hasPointIn(span)) kept.push_back(span);
        }
        writer.add(records.key(), kept);
        ++report_.pathsWritten;
    }
    manifest.segments.resize(first);
    if (auto merged = writer.finish()) manifest.segments.push_back(*merged);
    if (first > 0) return;
    manifest.forgottenPoints = 0;
    std::erase_if(manifest.lines, [](const Line& line) { return !line.hasPoints(); });
}

void IndexUpdate::publish(Manifest manifest) {
    manifest.updated = clock_.now();
    folder_.publish(manifest);
    manifest_ = std::move(manifest);
}

}  // namespace search
