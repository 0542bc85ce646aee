// SPDX-License-Identifier: Apache-2.0
#include "agent/alerts/targets.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/catalogue/refusal.hpp"
#include "tests/catalogue/shelf.hpp"

using alerts::Kind;
using alerts::parseWebAddress;
using alerts::Rule;
using alerts::Severity;
using alerts::Target;
using alerts::Targets;
using alerts::Trouble;

namespace {

Target mailTarget(const std::string& name = "office") {
    Target target;
    target.name = name;
    target.server = "mail.example.com";
    target.port = 587;
    target.sender = "hbr@example.com";
    target.recipients = {"a@example.com"};
    return target;
}

std::string refusedIn(const Target& target) {
    std::string fields;
    for (const auto& field : checkTarget(target)) fields += field.field + " ";
    return fields;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(alert_targets)

BOOST_AUTO_TEST_CASE(nothing_that_could_end_a_line_of_smtp_is_an_address) {
    BOOST_TEST(refusedIn(mailTarget()).empty());
    for (const char* bad :
         {"", "x", "@x", "x@", "a b@c", "a@b\r\nRCPT TO:<c@d>", "<a@b>", "a@b,c@d", "ä@b"}) {
        Target target = mailTarget();
        target.sender = bad;
        BOOST_TEST(refusedIn(target) == "sender ", bad);
        target = mailTarget();
        target.recipients.emplace_back(bad);
        BOOST_TEST(refusedIn(target) == "recipients ", bad);
    }
    for (const char* bad : {"", "https://mail", "mail example", "mail\r\n", "mail/x"}) {
        Target target = mailTarget();
        target.server = bad;
        BOOST_TEST(refusedIn(target) == "server ", bad);
    }
}

BOOST_AUTO_TEST_CASE(a_password_does_not_go_without_tls) {
    Target target = mailTarget();
    target.login = "me";
    BOOST_TEST(refusedIn(target).empty());
    target.security = alerts::Security::None;
    BOOST_TEST(refusedIn(target) == "security ");
}

BOOST_AUTO_TEST_CASE(addresses_of_webhooks_are_taken_apart) {
    const auto address = parseWebAddress("https://hooks.example.com:8443/a/b?token=secret#part");
    BOOST_TEST_REQUIRE(address.has_value());
    BOOST_TEST(address->isTls);
    BOOST_TEST(address->host == "hooks.example.com");
    BOOST_TEST(address->port == 8443);
    BOOST_TEST(address->path == "/a/b?token=secret");
    BOOST_TEST(address->shown() == "https://hooks.example.com:8443");
    BOOST_TEST(parseWebAddress("http://[::1]:80")->hostAndPort() == "[::1]");
    BOOST_TEST(parseWebAddress("https://h?x=1")->path == "/?x=1");
    for (const char* bad :
         {"", "ftp://x", "https://", "https://a:b@c/", "https://a/b c", "https://a/\r\nX: y", "https://a:0/",
          "https://a:65536/", "https://a:", "https://[::1/", "https://[::1]x/"})
        BOOST_TEST(!parseWebAddress(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(rules_say_who_hears_of_what) {
    test::Shelf shelf;
    Targets targets(shelf.catalogue.database());
    const auto plan = shelf.catalogue.plans().add(test::planNamed("etc", std::nullopt), {});
    const auto all = targets.add(mailTarget("all"));
    const auto failures = targets.add(mailTarget("failures"));
    const auto one = targets.add(mailTarget("one"));
    const auto disk = targets.add(mailTarget("disk"));
    targets.addRule(
        {.id = {}, .target = all, .kinds = {}, .least = Severity::Information, .plan = {}, .vault = {}});
    targets.addRule({.id = {},
                     .target = failures,
                     .kinds = {Kind::JobFailed, Kind::PlanQuiet},
                     .least = Severity::Error,
                     .plan = {},
                     .vault = {}});
    targets.addRule(
        {.id = {}, .target = one, .kinds = {}, .least = Severity::Warning, .plan = plan, .vault = {}});
    targets.addRule(
        {.id = {}, .target = disk, .kinds = {}, .least = Severity::Warning, .plan = {}, .vault = "disk"});
    const auto hearers = [&](Trouble trouble) {
        std::string names;
        for (const auto& [id, name] : targets.whoHearsOf(trouble)) names += name + " ";
        return names;
    };
    Trouble trouble;
    trouble.kind = Kind::JobFailed;
    trouble.severity = Severity::Error;
    BOOST_TEST(hearers(trouble) == "all failures ");
    trouble.plan = plan;
    trouble.vault = "disk";
    BOOST_TEST(hearers(trouble) == "all disk failures one ");
    trouble.kind = Kind::RunMissed;
    trouble.severity = Severity::Warning;
    BOOST_TEST(hearers(trouble) == "all disk one ");
    trouble.severity = Severity::Information;
    BOOST_TEST(hearers(trouble) == "all ");
    shelf.catalogue.plans().remove(plan);
    BOOST_TEST(targets.rules().size() == 3U);  // a rule for a plan goes with it
    targets.remove(all);
    BOOST_TEST(targets.rules().size() == 2U);
}

BOOST_AUTO_TEST_CASE(names_are_taken_once) {
    test::Shelf shelf;
    Targets targets(shelf.catalogue.database());
    const auto id = targets.add(mailTarget("a"));
    targets.add(mailTarget("b"));
    BOOST_CHECK_THROW(targets.add(mailTarget("a")), base::Error);
    Target changed = mailTarget("b");
    changed.id = id;
    BOOST_CHECK_THROW(targets.change(changed), base::Error);
    changed.name = "c";
    targets.change(changed);
    BOOST_TEST(targets.find(id)->name == "c");
    BOOST_CHECK_THROW(targets.addRule({.id = {}, .target = {99}, .kinds = {}, .plan = {}, .vault = {}}),
                      base::Error);
    BOOST_CHECK_THROW(targets.setSettings({.quietIntervals = 0}), catalogue::Refusal);
    targets.setSettings({.quietIntervals = 100, .quietHours = 5, .unreachableHours = 1});
    BOOST_TEST(targets.settings().quietHours == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
