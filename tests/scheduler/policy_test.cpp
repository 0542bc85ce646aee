// SPDX-License-Identifier: Apache-2.0
// policy_test.cpp: each field's lowest and highest value is good, one beyond is refused with a sentence.
#include "agent/scheduler/policy.hpp"

#include <boost/test/unit_test.hpp>

using namespace scheduler;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::local_seconds kFirst =
    std::chrono::local_days{std::chrono::year{2026} / 11 / 27} + 22h;

Policy goodPolicy() {
    return {"nightly", {1, Frequency::Unit::Day}, kFirst, {30, RetentionPeriod::Unit::Day}};
}

/// "field: sentence" of the one field that is refused; "" when none is.
std::string refusalOf(const Policy& policy) {
    const std::vector<RefusedField> refused = checkPolicy(policy);
    if (refused.empty()) return "";
    BOOST_TEST(refused.size() == 1U);
    return refused.front().field + ": " + refused.front().sentence;
}

std::string refusalOfFrequency(unsigned count, Frequency::Unit unit) {
    Policy policy = goodPolicy();
    policy.frequency = {count, unit};
    return refusalOf(policy);
}

std::string refusalOfRetention(unsigned count, RetentionPeriod::Unit unit) {
    Policy policy = goodPolicy();
    policy.retention = {count, unit};
    return refusalOf(policy);
}

std::string refusalOfName(const std::string& name) {
    Policy policy = goodPolicy();
    policy.name = name;
    return refusalOf(policy);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policies_of_plans)

BOOST_AUTO_TEST_CASE(a_policy_runs_every_1_to_23_hours_1_to_6_days_or_1_to_4_weeks) {
    using Unit = Frequency::Unit;
    BOOST_TEST(refusalOfFrequency(1, Unit::Hour).empty());
    BOOST_TEST(refusalOfFrequency(23, Unit::Hour).empty());
    BOOST_TEST(refusalOfFrequency(1, Unit::Day).empty());
    BOOST_TEST(refusalOfFrequency(6, Unit::Day).empty());
    BOOST_TEST(refusalOfFrequency(1, Unit::Week).empty());
    BOOST_TEST(refusalOfFrequency(4, Unit::Week).empty());
    BOOST_TEST(refusalOfFrequency(24, Unit::Hour) ==
               "frequency: A policy cannot run every 24 hours; choose 1 to 23 hours.");
    BOOST_TEST(refusalOfFrequency(7, Unit::Day) ==
               "frequency: A policy cannot run every 7 days; choose 1 to 6 days.");
    BOOST_TEST(refusalOfFrequency(5, Unit::Week) ==
               "frequency: A policy cannot run every 5 weeks; choose 1 to 4 weeks.");
    for (const Unit unit : {Unit::Hour, Unit::Day, Unit::Week})
        BOOST_TEST(!refusalOfFrequency(0, unit).empty());
    BOOST_TEST(!refusalOfFrequency(1, static_cast<Unit>(7)).empty());
}

BOOST_AUTO_TEST_CASE(backups_are_kept_for_up_to_3650_days_which_are_120_months_or_10_years) {
    using Unit = RetentionPeriod::Unit;
    BOOST_TEST(refusalOfRetention(1, Unit::Day).empty());
    BOOST_TEST(refusalOfRetention(3650, Unit::Day).empty());
    BOOST_TEST(refusalOfRetention(1, Unit::Month).empty());
    BOOST_TEST(refusalOfRetention(120, Unit::Month).empty());
    BOOST_TEST(refusalOfRetention(1, Unit::Year).empty());
    BOOST_TEST(refusalOfRetention(10, Unit::Year).empty());
    BOOST_TEST(refusalOfRetention(3651, Unit::Day) ==
               "retention: Backups cannot be kept for 3651 days; choose 1 to 3650 days.");
    BOOST_TEST(refusalOfRetention(121, Unit::Month) ==
               "retention: Backups cannot be kept for 121 months; choose 1 to 120 months.");
    BOOST_TEST(refusalOfRetention(11, Unit::Year) ==
               "retention: Backups cannot be kept for 11 years; choose 1 to 10 years.");
    for (const Unit unit : {Unit::Day, Unit::Month, Unit::Year})
        BOOST_TEST(!refusalOfRetention(0, unit).empty());
    BOOST_TEST(!refusalOfRetention(1, static_cast<Unit>(7)).empty());
}

BOOST_AUTO_TEST_CASE(a_name_has_1_to_64_characters_of_any_language) {
    std::string chinese;
    for (int i = 0; i < 64; ++i) chinese += "\xE6\xAF\x8F";
    BOOST_TEST(refusalOfName("n").empty());
    BOOST_TEST(refusalOfName(std::string(64, 'n')).empty());
    BOOST_TEST(refusalOfName(chinese).empty());
    BOOST_TEST(refusalOfName(chinese + 'n') == "name: The policy's name has 65 characters; 64 are the most.");
    BOOST_TEST(refusalOfName("") == "name: The policy has no name; give it one of 1 to 64 characters.");
    BOOST_TEST(!refusalOfName("  ").empty());
    BOOST_TEST(!refusalOfName("line\nline").empty());
    BOOST_TEST(!refusalOfName("\xFF").empty());
}

BOOST_AUTO_TEST_CASE(the_first_backup_lies_in_the_years_2000_to_2099) {
    using std::chrono::local_days;
    using std::chrono::year;
    Policy policy = goodPolicy();
    policy.firstBackup = local_days{year{2000} / 1 / 1};
    BOOST_TEST(refusalOf(policy).empty());
    policy.firstBackup -= 1s;
    BOOST_TEST(!refusalOf(policy).empty());
    policy.firstBackup = local_days{year{2100} / 1 / 1} - 1s;
    BOOST_TEST(refusalOf(policy).empty());
    policy.firstBackup += 1s;
    BOOST_TEST(
        refusalOf(policy) ==
        "firstBackup: The first backup time lies outside the years 2000 to 2099; choose one within them.");
}

BOOST_AUTO_TEST_CASE(every_refused_field_is_named) {
    const std::vector<RefusedField> refused = checkPolicy({"", {0, Frequency::Unit::Day}, {}, {0, {}}});
    BOOST_REQUIRE(refused.size() == 4U);
    BOOST_TEST(refused[0].field == "name");
    BOOST_TEST(refused[1].field == "frequency");
    BOOST_TEST(refused[2].field == "firstBackup");
    BOOST_TEST(refused[3].field == "retention");
}

BOOST_AUTO_TEST_SUITE_END()
