// SPDX-License-Identifier: Apache-2.0
// retention_test.cpp: which restore points each rule keeps.
#include "agent/vault/retention.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/random_bytes.hpp"

namespace {

using vault::PointRecord;
using vault::RetentionRule;

/// Points of one series, at these times.
std::vector<PointRecord> pointsAt(const std::vector<std::string>& times) {
    test::Random random(1);
    std::vector<PointRecord> points;
    for (const std::string& time : times) {
        PointRecord& point = points.emplace_back();
        point.id = random.id<vault::PointId>();
        point.client = "client";
        BOOST_REQUIRE(platform::parseUtc(time, point.started));
    }
    return points;
}

/// "x" for kept, "." for dropped, in the order of the points.
std::string kept(const std::vector<PointRecord>& points, const RetentionRule& rule) {
    const auto decisions = vault::applyRetention(points, rule);
    BOOST_REQUIRE(decisions.size() == points.size());
    std::string text;
    for (std::size_t i = 0; i < points.size(); ++i) {
        BOOST_TEST((decisions[i].point == points[i].id));
        BOOST_TEST(decisions[i].keep == !decisions[i].reason.empty());
        text += decisions[i].keep ? 'x' : '.';
    }
    return text;
}

std::string kept(const std::vector<std::string>& times, const RetentionRule& rule) {
    return kept(pointsAt(times), rule);
}

RetentionRule rule(std::uint64_t RetentionRule::* part, std::uint64_t count) {
    RetentionRule result;
    result.*part = count;
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(retentions)

BOOST_AUTO_TEST_CASE(the_last_points_are_the_newest_whatever_their_order) {
    const std::vector<std::string> times = {"2026-01-02", "2026-01-05", "2026-01-01", "2026-01-04"};
    BOOST_TEST(kept(times, rule(&RetentionRule::last, 2)) == ".x.x");
    BOOST_TEST(kept(times, rule(&RetentionRule::last, 9)) == "xxxx");
    BOOST_TEST(kept(times, {}) == "....");
    BOOST_TEST(RetentionRule{}.isEmpty());
    BOOST_TEST(vault::applyRetention({}, rule(&RetentionRule::last, 1)).empty());
}

BOOST_AUTO_TEST_CASE(hours_keep_the_newest_point_of_each) {
    const std::vector<std::string> times = {"2026-01-01T10:00:00Z", "2026-01-01T10:59:59Z",
                                            "2026-01-01T11:00:00Z", "2026-01-01T13:30:00Z"};
    BOOST_TEST(kept(times, rule(&RetentionRule::hourly, 1)) == "...x");
    BOOST_TEST(kept(times, rule(&RetentionRule::hourly, 2)) == "..xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::hourly, 3)) == ".xxx");
    BOOST_TEST(kept(times, rule(&RetentionRule::hourly, 4)) == ".xxx");
}

BOOST_AUTO_TEST_CASE(days_end_at_midnight_utc_and_empty_days_do_not_count) {
    const std::vector<std::string> times = {"2026-02-27T23:59:59Z", "2026-02-28T00:00:00Z",
                                            "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z",
                                            "2026-06-01T00:00:00Z"};
    BOOST_TEST(kept(times, rule(&RetentionRule::daily, 2)) == "...xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::daily, 3)) == "..xxx");
    BOOST_TEST(kept(times, rule(&RetentionRule::daily, 4)) == "x.xxx");
}

BOOST_AUTO_TEST_CASE(weeks_begin_on_monday_also_across_a_new_year) {
    // 2026-12-28 is a Monday, 2027-01-03 the Sunday of that week.
    const std::vector<std::string> times = {"2026-12-27T23:59:59Z", "2026-12-28T00:00:00Z",
                                            "2027-01-03T23:59:59Z", "2027-01-04T00:00:00Z"};
    BOOST_TEST(kept(times, rule(&RetentionRule::weekly, 1)) == "...x");
    BOOST_TEST(kept(times, rule(&RetentionRule::weekly, 2)) == "..xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::weekly, 3)) == "x.xx");
}

BOOST_AUTO_TEST_CASE(months_and_years_keep_their_newest_point) {
    const std::vector<std::string> times = {"2023-12-31T23:59:59Z", "2024-02-01", "2024-02-29T23:59:59Z",
                                            "2024-03-01", "2024-12-31"};
    BOOST_TEST(kept(times, rule(&RetentionRule::monthly, 2)) == "...xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::monthly, 3)) == "..xxx");
    BOOST_TEST(kept(times, rule(&RetentionRule::yearly, 1)) == "....x");
    BOOST_TEST(kept(times, rule(&RetentionRule::yearly, 5)) == "x...x");
}

BOOST_AUTO_TEST_CASE(within_counts_from_the_newest_point_and_includes_its_end) {
    const std::vector<std::string> times = {"2026-01-01T11:59:59Z", "2026-01-01T12:00:00Z",
                                            "2026-01-08T12:00:00Z"};
    BOOST_TEST(kept(times, rule(&RetentionRule::withinDays, 7)) == ".xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::withinDays, 8)) == "xxx");
}

BOOST_AUTO_TEST_CASE(a_very_long_time_keeps_everything) {
    const std::vector<std::string> times = {"1970-01-01", "2026-01-08"};
    BOOST_TEST(kept(times, rule(&RetentionRule::withinDays, 1'000'000)) == "xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::withinDays, ~std::uint64_t{0})) == "xx");
    BOOST_TEST(kept(times, rule(&RetentionRule::last, ~std::uint64_t{0})) == "xx");
}

BOOST_AUTO_TEST_CASE(a_tag_keeps_a_point_whatever_its_age) {
    auto points = pointsAt({"2020-01-01", "2026-01-01", "2026-01-02"});
    points[0].tags = {"audit", "year end"};
    RetentionRule tagged = rule(&RetentionRule::last, 1);
    tagged.tags = {"year end", "unused"};
    BOOST_TEST(kept(points, tagged) == "x.x");
    BOOST_TEST(vault::applyRetention(points, tagged)[0].reason == "tag year end");
}

BOOST_AUTO_TEST_CASE(what_any_part_keeps_is_kept_and_the_reason_says_why) {
    const auto points = pointsAt({"2025-06-01", "2026-01-01", "2026-01-02"});
    RetentionRule both = rule(&RetentionRule::last, 1);
    both.yearly = 2;
    const auto decisions = vault::applyRetention(points, both);
    BOOST_TEST(decisions[0].reason == "yearly 2025");
    BOOST_TEST(decisions[1].reason == "");
    BOOST_TEST(decisions[2].reason == "last 1");
}

BOOST_AUTO_TEST_CASE(series_of_clients_plans_and_sources_are_judged_apart) {
    auto points = pointsAt({"2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"});
    points[0].client = "other";
    points[1].plan = "nightly";
    points[2].sources = {"/home"};
    BOOST_TEST(kept(points, rule(&RetentionRule::last, 1)) == "xxx.x");
}

BOOST_AUTO_TEST_CASE(times_before_1970_and_equal_times_are_no_trouble) {
    BOOST_TEST(kept(std::vector<std::string>{"1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"},
                    rule(&RetentionRule::daily, 2)) == "xx");
    const auto decision =
        vault::applyRetention(pointsAt({"1969-12-31T23:00:00Z"}), rule(&RetentionRule::hourly, 1));
    BOOST_TEST(decision[0].reason == "hourly 1969-12-31 23:00");
    const std::string two =
        kept(std::vector<std::string>{"2026-01-01", "2026-01-01"}, rule(&RetentionRule::last, 1));
    BOOST_TEST(std::count(two.begin(), two.end(), 'x') == 1);
}

BOOST_AUTO_TEST_CASE(a_longer_rule_never_keeps_less) {
    test::Random random(2);
    std::vector<PointRecord> points;
    for (int i = 0; i < 300; ++i) {
        PointRecord& point = points.emplace_back();
        point.id = random.id<vault::PointId>();
        point.started.seconds = 1'700'000'000 + static_cast<std::int64_t>(random.below(100'000'000));
    }
    for (const auto part : {&RetentionRule::last, &RetentionRule::hourly, &RetentionRule::daily,
                            &RetentionRule::weekly, &RetentionRule::monthly, &RetentionRule::yearly}) {
        std::string before(points.size(), '.');
        for (std::uint64_t count = 1; count < 20; ++count) {
            const std::string now = kept(points, rule(part, count));
            for (std::size_t i = 0; i < now.size(); ++i) BOOST_REQUIRE((before[i] != 'x' || now[i] == 'x'));
            BOOST_REQUIRE(static_cast<std::uint64_t>(std::count(now.begin(), now.end(), 'x')) <= count);
            before = now;
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
