// SPDX-License-Identifier: Apache-2.0
// database_test.cpp: values, statements, transactions, and what SQLite's refusals become.
#include "agent/catalogue/database.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "tests/platform/temporary_folder.hpp"

using catalogue::Database;
using catalogue::Statement;
using catalogue::Transaction;
using test::hasCode;

namespace {

/// A database with one table, in a file of its own.
struct Box {
    Box() {
        database.runScript("PRAGMA journal_mode = WAL; CREATE TABLE things (id INTEGER PRIMARY KEY, value)");
    }

    static std::string emptyFile(const test::TemporaryFolder& folder) {
        folder.files->createNew(folder / "box.db");
        return folder / "box.db";
    }
    [[nodiscard]] std::int64_t count() { return database.integer("SELECT count(*) FROM things"); }

    test::TemporaryFolder folder;
    std::string path = emptyFile(folder);
    Database database{path};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(databases)

BOOST_AUTO_TEST_CASE(values_come_back_as_they_were_bound) {
    Box box;
    const std::string odd("it's \"odd\"; --\0\xFF", 16);
    const base::Bytes blob = {0, 255, 39};
    box.database.run("INSERT INTO things VALUES (1, ?), (2, ?), (3, ?), (4, ?), (5, ?), (6, ?)",
                     std::numeric_limits<std::int64_t>::min(), odd, std::string(), base::ByteView(blob),
                     base::ByteView(), std::optional<std::int64_t>());
    Statement select = box.database.prepare("SELECT value, typeof(value) FROM things ORDER BY id");
    BOOST_REQUIRE(select.step());
    BOOST_TEST(select.integer(0) == std::numeric_limits<std::int64_t>::min());
    BOOST_REQUIRE(select.step());
    BOOST_TEST(select.text(0) == odd);
    BOOST_REQUIRE(select.step());
    BOOST_TEST(select.text(0).empty());
    BOOST_TEST(select.text(1) == "text");
    BOOST_REQUIRE(select.step());
    BOOST_TEST(base::asText(select.blob(0)) == base::asText(blob));
    BOOST_REQUIRE(select.step());
    BOOST_TEST(select.blob(0).empty());
    BOOST_TEST(select.text(1) == "blob");
    BOOST_REQUIRE(select.step());
    BOOST_TEST(select.isNull(0));
    BOOST_TEST(!select.optionalInteger(0).has_value());
    BOOST_TEST(!select.step());
}

BOOST_AUTO_TEST_CASE(a_statement_can_be_bound_and_run_again) {
    Box box;
    Statement insert = box.database.prepare("INSERT INTO things VALUES (?, ?)");
    BOOST_TEST(insert.bind(std::int64_t{1}).bind("a").run() == 1);
    BOOST_TEST(insert.reset().bind(std::int64_t{2}).bind("b").run() == 1);
    BOOST_TEST(box.count() == 2);
    BOOST_TEST(box.database.lastId() == 2);
    BOOST_TEST(box.database.run("UPDATE things SET value = ?", "c") == 2);
}

BOOST_AUTO_TEST_CASE(a_transaction_happens_as_a_whole_or_not_at_all) {
    Box box;
    {
        Transaction transaction(box.database);
        box.database.run("INSERT INTO things VALUES (1, 1)");
    }
    BOOST_TEST(box.count() == 0);
    {
        Transaction transaction(box.database);
        box.database.run("INSERT INTO things VALUES (1, 1)");
        transaction.commit();
    }
    BOOST_TEST(box.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_transaction_within_another_rolls_back_by_itself) {
    Box box;
    {
        Transaction outer(box.database);
        box.database.run("INSERT INTO things VALUES (1, 1)");
        {
            const Transaction middle(box.database);
            box.database.run("INSERT INTO things VALUES (2, 2)");
            Transaction inner(box.database);
            box.database.run("INSERT INTO things VALUES (3, 3)");
            inner.commit();
        }
        outer.commit();
    }
    BOOST_TEST(box.count() == 1);
    BOOST_TEST(!box.database.isInTransaction());
}

BOOST_AUTO_TEST_CASE(a_transaction_within_another_ends_with_that) {
    Box box;
    {
        Transaction outer(box.database);
        {
            Transaction inner(box.database);
            box.database.run("INSERT INTO things VALUES (1, 1)");
            inner.commit();
        }
        BOOST_TEST(box.database.isInTransaction());
    }
    BOOST_TEST(box.count() == 0);
}

BOOST_AUTO_TEST_CASE(another_connection_sees_what_was_committed_and_cannot_write_meanwhile) {
    Box box;
    Database other(box.path, std::chrono::milliseconds(0));
    Transaction transaction(box.database);
    box.database.run("INSERT INTO things VALUES (1, 1)");
    BOOST_TEST(other.integer("SELECT count(*) FROM things") == 0);
    BOOST_CHECK_EXCEPTION(Transaction{other}, base::Error, hasCode("CATALOG-0006"));
    transaction.commit();
    BOOST_TEST(other.integer("SELECT count(*) FROM things") == 1);
    BOOST_CHECK_NO_THROW(Transaction{other});
}

BOOST_AUTO_TEST_CASE(a_reading_transaction_sees_one_state_throughout) {
    Box box;
    Database other(box.path);
    Transaction reading(other, Transaction::Kind::Read);
    BOOST_TEST(other.integer("SELECT count(*) FROM things") == 0);
    box.database.run("INSERT INTO things VALUES (1, 1)");
    BOOST_TEST(other.integer("SELECT count(*) FROM things") == 0);
}

BOOST_AUTO_TEST_CASE(what_is_committed_is_flushed_and_rows_belong_to_something) {
    Box box;
    constexpr std::int64_t kFull = 2;
    BOOST_TEST(box.database.integer("PRAGMA synchronous") == kFull);
    BOOST_TEST(box.database.integer("PRAGMA foreign_keys") == 1);
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_told_and_changes_nothing) {
    Box box;
    const std::int64_t pages = box.database.integer("PRAGMA page_count");
    box.database.runScript(("PRAGMA max_page_count = " + std::to_string(pages + 2)).c_str());
    const base::Bytes large(64 * base::kKiB);
    {
        Transaction transaction(box.database);
        box.database.run("INSERT INTO things VALUES (1, 1)");
        BOOST_CHECK_EXCEPTION(box.database.run("INSERT INTO things VALUES (2, ?)", base::ByteView(large)),
                              base::Error, [](const base::Error& error) {
                                  return error.code() == "CATALOG-0005" &&
                                         error.kind() == base::ErrorKind::Exhausted &&
                                         error.message().find("box.db") != std::string::npos &&
                                         !error.hint().empty();
                              });
    }
    BOOST_TEST(box.count() == 0);
    box.database.run("INSERT INTO things VALUES (1, 1)");
    BOOST_TEST(box.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_written_is_told) {
    Box box;
    box.database.runScript("PRAGMA query_only = ON");
    BOOST_CHECK_EXCEPTION(box.database.run("INSERT INTO things VALUES (1, 1)"), base::Error,
                          hasCode("CATALOG-0004"));
}

BOOST_AUTO_TEST_CASE(what_is_no_file_cannot_be_opened) {
    const test::TemporaryFolder folder;
    BOOST_CHECK_EXCEPTION(Database(folder / "none.db"), base::Error, hasCode("CATALOG-0008"));
    BOOST_CHECK_EXCEPTION(Database{folder.path}, base::Error, hasCode("CATALOG-0008"));
}

BOOST_AUTO_TEST_CASE(a_mistake_in_a_statement_is_internal) {
    Box box;
    BOOST_CHECK_EXCEPTION(box.database.run("INSERT INTO nothing VALUES (1)"), base::Error,
                          hasCode("CATALOG-0009"));
    box.database.run("INSERT INTO things VALUES (1, 1)");
    BOOST_CHECK_EXCEPTION(box.database.run("INSERT INTO things VALUES (1, 1)"), base::Error,
                          hasCode("CATALOG-0009"));
    // Text that was between double quotes would become a value where a name was meant.
    BOOST_CHECK_EXCEPTION(box.database.run("DELETE FROM things WHERE value = \"mistyped\""), base::Error,
                          hasCode("CATALOG-0009"));
}

BOOST_AUTO_TEST_SUITE_END()
