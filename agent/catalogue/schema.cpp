// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/schema.hpp"

#include <array>

#include "agent/catalogue/database_error.hpp"
#include "agent/catalogue/guard.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace catalogue {

namespace {

/// "HBRc" in the file's header.
constexpr std::int64_t kApplicationId = 0x48425263;

// Moments are seconds since 1970 in UTC. Ids of plans and points are 16 random bytes.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    frequency_count INTEGER NOT NULL,
    frequency_unit TEXT NOT NULL CHECK (frequency_unit IN ('hour', 'day', 'week')),
    first_backup INTEGER NOT NULL,  -- what the clock shows, as if it stood in UTC
    retention_count INTEGER NOT NULL,
    retention_unit TEXT NOT NULL CHECK (retention_unit IN ('day', 'month', 'year'))
) STRICT;

CREATE TABLE plans (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name TEXT NOT NULL UNIQUE,
    client TEXT NOT NULL,
    vault TEXT NOT NULL,
    policy INTEGER REFERENCES policies (id),  -- NULL: instant, or stopped
    script_before TEXT NOT NULL,
    script_after TEXT NOT NULL,
    most_retries INTEGER NOT NULL,
    first_wait_minutes INTEGER NOT NULL,
    made INTEGER NOT NULL,
    considered_until INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    pause_from INTEGER,
    pause_until INTEGER,
    stopped INTEGER,  -- when its policy was deleted
    CHECK ((pause_from IS NULL) = (pause_until IS NULL)),
    CHECK (stopped IS NULL OR policy IS NULL)
) STRICT;
CREATE INDEX plans_by_policy ON plans (policy);

CREATE TABLE plan_sources (
    plan BLOB NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
    position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 7),
    path TEXT NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_options (
    plan BLOB NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_bandwidth (
    plan BLOB NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    from_hour INTEGER NOT NULL,
    until_hour INTEGER NOT NULL,
    bytes_per_second INTEGER NOT NULL,
    PRIMARY KEY (plan, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'running', 'completed', 'partially completed', 'failed', 'cancelled')),
    plan BLOB REFERENCES plans (id) ON DELETE SET NULL,
    plan_name TEXT NOT NULL,
    client TEXT NOT NULL,
    vault TEXT NOT NULL,
    due INTEGER,  -- the policy's moment; NULL: somebody asked for it
    made INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    cancel_asked INTEGER,  -- since when a person wants it to end
    point BLOB,  -- what it left in the vault
    is_unwanted INTEGER NOT NULL DEFAULT 0,  -- 1: its policy was deleted while it ran, so its point goes, too
    objects INTEGER NOT NULL DEFAULT 0,
    read_bytes INTEGER NOT NULL DEFAULT 0,
    stored_bytes INTEGER NOT NULL DEFAULT 0,
    faults INTEGER NOT NULL DEFAULT 0,
    error_code TEXT NOT NULL DEFAULT '',
    error_text TEXT NOT NULL DEFAULT '',
    error_kind TEXT NOT NULL DEFAULT '',  -- base::toString() of it
    CHECK ((ended IS NULL) = (state IN ('queued', 'running')))
) STRICT;
CREATE INDEX jobs_by_plan ON jobs (plan);
CREATE INDEX jobs_not_ended ON jobs (state) WHERE ended IS NULL;
CREATE INDEX jobs_but_backups ON jobs (vault, kind) WHERE kind <> 'backup';
CREATE INDEX jobs_by_end ON jobs (ended) WHERE ended IS NOT NULL;

CREATE TABLE events (
    job INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    time INTEGER NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
    text TEXT NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE points (
    number INTEGER PRIMARY KEY,
    vault TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    client TEXT NOT NULL,
    plan TEXT NOT NULL,  -- as the vault has it: hex of a plan's id, or whatever another client wrote
    started INTEGER NOT NULL,
    started_nanoseconds INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    finished_nanoseconds INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    logical_bytes INTEGER NOT NULL,
    read_bytes INTEGER NOT NULL,
    new_bytes INTEGER NOT NULL,
    stored_bytes INTEGER NOT NULL,
    faults INTEGER NOT NULL,
    parent BLOB,
    to_be_deleted INTEGER,  -- since when it is to be deleted from the vault
    UNIQUE (vault, id)
) STRICT;
CREATE INDEX points_by_plan ON points (plan, started, to_be_deleted, stored_bytes);
CREATE INDEX points_by_start ON points (started, started_nanoseconds, vault, id);
CREATE INDEX points_by_vault ON points (vault, started) WHERE to_be_deleted IS NULL;
CREATE INDEX points_by_client ON points (vault, client, started) WHERE to_be_deleted IS NULL;
CREATE INDEX points_to_be_deleted ON points (vault) WHERE to_be_deleted IS NOT NULL;

CREATE TABLE point_texts (
    point INTEGER NOT NULL REFERENCES points (number) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('source', 'tag')),
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (point, kind, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE restores (
    job INTEGER NOT NULL PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    point BLOB NOT NULL CHECK (length(point) = 16),  -- in the job's vault
    target TEXT NOT NULL,  -- empty: the original place
    on_conflict TEXT NOT NULL CHECK (on_conflict IN ('skip', 'newer', 'overwrite', 'keep-both')),
    is_verified INTEGER NOT NULL,
    is_dry_run INTEGER NOT NULL,
    bytes_per_second INTEGER,  -- NULL: as fast as it can
    created INTEGER,  -- NULL, as what follows, until it has told
    overwritten INTEGER,
    kept_both INTEGER,
    skipped INTEGER,
    already_there INTEGER,
    bytes INTEGER,
    free_bytes INTEGER,
    differences INTEGER
) STRICT;

CREATE TABLE restore_texts (
    job INTEGER NOT NULL REFERENCES restores (job) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('key', 'include', 'exclude')),
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (job, kind, position)
) STRICT, WITHOUT ROWID;

-- What is wrong, who is to hear of it, and what became of telling them: agent/alerts.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    plan BLOB,
    plan_name TEXT NOT NULL,
    vault TEXT NOT NULL,
    sentence TEXT NOT NULL,
    hint TEXT NOT NULL,
    raised INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    told INTEGER NOT NULL,  -- when targets were last to hear of it
    ended INTEGER,
    end_sentence TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (subject) WHERE ended IS NULL;

CREATE TABLE alert_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('mail', 'webhook')),
    server TEXT NOT NULL,  -- a mail server's host; of a webhook what may be shown of its address
    port INTEGER NOT NULL,
    security TEXT NOT NULL,
    login TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,  -- addresses, one a line
    ca_file TEXT NOT NULL,
    sealed_address BLOB,  -- a webhook's
    sealed_secret BLOB  -- a mail server's password, or the key by which a webhook's messages are signed
) STRICT;

CREATE TABLE alert_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    target INTEGER NOT NULL REFERENCES alert_targets (id) ON DELETE CASCADE,
    kinds TEXT NOT NULL,  -- one a line; none: all
    least_severity TEXT NOT NULL,
    plan BLOB REFERENCES plans (id) ON DELETE CASCADE,
    vault TEXT  -- neither plan nor vault: of everything
) STRICT;

CREATE TABLE alert_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    target INTEGER REFERENCES alert_targets (id) ON DELETE SET NULL,
    target_name TEXT NOT NULL,  -- as it was
    event TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    made INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    tried INTEGER,
    next_try INTEGER,
    answer TEXT NOT NULL DEFAULT '',  -- what the server said, or why it was not reached
    CHECK ((next_try IS NULL) = (state <> 'waiting'))
) STRICT;
CREATE INDEX alert_deliveries_by_alert ON alert_deliveries (alert);
CREATE INDEX alert_deliveries_by_target ON alert_deliveries (target);
CREATE INDEX alert_deliveries_waiting ON alert_deliveries (next_try) WHERE state = 'waiting';

CREATE TABLE alert_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    quiet_intervals INTEGER NOT NULL,
    quiet_hours INTEGER NOT NULL,  -- 0: by intervals
    unreachable_hours INTEGER NOT NULL
) STRICT;
INSERT INTO alert_settings VALUES (1, 3, 0, 24);
)sql";

constexpr std::array kSteps = {kVersion1};

/// A number in the file's header. Pragmas take no bound values; these come from the sources alone.
void setHeader(Database& database, const char* field, std::int64_t value) {
    database.runScript(("PRAGMA " + std::string(field) + " = " + std::to_string(value)).c_str());
}

std::int64_t versionOf(Database& database) { return database.integer("PRAGMA user_version"); }

void runStep(Database& database, SchemaSteps steps, std::size_t step) {
    Transaction transaction(database);
    // Another process may have done it since the version was read.
    if (versionOf(database) == static_cast<std::int64_t>(step)) {
        database.runScript(steps[step]);
        setHeader(database, "user_version", static_cast<std::int64_t>(step) + 1);
    }
    transaction.commit();
}

void requireCatalogue(Database& database) {
    if (database.integer("PRAGMA application_id") == kApplicationId) return;
    const bool isEmpty = database.integer("PRAGMA page_count") == 0;
    throwNoCatalogue(database.path(),
                     isEmpty ? "the file is empty" : "the file is another program's database, or damaged");
}

void bringUpToDate(Database& database, SchemaSteps steps) {
    const std::int64_t version = versionOf(database);
    const auto newest = static_cast<std::int64_t>(steps.size());
    if (version > newest) {
        throw base::Error(base::ErrorKind::Unsupported, "CATALOG-0003",
                          "The catalogue '" + base::printable(database.path()) + "' has version " +
                              std::to_string(version) + " and this program knows " + std::to_string(newest) +
                              " at most",
                          "Run the later version of the program that made it, or move it away.");
    }
    if (version < 1) throwNoCatalogue(database.path(), "the file has no version");
    for (auto step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
        runStep(database, steps, step);
    }
}

/// The name of a file that belongs to the catalogue and lies beside it.
std::string besides(const std::string& path, const char* ending) { return path + ending; }

void fillNewFile(const std::string& path, SchemaSteps steps) {
    Database database(path);
    setHeader(database, "application_id", kApplicationId);
    for (std::size_t step = 0; step < steps.size(); ++step) runStep(database, steps, step);
    // At last, so that all is in the file itself and nothing hangs on taking in a log.
    database.runScript("PRAGMA journal_mode = WAL");
}

/// Makes a catalogue whole under another name before it gets its own, so that nobody ever sees a part of one.
/// One process at a time does this: it removes what earlier ones left, and must not meet a living one's log.
void makeFile(const platform::FileSystem& fileSystem, const std::string& path,
              std::chrono::milliseconds busyWait, SchemaSteps steps) {
    const Guard guard(fileSystem, besides(path, ".guard"), busyWait);
    if (fileSystem.status(path)) return;
    // SQLite would take the log of a catalogue that was lost for one of the new.
    const std::string newPath = besides(path, ".new");
    for (const char* ending : {"-wal", "-shm", "-journal"}) {
        fileSystem.removeFile(besides(path, ending));
        fileSystem.removeFile(besides(newPath, ending));
    }
    fileSystem.removeFile(newPath);
    (void)fileSystem.createNew(newPath);
    fillNewFile(newPath, steps);
    fileSystem.publish(newPath, path);
    auto folder = fileSystem.splitPath(path);
    folder.pop_back();
    fileSystem.syncDirectory(fileSystem.joinPath(folder));
}

}  // namespace

SchemaSteps schemaSteps() noexcept { return kSteps; }

std::unique_ptr<Database> openDatabase(const platform::FileSystem& fileSystem, const std::string& path,
                                       std::chrono::milliseconds busyWait, SchemaSteps steps) {
    if (!fileSystem.status(path)) makeFile(fileSystem, path, busyWait, steps);
    auto database = std::make_unique<Database>(path, busyWait);
    requireCatalogue(*database);
    bringUpToDate(*database, steps);
    return database;
}

void checkDatabase(Database& database) {
    Statement check = database.prepare("PRAGMA integrity_check(1)");
    if (check.step() && check.text(0) != "ok") throwDamaged(check.text(0), database.path());
    check.reset();
    Statement loose = database.prepare("PRAGMA foreign_key_check");
    if (loose.step()) throwDamaged("a row of " + loose.text(0) + " belongs to nothing", database.path());
}

}  // namespace catalogue
