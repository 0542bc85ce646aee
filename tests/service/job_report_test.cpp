// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_report.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/vault/random.hpp"
#include "platform/base/text.hpp"
#include "platform/base/wire.hpp"

using catalogue::EventLevel;
using catalogue::JobEnd;
using catalogue::JobState;
using service::JobReport;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

const sys_seconds kNow{seconds(1'800'000'000)};
const service::WantedPoint kWanted{"web1", "0123", {"/etc", "/srv/\xFF"}};

JobEnd endAfter(const std::string& output, int exitCode = 0, bool wasAskedToStop = false) {
    JobReport report(kWanted);
    report.add(output, kNow);
    return report.finish(exitCode, wasAskedToStop, kNow);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(job_reports)

BOOST_AUTO_TEST_CASE(a_restore_tells_what_it_did) {
    const std::string steps =
        R"("steps":{"create":1,"overwrite":2,"keepBoth":3,"skip":4,"alreadyThere":5},"bytesWanted":60)";
    JobEnd end =
        endAfter(R"({"type":"result","schema":1,"faults":0,"freeBytes":9,"differences":0,)" + steps + "}\n");
    BOOST_TEST((end.state == JobState::Completed));
    BOOST_TEST((end.restored == catalogue::RestoreCounts{1, 2, 3, 4, 5, 60, 9, 0}));
    BOOST_TEST(end.objects == 6U);
    BOOST_TEST(end.readBytes == 60U);
    end = endAfter(R"({"type":"result","faults":0,"differences":1,)" + steps + "}\n");
    BOOST_TEST((end.state == JobState::PartiallyCompleted));
    end = endAfter(R"({"type":"result","faults":2,"differences":null,)" + steps + "}\n", 3);
    BOOST_TEST((end.state == JobState::PartiallyCompleted));
    BOOST_TEST(!end.restored->differences.has_value());
}

BOOST_AUTO_TEST_CASE(a_dry_run_names_what_it_would_replace) {
    JobReport report(kWanted);
    const auto say = [&](const char* step, const char* kind, const char* path) {
        report.add(std::string(R"({"type":"object","schema":1,"step":")") + step + R"(","kind":")" + kind +
                       R"(","path":")" + path + "\"}\n",
                   kNow);
    };
    say("create", "file", "/a");
    say("overwrite", "directory", "/b");
    say("overwrite", "file", "/b/c");
    say("keepBoth", "file", "/b/d (restored)");
    const auto events = report.takeEvents();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events[0].text == "Would replace /b/c");
    BOOST_TEST(events[1].text == "Would be put beside another: /b/d (restored)");
}

BOOST_AUTO_TEST_CASE(progress_is_the_newest_that_was_said) {
    JobReport report(kWanted);
    BOOST_TEST(report.progress().stage.empty());
    report.add(R"({"type":"progress","schema":1,"stage":"Backing up","objectsDone":1,"bytesDone":2})"
               "\n",
               kNow);
    report.add(R"({"type":"progress","schema":1,"stage":"Backing up","objectsDone":10,"objectsTotal":100,)",
               kNow);
    BOOST_TEST(report.progress().objectsDone == 1U);  // the line has not ended
    report.add(R"("bytesDone":20,"bytesTotal":null,"bytesRead":3,"bytesNew":4,"bytesStored":5,"faults":6,)"
               R"("bytesPerSecond":7,"secondsLeft":8,"current":"/etc/x"})"
               "\n",
               kNow);
    const service::JobProgress& progress = report.progress();
    BOOST_TEST(progress.stage == "Backing up");
    BOOST_TEST(progress.objectsDone == 10U);
    BOOST_TEST((progress.objectsTotal == 100U));
    BOOST_TEST(progress.bytesDone == 20U);
    BOOST_TEST(!progress.bytesTotal.has_value());
    BOOST_TEST(progress.readBytes == 3U);
    BOOST_TEST(progress.newBytes == 4U);
    BOOST_TEST(progress.storedBytes == 5U);
    BOOST_TEST(progress.faults == 6U);
    BOOST_TEST(progress.bytesPerSecond == 7U);
    BOOST_TEST((progress.secondsLeft == 8U));
    BOOST_TEST(progress.current == "/etc/x");
}

BOOST_AUTO_TEST_CASE(a_last_script_that_failed_makes_a_job_a_partial_one) {
    BOOST_TEST((endAfter(R"({"type":"result","scriptFault":"It failed","point":{"faults":0}})").state ==
                JobState::PartiallyCompleted));
    BOOST_TEST((endAfter(R"({"type":"result","scriptFault":null,"point":{"faults":0}})").state ==
                JobState::Completed));
}

BOOST_AUTO_TEST_CASE(points_come_as_their_vault_keeps_them_or_the_listing_has_failed) {
    vault::PointRecord point;
    point.id = vault::randomId<vault::PointId>();
    point.client = "web1";
    point.sources = {"/srv/\xFF"};
    point.started = {1'800'000'000, 5};
    base::Bytes record;
    base::Encoder encoder(record);
    vault::encodePoint(encoder, point);
    const std::string good = R"({"type":"point","schema":1,"record":")" + base::encodeHex(record) + "\"}\n";
    const std::string result = R"({"type":"result","schema":1,"listed":2})";
    JobReport report(kWanted);
    report.add(good, kNow);
    BOOST_TEST((report.takePoints() == std::vector{point}));
    report.add(good + result, kNow);
    BOOST_TEST((report.finish(0, false, kNow).state == JobState::Completed));
    BOOST_TEST((report.takePoints() == std::vector{point}));

    for (const std::string bad : {"", "{\"type\":\"point\",\"record\":\"00\"}\n", "{\"type\":\"point\"}\n",
                                  "{\"type\":\"point\",\"record\":\"xyz\"}\n"}) {
        const JobEnd end = endAfter(good + bad + result);
        BOOST_TEST((end.state == JobState::Failed));
        BOOST_TEST(end.errorCode == "JOB-0008");
    }
    BOOST_TEST((endAfter(good).state == JobState::Failed));  // cut off
}

BOOST_AUTO_TEST_CASE(sentences_become_events) {
    JobReport report(kWanted);
    report.add("hbr: fault: /etc/shadow: Access is denied (FS-0002)\nhbr: warning: It is late.\r\n\n", kNow);
    report.add("Read 3 GiB.\nhbr: It failed (X-0001).\n\x1b[31m", kNow);
    const auto events = report.takeEvents();
    BOOST_TEST_REQUIRE(events.size() == 4U);
    BOOST_TEST(events[0].text == "/etc/shadow: Access is denied (FS-0002)");
    BOOST_TEST((events[0].level == EventLevel::Warning));
    BOOST_TEST(events[1].text == "It is late.");
    BOOST_TEST((events[1].level == EventLevel::Warning));
    BOOST_TEST(events[2].text == "Read 3 GiB.");
    BOOST_TEST((events[2].level == EventLevel::Info));
    BOOST_TEST(events[3].text == "It failed (X-0001).");
    BOOST_TEST((events[3].level == EventLevel::Error));
    BOOST_TEST((events[3].time == kNow));
    BOOST_TEST(report.takeEvents().empty());
    (void)report.finish(0, false, kNow);
    BOOST_TEST(report.takeEvents().front().text == "\\x1b[31m");  // what no line end ended, made printable
}

BOOST_AUTO_TEST_CASE(a_result_is_a_point_with_the_paths_that_were_asked_for) {
    const auto id = vault::randomId<vault::PointId>();
    const auto parent = vault::randomId<vault::PointId>();
    const std::string point =
        R"({"type":"result","schema":1,"point":{"id":")" + id.hex() +
        R"(","client":"?","plan":"?","sources":["?"],"tags":[],)"
        R"("started":"2026-11-24T01:50:45.000000070Z","finished":"2026-11-24T01:50:46Z",)"
        R"("objects":1,"logicalBytes":2,"readBytes":3,"newBytes":4,"storedBytes":5,"faults":FAULTS,)"
        R"("parent":")" +
        parent.hex() + R"("},"seconds":1.5,"warnings":0})";
    for (const std::uint64_t faults : {0U, 2U}) {
        std::string text = point;
        const JobEnd end = endAfter(text.replace(text.find("FAULTS"), 6, std::to_string(faults)) + "\n");
        BOOST_TEST((end.state == (faults == 0 ? JobState::Completed : JobState::PartiallyCompleted)));
        BOOST_TEST(end.faults == faults);
        BOOST_TEST(end.objects == 1U);
        BOOST_TEST(end.readBytes == 3U);
        BOOST_TEST(end.storedBytes == 5U);
        BOOST_TEST_REQUIRE(end.point.has_value());
        BOOST_TEST((end.point->id == id));
        BOOST_TEST((end.point->parent == parent));
        BOOST_TEST(end.point->client == "web1");
        BOOST_TEST(end.point->plan == "0123");
        BOOST_TEST((end.point->sources == kWanted.sources));
        BOOST_TEST((end.point->started == platform::Timestamp{1'795'485'045, 70}));
        BOOST_TEST((end.point->finished == platform::Timestamp{1'795'485'046, 0}));
        BOOST_TEST(end.point->logicalBytes == 2U);
        BOOST_TEST(end.point->newBytes == 4U);
    }
}

BOOST_AUTO_TEST_CASE(an_error_says_why_and_what_kind) {
    const JobEnd end = endAfter(
        R"({"type":"progress","objectsDone":4,"bytesRead":5,"bytesStored":6,"faults":7})"
        "\n"
        R"({"type":"error","schema":1,"code":"STORE-0005","kind":"unavailable","message":"The vault is gone",)"
        R"("hint":"Connect it.","context":{},"exitCode":1})"
        "\n",
        1);
    BOOST_TEST((end.state == JobState::Failed));
    BOOST_TEST(end.errorCode == "STORE-0005");
    BOOST_TEST(end.errorText == "The vault is gone. Connect it.");
    BOOST_TEST((end.errorKind == base::ErrorKind::Unavailable));
    BOOST_TEST(!end.point.has_value());
    BOOST_TEST(end.objects == 4U);
    BOOST_TEST(end.readBytes == 5U);
    BOOST_TEST(end.storedBytes == 6U);
    BOOST_TEST(end.faults == 7U);
}

BOOST_AUTO_TEST_CASE(who_dies_without_a_word_has_failed_unless_asked_to_stop) {
    JobEnd end = endAfter("", 139);
    BOOST_TEST((end.state == JobState::Failed));
    BOOST_TEST(end.errorCode == "JOB-0001");
    BOOST_TEST(end.errorText.find("139") != std::string::npos);
    BOOST_TEST((end.errorKind == base::ErrorKind::Unavailable));
    end = endAfter("", 137, true);
    BOOST_TEST((end.state == JobState::Cancelled));
    end = endAfter(R"({"type":"error","code":"BASE-0004","kind":"cancelled","message":"m","hint":""})", 130);
    BOOST_TEST((end.state == JobState::Cancelled));
}

BOOST_AUTO_TEST_CASE(a_result_counts_though_somebody_asked_to_stop_after_it) {
    const JobEnd end = endAfter(R"({"type":"result","schema":1,"faults":0})"
                                "\n",
                                143, true);
    BOOST_TEST((end.state == JobState::Completed));
}

BOOST_AUTO_TEST_CASE(nonsense_is_an_event_and_no_more) {
    JobReport report(kWanted);
    const std::string deep(100, '[');
    for (const std::string& line :
         {std::string("{"), std::string("{}"), std::string(R"({"type":7})"), "{\"type\":" + deep,
          std::string(R"({"type":"progress","objectsDone":-5,"bytesDone":1e300,"stage":{},"current":null})"),
          std::string(R"({"type":"result","point":{"id":"zz","objects":"many"}})")}) {
        report.add(line + "\n", kNow);
    }
    BOOST_TEST(report.takeEvents().size() == 4U);
    BOOST_TEST(report.progress().objectsDone == 0U);
    const JobEnd end = report.finish(0, false, kNow);
    BOOST_TEST(!end.point.has_value());
}

BOOST_AUTO_TEST_CASE(endless_lines_and_countless_events_fill_no_memory) {
    JobReport report(kWanted);
    for (int i = 0; i < 40; ++i) report.add(std::string(100'000, 'x'), kNow);
    report.add("\nnext\n", kNow);
    auto events = report.takeEvents();
    BOOST_TEST_REQUIRE(events.size() == 2U);
    BOOST_TEST(events[0].text.size() == catalogue::kLongestEventBytes);
    BOOST_TEST(events[1].text == "next");
    for (int i = 0; i < 5000; ++i) report.add("event\n", kNow);
    report.add("last\n", kNow);
    events = report.takeEvents();
    BOOST_TEST(events.size() == static_cast<std::size_t>(catalogue::kMostEvents));
    BOOST_TEST(events.back().text == "last");
}

BOOST_AUTO_TEST_SUITE_END()
