// SPDX-License-Identifier: Apache-2.0
// database.hpp: a file of SQLite's as owned C++ objects: connection, statements, transactions, errors.
//
// Values reach SQL as bound parameters alone; the text of a statement is written in the sources. Every
// failure is thrown as base::Error with a code of its own (database_error.cpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace catalogue {

class Database;

/// One compiled statement. Bind values in the order of its question marks, then step. Belongs to a Database,
/// which must outlive it; not thread-safe. Text may hold any bytes.
class Statement final {
public:
    Statement(Statement&& other) noexcept = default;
    Statement& operator=(Statement&& other) noexcept = default;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() = default;

    /// Each binds the next question mark; the value is copied.
    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);
    Statement& bind(base::ByteView blob);
    Statement& bind(std::nullopt_t);

    /// Binds NULL for nothing.
    template <typename Value>
    Statement& bind(const std::optional<Value>& value) {
        return value ? bind(*value) : bind(std::nullopt);
    }

    /// Goes to the next row; false when there is none. Throws Error.
    bool step();

    /// For a statement that gives no rows: runs it and tells how many rows it changed.
    std::int64_t run();

    /// Lets it be bound and run again.
    Statement& reset() noexcept;

    // The values of the row it stands on, by column, from 0. A value of another type than asked for comes
    // as SQLite converts it. Views live until the next step.
    [[nodiscard]] bool isNull(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] base::ByteView blob(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optionalInteger(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    Statement(Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
    Statement& bound(int outcome);

    Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
    int bound_ = 0;
};

/// How long to wait for another connection that writes before Error (Busy, "CATALOG-0006").
inline constexpr std::chrono::milliseconds kBusyWait{10'000};

/// A connection to a file. Keeps a write-ahead log beside it; what a transaction committed survives a power
/// cut. Not thread-safe: each thread opens its own. Any number of connections, in one process or several,
/// may be open at once.
class Database final {
public:
    /// Opens a file that exists, by its absolute path; an empty one becomes a database with the first change.
    /// One that may only be read is refused.
    /// Throws Error.
    explicit Database(const std::string& path, std::chrono::milliseconds busyWait = kBusyWait);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() = default;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Compiles a statement. Throws Error.
    [[nodiscard]] Statement prepare(std::string_view sql);

    /// Compiles, binds and runs a statement that gives no rows; tells how many rows it changed.
    template <typename... Values>
    std::int64_t run(std::string_view sql, const Values&... values) {
        Statement statement = prepare(sql);
        (statement.bind(values), ...);
        return statement.run();
    }

    /// Runs several statements, separated by semicolons, that take no values.
    void runScript(const char* sql);

    /// The first column of the only row that a statement gives.
    [[nodiscard]] std::int64_t integer(std::string_view sql);

    /// Of the last row that was added to a table with numbers for ids.
    [[nodiscard]] std::int64_t lastId() const noexcept;

    [[nodiscard]] bool isInTransaction() const noexcept;

private:
    friend class Statement;
    struct Close {
        void operator()(sqlite3* connection) const noexcept;
    };

    /// Throws what an outcome of SQLite's means, unless it is success.
    void check(int outcome) const;

    std::string path_;
    std::unique_ptr<sqlite3, Close> connection_;
};

/// Makes several statements one: all of them happen, once commit() has returned, or none. Rolls back when it
/// is destroyed without. One that is begun within another becomes durable with that one, and rolls back by
/// itself; the last that was begun ends first.
class Transaction final {
public:
    enum class Kind {
        Read,   // sees one state of the file throughout
        Write,  // the same; no other connection writes meanwhile
    };

    /// Throws Error (Busy) when another connection writes for too long.
    explicit Transaction(Database& database, Kind kind = Kind::Write);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// Once. Durable on return, unless it was begun within another. Throws Error; nothing has happened then.
    void commit();

private:
    Database& database_;
    const bool isInner_;
    bool isCommitted_ = false;
};

}  // namespace catalogue
