// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/points.hpp"

#include <set>

#include "agent/catalogue/refusal.hpp"
#include "agent/catalogue/row_fields.hpp"

namespace catalogue {

namespace {

constexpr const char* kSource = "source";
constexpr const char* kTag = "tag";

constexpr std::string_view kSelect =
    "SELECT number, vault, id, client, plan, started, started_nanoseconds, finished, finished_nanoseconds, "
    "objects, logical_bytes, read_bytes, new_bytes, stored_bytes, faults, parent, to_be_deleted FROM points ";

platform::Timestamp timestampOf(const Statement& row, int column) {
    return {row.integer(column), static_cast<std::uint32_t>(row.integer(column + 1))};
}

StoredPoint storedFrom(const std::string& vault, const vault::PointRecord& point) {
    return {vault,           point.id,       point.client,      point.plan,    point.sources,
            point.tags,      point.started,  point.finished,    point.objects, point.logicalBytes,
            point.readBytes, point.newBytes, point.storedBytes, point.faults,  point.parent,
            std::nullopt};
}

/// The columns of kSelect behind the number.
void bindPoint(Statement& statement, const StoredPoint& point) {
    statement.bind(point.vault)
        .bind(point.id.view())
        .bind(point.client)
        .bind(point.plan)
        .bind(point.started.seconds)
        .bind(std::int64_t{point.started.nanoseconds})
        .bind(point.finished.seconds)
        .bind(std::int64_t{point.finished.nanoseconds});
    for (const std::uint64_t count : {point.objects, point.logicalBytes, point.readBytes, point.newBytes,
                                      point.storedBytes, point.faults}) {
        statement.bind(signedOf(count));
    }
    const bool hasParent = point.parent != vault::PointId();
    statement.bind(hasParent ? std::optional(point.parent.view()) : std::nullopt)
        .bind(secondsOf(point.toBeDeleted));
}

}  // namespace

std::vector<std::string> Points::texts(std::int64_t number, const char* kind) {
    std::vector<std::string> texts;
    Statement select =
        database_.prepare("SELECT text FROM point_texts WHERE point = ? AND kind = ? ORDER BY position");
    select.bind(number).bind(kind);
    while (select.step()) texts.push_back(select.text(0));
    return texts;
}

void Points::storeTexts(std::int64_t number, const char* kind, const std::vector<std::string>& texts) {
    std::int64_t position = 0;
    for (const std::string& text : texts) {
        database_.run("INSERT INTO point_texts (point, kind, position, text) VALUES (?, ?, ?, ?)", number,
                      kind, position++, text);
    }
}

StoredPoint Points::load(const Statement& row) {
    StoredPoint point;
    const std::int64_t number = row.integer(0);
    point.vault = row.text(1);
    point.id = idOf<vault::PointId>(row, 2, database_);
    point.client = row.text(3);
    point.plan = row.text(4);
    point.started = timestampOf(row, 5);
    point.finished = timestampOf(row, 7);
    point.objects = countOf(row, 9);
    point.logicalBytes = countOf(row, 10);
    point.readBytes = countOf(row, 11);
    point.newBytes = countOf(row, 12);
    point.storedBytes = countOf(row, 13);
    point.faults = countOf(row, 14);
    point.parent = optionalIdOf<vault::PointId>(row, 15, database_).value_or(vault::PointId());
    point.toBeDeleted = optionalMomentOf(row, 16);
    point.sources = texts(number, kSource);
    point.tags = texts(number, kTag);
    return point;
}

Points::Change Points::put(const std::string& vault, const vault::PointRecord& record) {
    StoredPoint point = storedFrom(vault, record);
    Statement select = database_.prepare(std::string(kSelect) + "WHERE vault = ? AND id = ?");
    std::optional<std::int64_t> number;  // one that is changed keeps its place in the order
    if (select.bind(vault).bind(record.id.view()).step()) {
        number = select.integer(0);
        const StoredPoint before = load(select);
        point.toBeDeleted = before.toBeDeleted;
        if (point == before) return Change::None;
        select.reset();
        database_.run("DELETE FROM points WHERE number = ?", *number);
    }
    Statement insert = database_.prepare(
        "INSERT INTO points (number, vault, id, client, plan, started, started_nanoseconds, finished, "
        "finished_nanoseconds, objects, logical_bytes, read_bytes, new_bytes, stored_bytes, faults, parent, "
        "to_be_deleted) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    insert.bind(number);
    bindPoint(insert, point);
    insert.run();
    const std::int64_t stored = database_.lastId();
    storeTexts(stored, kSource, point.sources);
    storeTexts(stored, kTag, point.tags);
    return number ? Change::Changed : Change::Added;
}

Rebuilt Points::rebuild(const std::string& vault, const std::vector<vault::PointRecord>& points) {
    Transaction transaction(database_);
    std::set<vault::PointId> gone;
    Statement known = database_.prepare("SELECT id FROM points WHERE vault = ?");
    known.bind(vault);
    while (known.step()) gone.insert(idOf<vault::PointId>(known, 0, database_));
    Rebuilt rebuilt;
    for (const vault::PointRecord& point : points) {
        gone.erase(point.id);
        const Change change = put(vault, point);
        if (change == Change::Added) ++rebuilt.added;
        if (change == Change::Changed) ++rebuilt.changed;
    }
    for (const vault::PointId& id : gone)
        database_.run("DELETE FROM points WHERE vault = ? AND id = ?", vault, id.view());
    rebuilt.removed = gone.size();
    transaction.commit();
    return rebuilt;
}

void Points::add(const std::string& vault, const vault::PointRecord& point) {
    Transaction transaction(database_);
    put(vault, point);
    transaction.commit();
}

std::optional<StoredPoint> Points::find(const std::string& vault, const vault::PointId& id) {
    Transaction transaction(database_, Transaction::Kind::Read);
    Statement select = database_.prepare(std::string(kSelect) + "WHERE vault = ? AND id = ?");
    if (!select.bind(vault).bind(id.view()).step()) return std::nullopt;
    return load(select);
}

std::vector<StoredPoint> Points::list(const PointFilter& filter) {
    Transaction transaction(database_, Transaction::Kind::Read);
    // Only what is asked for is in the statement, so that SQLite finds the index that serves it.
    std::string sql = std::string(kSelect) + "WHERE 1 ";
    if (filter.vault) sql += "AND vault = ? ";
    if (filter.client) sql += "AND client = ? ";
    if (filter.plan) sql += "AND plan = ? ";
    if (filter.policy) sql += "AND plan IN (SELECT lower(hex(id)) FROM plans WHERE policy = ?) ";
    if (filter.isToBeDeleted) sql += "AND to_be_deleted IS NOT NULL ";
    if (filter.after) sql += "AND (started, started_nanoseconds, vault, id) < (?, ?, ?, ?) ";
    Statement select = database_.prepare(
        sql + "ORDER BY started DESC, started_nanoseconds DESC, vault DESC, id DESC LIMIT ?");
    if (filter.vault) select.bind(*filter.vault);
    if (filter.client) select.bind(*filter.client);
    if (filter.plan) select.bind(planMark(*filter.plan));
    if (filter.policy) select.bind(filter.policy->value);
    if (filter.after) {
        select.bind(filter.after->started.seconds)
            .bind(std::int64_t{filter.after->started.nanoseconds})
            .bind(filter.after->vault)
            .bind(filter.after->id.view());
    }
    select.bind(filter.most);
    std::vector<StoredPoint> points;
    while (select.step()) points.push_back(load(select));
    return points;
}

std::uint64_t Points::count(const PlanId& plan, const std::string& vault) {
    Statement select = database_.prepare(
        "SELECT count(*) FROM points WHERE plan = ? AND vault = ? AND to_be_deleted IS NULL");
    select.bind(planMark(plan)).bind(vault).step();
    return countOf(select, 0);
}

std::vector<PointBeginning> Points::beginnings(const PlanId& plan, const std::string& vault) {
    Statement select = database_.prepare(
        "SELECT id, started, faults FROM points WHERE plan = ? AND vault = ? AND to_be_deleted IS NULL "
        "ORDER BY started DESC");
    select.bind(planMark(plan)).bind(vault);
    std::vector<PointBeginning> found;
    while (select.step())
        found.push_back(
            {idOf<vault::PointId>(select, 0, database_), momentOf(select, 1), countOf(select, 2)});
    return found;
}

std::vector<vault::PointId> Points::idsIn(const std::string& vault) {
    Statement select = database_.prepare("SELECT id FROM points WHERE vault = ?");
    select.bind(vault);
    std::vector<vault::PointId> ids;
    while (select.step()) ids.push_back(idOf<vault::PointId>(select, 0, database_));
    return ids;
}

void Points::markForDeletion(const std::string& vault, const std::vector<vault::PointId>& ids,
                             std::chrono::sys_seconds now) {
    Transaction transaction(database_);
    for (const vault::PointId& id : ids) {
        const std::int64_t marked = database_.run(
            "UPDATE points SET to_be_deleted = coalesce(to_be_deleted, ?) WHERE vault = ? AND id = ?",
            secondsOf(now), vault, id.view());
        if (marked == 0) throwNotThere("restore point " + vault::pointName(id) + " in the vault");
    }
    transaction.commit();
}

std::vector<std::string> Points::vaultsWithMarks() {
    Statement select =
        database_.prepare("SELECT DISTINCT vault FROM points WHERE to_be_deleted IS NOT NULL ORDER BY vault");
    std::vector<std::string> vaults;
    while (select.step()) vaults.push_back(select.text(0));
    return vaults;
}

void Points::takeBackMarksOfAge() {
    database_.run(
        "UPDATE points SET to_be_deleted = NULL WHERE to_be_deleted IS NOT NULL "
        "AND plan IN (SELECT lower(hex(id)) FROM plans WHERE policy IS NOT NULL)");
}

void Points::forget(const std::string& vault, const std::vector<vault::PointId>& ids) {
    Transaction transaction(database_);
    for (const vault::PointId& id : ids)
        database_.run("DELETE FROM points WHERE vault = ? AND id = ?", vault, id.view());
    transaction.commit();
}

}  // namespace catalogue
