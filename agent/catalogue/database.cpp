// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/database.hpp"

#include <sqlite3.h>

#include <cassert>

#include "agent/catalogue/database_error.hpp"
#include "platform/base/error.hpp"

namespace catalogue {

namespace {

/// SQLite tells texts that are empty from ones that are absent by their address alone.
constexpr const char* kEmpty = "";

/// What a file that may only be read is opened as without a word.
bool isReadOnly(sqlite3* connection) { return sqlite3_db_readonly(connection, "main") == 1; }

sqlite3* openConnection(const std::string& path) {
    sqlite3* connection = nullptr;
    int outcome =
        sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, nullptr);
    if (outcome == SQLITE_OK && isReadOnly(connection)) outcome = SQLITE_READONLY;
    if (outcome != SQLITE_OK) {
        sqlite3_close_v2(connection);  // There is one even then.
        throwDatabaseError(outcome, sqlite3_errstr(outcome), path);
    }
    return connection;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void Database::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }

Statement& Statement::bound(int outcome) {
    database_->check(outcome);
    return *this;
}

Statement& Statement::bind(std::int64_t value) {
    return bound(sqlite3_bind_int64(statement_.get(), ++bound_, value));
}

Statement& Statement::bind(std::string_view text) {
    return bound(sqlite3_bind_text64(statement_.get(), ++bound_, text.empty() ? kEmpty : text.data(),
                                     text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind(base::ByteView blob) {
    if (blob.empty()) return bound(sqlite3_bind_zeroblob(statement_.get(), ++bound_, 0));
    return bound(sqlite3_bind_blob64(statement_.get(), ++bound_, blob.data(), blob.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind(std::nullopt_t) { return bound(sqlite3_bind_null(statement_.get(), ++bound_)); }

bool Statement::step() {
    assert(bound_ == sqlite3_bind_parameter_count(statement_.get()));
    const int outcome = sqlite3_step(statement_.get());
    if (outcome == SQLITE_ROW) return true;
    if (outcome != SQLITE_DONE) database_->check(outcome);
    return false;
}

std::int64_t Statement::run() {
    while (step()) {
    }
    return sqlite3_changes64(database_->connection_.get());
}

Statement& Statement::reset() noexcept {
    sqlite3_reset(statement_.get());
    bound_ = 0;
    return *this;
}

bool Statement::isNull(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string Statement::text(int column) const { return std::string(base::asText(blob(column))); }

base::ByteView Statement::blob(int column) const {
    // The address first: asking for the size before may move the value.
    const auto* const data = static_cast<const base::Byte*>(sqlite3_column_blob(statement_.get(), column));
    const int sizeBytes = sqlite3_column_bytes(statement_.get(), column);
    if (data == nullptr) return {};
    return {data, static_cast<std::size_t>(sizeBytes)};
}

std::optional<std::int64_t> Statement::optionalInteger(int column) const {
    if (isNull(column)) return std::nullopt;
    return integer(column);
}

Database::Database(const std::string& path, std::chrono::milliseconds busyWait)
    : path_(path), connection_(openConnection(path)) {
    check(sqlite3_busy_timeout(connection_.get(), static_cast<int>(busyWait.count())));
    // A file that somebody made up must not run what it brings along.
    check(sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
    check(sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr));
    // A mistyped name between double quotes must be a mistake, and no text.
    check(sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr));
    check(sqlite3_db_config(connection_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr));
    runScript("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON;");
}

Statement Database::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()), 0, &statement,
                             nullptr));
    return {*this, statement};
}

void Database::runScript(const char* sql) {
    check(sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr));
}

std::int64_t Database::integer(std::string_view sql) {
    Statement statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::int64_t Database::lastId() const noexcept { return sqlite3_last_insert_rowid(connection_.get()); }

bool Database::isInTransaction() const noexcept { return sqlite3_get_autocommit(connection_.get()) == 0; }

void Database::check(int outcome) const {
    if (outcome != SQLITE_OK) throwDatabaseError(outcome, sqlite3_errmsg(connection_.get()), path_);
}

Transaction::Transaction(Database& database, Kind kind)
    : database_(database), isInner_(database.isInTransaction()) {
    // A transaction that begins to write only later may find that it cannot any more; so this one says at
    // once.
    const char* const outer = kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN";
    database_.runScript(isInner_ ? "SAVEPOINT within" : outer);
}

Transaction::~Transaction() {
    // After some failures SQLite has rolled back by itself.
    if (isCommitted_ || !database_.isInTransaction()) return;
    try {
        database_.runScript(isInner_ ? "ROLLBACK TO within; RELEASE within" : "ROLLBACK");
    } catch (...) {
        // Nothing was committed, and the file's next reader rolls back.
        static_cast<void>(base::currentError());
    }
}

void Transaction::commit() {
    database_.runScript(isInner_ ? "RELEASE within" : "COMMIT");
    isCommitted_ = true;
}

}  // namespace catalogue
