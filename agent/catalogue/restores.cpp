// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/restores.hpp"

#include "agent/catalogue/row_fields.hpp"

namespace catalogue {

namespace {

constexpr Words<OnConflict, 4> kConflictWords = {{
    {OnConflict::Skip, "skip"},
    {OnConflict::Newer, "newer"},
    {OnConflict::Overwrite, "overwrite"},
    {OnConflict::KeepBoth, "keep-both"},
}};

// The kinds of a restore's texts.
constexpr const char* kKey = "key";
constexpr const char* kInclude = "include";
constexpr const char* kExclude = "exclude";

std::optional<std::int64_t> signedOf(const std::optional<std::uint64_t>& count) {
    return count ? std::optional(catalogue::signedOf(*count)) : std::nullopt;
}

std::optional<std::uint64_t> optionalCountOf(const Statement& row, int column) {
    return row.isNull(column) ? std::nullopt : std::optional(countOf(row, column));
}

}  // namespace

const char* toString(OnConflict rule) noexcept { return wordOf(kConflictWords, rule); }

std::optional<OnConflict> onConflictNamed(std::string_view word) noexcept {
    for (const auto& [rule, known] : kConflictWords)
        if (word == known) return rule;
    return std::nullopt;
}

void Restores::store(JobId job, const RestoreRequest& request) {
    database_.run(
        "INSERT INTO restores (job, point, target, on_conflict, is_verified, is_dry_run, bytes_per_second) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        job.value, request.point.view(), request.target, toString(request.onConflict),
        std::int64_t{request.isVerified ? 1 : 0}, std::int64_t{request.isDryRun ? 1 : 0},
        signedOf(request.bytesPerSecond));
    storeTexts(job, kKey, request.keys);
    storeTexts(job, kInclude, request.includes);
    storeTexts(job, kExclude, request.excludes);
}

void Restores::storeTexts(JobId job, const char* kind, const std::vector<std::string>& texts) {
    Statement insert =
        database_.prepare("INSERT INTO restore_texts (job, kind, position, text) VALUES (?, ?, ?, ?)");
    for (std::size_t position = 0; position < texts.size(); ++position) {
        insert.reset().bind(job.value).bind(kind).bind(static_cast<std::int64_t>(position));
        insert.bind(texts[position]).run();
    }
}

void Restores::storeCounts(JobId job, const RestoreCounts& counts) {
    database_.run(
        "UPDATE restores SET created = ?, overwritten = ?, kept_both = ?, skipped = ?, already_there = ?, "
        "bytes = ?, free_bytes = ?, differences = ? WHERE job = ?",
        catalogue::signedOf(counts.created), catalogue::signedOf(counts.overwritten),
        catalogue::signedOf(counts.keptBoth), catalogue::signedOf(counts.skipped),
        catalogue::signedOf(counts.alreadyThere), catalogue::signedOf(counts.bytes),
        signedOf(counts.freeBytes), signedOf(counts.differences), job.value);
}

std::vector<std::string> Restores::texts(JobId job, const char* kind) {
    Statement select =
        database_.prepare("SELECT text FROM restore_texts WHERE job = ? AND kind = ? ORDER BY position");
    select.bind(job.value).bind(kind);
    std::vector<std::string> texts;
    while (select.step()) texts.push_back(select.text(0));
    return texts;
}

std::optional<StoredRestore> Restores::find(JobId job) {
    Statement select = database_.prepare(
        "SELECT point, target, on_conflict, is_verified, is_dry_run, bytes_per_second, created, overwritten, "
        "kept_both, skipped, already_there, bytes, free_bytes, differences FROM restores WHERE job = ?");
    if (!select.bind(job.value).step()) return std::nullopt;
    StoredRestore stored;
    stored.request.point = idOf<vault::PointId>(select, 0, database_);
    stored.request.target = select.text(1);
    stored.request.onConflict = valueOf(kConflictWords, select, 2, database_);
    stored.request.isVerified = select.integer(3) != 0;
    stored.request.isDryRun = select.integer(4) != 0;
    stored.request.bytesPerSecond = optionalCountOf(select, 5);
    if (!select.isNull(6)) {
        stored.counts = {countOf(select, 6),          countOf(select, 7),         countOf(select, 8),
                         countOf(select, 9),          countOf(select, 10),        countOf(select, 11),
                         optionalCountOf(select, 12), optionalCountOf(select, 13)};
    }
    stored.request.keys = texts(job, kKey);
    stored.request.includes = texts(job, kInclude);
    stored.request.excludes = texts(job, kExclude);
    return stored;
}

}  // namespace catalogue
