// SPDX-License-Identifier: Apache-2.0
// unchanged_rule_test.cpp: what is kept without being read, and what is read again.
#include <boost/test/unit_test.hpp>

#include "connectors/files/file_reader.hpp"
#include "tests/files/sandbox.hpp"

using connectors::files::isSettled;
using platform::Timestamp;
using test::RecordedTree;
using test::Sandbox;

namespace {

/// Sets the time of day so far after the file's last change.
void setAge(Sandbox& sandbox, const std::string& path, std::chrono::seconds age) {
    const std::int64_t changed = sandbox.status(path).changed.seconds;
    sandbox.clock.jump(std::chrono::seconds(changed - sandbox.clock.now().seconds) + age);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unchanged_rule)

BOOST_AUTO_TEST_CASE(an_untouched_tree_is_kept_without_being_read) {
    const Sandbox sandbox;
    sandbox.write("source/a", "one");
    sandbox.write("source/dir/b", "two");
    const RecordedTree first = sandbox.backUp();
    const RecordedTree second = sandbox.backUp(&first);
    BOOST_TEST(first.filesRead == 2U);
    BOOST_TEST(second.filesRead == 0U);
    BOOST_TEST(second.keys() == first.keys());
    BOOST_TEST(second.find(sandbox.key("dir"))->wasKept);
    BOOST_TEST(second.find(sandbox.key("dir/b"))->wasKept);
}

BOOST_AUTO_TEST_CASE(a_change_hidden_behind_the_same_size_and_time_is_found) {
    const Sandbox sandbox;
    sandbox.write("source/a", "one");
    sandbox.setModified("source/a", {1'000'000'000, 0});
    const RecordedTree first = sandbox.backUp();
    sandbox.in("source")->openForWriting("a")->writeAt(0, base::asBytes("two"));
    sandbox.setModified("source/a", {1'000'000'000, 0});
    const RecordedTree second = sandbox.backUp(&first);
    BOOST_TEST(second.find(sandbox.key("a"))->content == "two");
}

BOOST_AUTO_TEST_CASE(a_file_put_in_place_of_another_is_found) {
    const Sandbox sandbox;
    sandbox.write("source/a", "one");
    sandbox.write("source/.b", "two");
    for (const char* path : {"source/a", "source/.b"}) sandbox.setModified(path, {1'000'000'000, 0});
    const RecordedTree first = sandbox.backUp();
    sandbox.in("source")->renameChild(".b", "a");
    const RecordedTree second = sandbox.backUp(&first);
    BOOST_TEST(second.find(sandbox.key("a"))->content == "two");
}

BOOST_AUTO_TEST_CASE(a_file_that_changed_just_before_it_was_read_is_not_trusted) {
    Sandbox sandbox;
    sandbox.write("source/a", "one");
    for (const int age : {-5, 0, 39}) {
        setAge(sandbox, "source/a", std::chrono::seconds(age));
        BOOST_TEST(sandbox.backUp().find(sandbox.key("a"))->header.changeToken.empty());
    }
    setAge(sandbox, "source/a", std::chrono::seconds(42));
    const RecordedTree settled = sandbox.backUp();
    BOOST_TEST(!settled.find(sandbox.key("a"))->header.changeToken.empty());
    BOOST_TEST(sandbox.backUp(&settled).filesRead == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_without_a_token_is_read_again) {
    Sandbox sandbox;
    sandbox.write("source/a", "one");
    setAge(sandbox, "source/a", std::chrono::seconds(0));
    const RecordedTree first = sandbox.backUp();
    sandbox.clock.advance(std::chrono::hours(1));
    const RecordedTree second = sandbox.backUp(&first);
    BOOST_TEST(second.filesRead == 1U);
    BOOST_TEST(sandbox.backUp(&second).filesRead == 0U);
}

BOOST_AUTO_TEST_CASE(everything_is_read_where_asked) {
    Sandbox sandbox;
    sandbox.write("source/a", "one");
    const RecordedTree first = sandbox.backUp();
    sandbox.options.rereadsEverything = true;
    BOOST_TEST(sandbox.backUp(&first).filesRead == 1U);
}

BOOST_AUTO_TEST_CASE(a_name_that_became_something_else_is_taken_anew) {
    const Sandbox sandbox;
    sandbox.write("source/a", "one");
    sandbox.write("source/b/x", "one");
    const RecordedTree first = sandbox.backUp();
    sandbox.in("source")->removeFile("a");
    sandbox.in("source/b")->removeFile("x");
    sandbox.in("source")->removeDirectory("b");
    sandbox.makeFolder("source/a");
    sandbox.write("source/b", "file");
    const RecordedTree second = sandbox.backUp(&first);
    BOOST_CHECK(second.find(sandbox.key("a"))->header.kind == connectors::ObjectKind::Directory);
    BOOST_TEST(second.find(sandbox.key("b"))->content == "file");
    BOOST_TEST(second.find(sandbox.key("b/x")) == nullptr);
}

BOOST_AUTO_TEST_CASE(settled_means_before_the_window) {
    using namespace std::chrono_literals;
    BOOST_TEST(isSettled({59, 999'999'999}, {100, 0}, 40s));
    BOOST_TEST(!isSettled({60, 0}, {100, 0}, 40s));
    BOOST_TEST(!isSettled({101, 0}, {100, 0}, 40s));
    BOOST_TEST(isSettled({98, 899'999'999}, {100, 0}, 1100ms));
    BOOST_TEST(!isSettled({98, 900'000'000}, {100, 0}, 1100ms));
    BOOST_TEST(isSettled({-100, 0}, {-50, 0}, 40s));
}

BOOST_AUTO_TEST_SUITE_END()
