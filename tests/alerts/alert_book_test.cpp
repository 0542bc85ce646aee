// SPDX-License-Identifier: Apache-2.0
// alert_book_test.cpp: what is told, how often, and what becomes of telling it, by a clock that tests set and
// a sender that does as they say.
#include "agent/alerts/alert_book.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/alerts/deliverer.hpp"
#include "platform/base/error.hpp"
#include "tests/catalogue/shelf.hpp"
#include "tests/support/manual_clock.hpp"

using alerts::AlertBook;
using alerts::DeliveryState;
using alerts::Event;
using alerts::Kind;
using alerts::Target;
using alerts::Targets;
using alerts::Trouble;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using Lines = std::vector<std::string>;

namespace {

class FakeSender final : public alerts::Sender {
public:
    std::string send(const alerts::Message& message, const Target& target, const std::stop_token&) override {
        ++tries;
        if (isDown || target.name == downTarget)
            throw base::Error(base::ErrorKind::Unavailable, "ALERT-0002", "It is down", "Wait.");
        for (const auto& told : message.told)
            sent.push_back(target.name + " " + toString(told.event) + " " + told.alert.trouble.sentence);
        return "250 taken";
    }
    bool isDown = false;
    std::string downTarget;
    int tries = 0;
    Lines sent;
};

struct Office : test::Shelf {
    test::ManualClock clock{1'800'000'000};
    FakeSender sender;
    AlertBook book{catalogue.database()};
    Targets targets{catalogue.database()};

    alerts::TargetId addTarget(const std::string& name) {
        Target target;
        target.name = name;
        target.kind = alerts::TargetKind::Webhook;
        const auto id = targets.add(target);
        targets.addRule({.id = {}, .target = id, .kinds = {}, .plan = {}, .vault = {}});
        return id;
    }
    [[nodiscard]] sys_seconds now() const { return sys_seconds(seconds(clock.now().seconds)); }
    bool raise(const std::string& subject, const std::string& sentence = "It is full",
               Kind kind = Kind::JobFailed) {
        return book.raise({.subject = subject,
                           .kind = kind,
                           .severity = alerts::Severity::Error,
                           .plan = {},
                           .planName = {},
                           .vault = {},
                           .sentence = sentence,
                           .hint = {}},
                          now());
    }
    Lines deliver() {
        while (deliverSome(catalogue, sender, "web1", clock, {})) {
        }
        return std::exchange(sender.sent, {});
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(alert_books, Office)

BOOST_AUTO_TEST_CASE(the_same_trouble_is_told_once_a_day_and_when_it_is_over) {
    addTarget("a");
    Lines told;
    for (int hour = 0; hour < 48; ++hour) {
        raise("disk", "It is full for the " + std::to_string(hour) + ". time");
        for (auto& line : deliver()) told.push_back(std::move(line));
        clock.advance(hours(1));
    }
    BOOST_TEST((told == Lines{"a raised It is full for the 0. time", "a again It is full for the 24. time"}),
               told.size());
    BOOST_TEST(book.end("disk", "It has room", now()));
    BOOST_TEST(!book.end("disk", "It has room", now()));
    BOOST_TEST(deliver().size() == 1U);
    BOOST_TEST(raise("disk"));  // and is news again
    BOOST_TEST((deliver() == Lines{"a raised It is full"}));
    BOOST_TEST(book.list().size() == 2U);
    BOOST_TEST(book.list({.isOpen = true}).size() == 1U);
}

BOOST_AUTO_TEST_CASE(trouble_of_another_kind_is_news) {
    addTarget("a");
    BOOST_TEST(raise("plan", "2 faults", Kind::JobPartiallyCompleted));
    BOOST_TEST(raise("plan", "No disk", Kind::JobFailed));
    BOOST_TEST(!raise("plan", "No disk", Kind::JobFailed));
    // Each message tells how it is when it is sent.
    BOOST_TEST((deliver() == Lines{"a raised No disk", "a raised No disk"}));
    BOOST_TEST(book.list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_nobody_wants_to_hear_is_kept_all_the_same) {
    BOOST_TEST(raise("disk"));
    BOOST_TEST(deliver().empty());
    BOOST_TEST(book.list().size() == 1U);
    addTarget("late");
    book.end("disk", "Over", now());
    BOOST_TEST(deliver().empty());  // who has not heard of it does not hear that it is over
}

BOOST_AUTO_TEST_CASE(a_server_that_is_down_is_tried_less_and_less_often_and_gets_all_at_once) {
    addTarget("a");
    sender.isDown = true;
    raise("disk");
    std::vector<long> minutesOfTries;
    int tries = 0;
    for (int minute = 0; minute < 6 * 60; ++minute) {
        deliver();
        if (std::exchange(tries, sender.tries) != sender.tries) minutesOfTries.push_back(minute);
        clock.advance(minutes(1));
    }
    BOOST_TEST((minutesOfTries == std::vector<long>{0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303}));
    raise("other");
    const int before = sender.tries;
    deliver();
    BOOST_TEST(sender.tries == before + 1);  // one try for both
    sender.isDown = false;
    clock.advance(hours(1));
    BOOST_TEST((deliver() == Lines{"a raised It is full", "a raised It is full"}));
    const auto delivery = book.deliveries(book.list().back().id, 10).front();
    BOOST_TEST((delivery.state == DeliveryState::Delivered));
    BOOST_TEST(delivery.answer == "250 taken");
    BOOST_TEST(!book.nextDue());
}

BOOST_AUTO_TEST_CASE(a_server_that_is_down_for_days_is_given_up) {
    addTarget("a");
    sender.isDown = true;
    raise("disk");
    for (int hour = 0; hour < 75; ++hour) {
        deliver();
        clock.advance(hours(1));
    }
    const auto deliveries = book.deliveries(book.list().front().id, 10);
    BOOST_TEST((deliveries.back().state == DeliveryState::Failed));
    BOOST_TEST(deliveries.back().answer.find("It is down (ALERT-0002)") == 0U);
}

BOOST_AUTO_TEST_CASE(one_server_that_is_down_keeps_nothing_from_the_other) {
    addTarget("a");
    addTarget("b");
    sender.downTarget = "a";
    raise("disk");
    raise("other");
    BOOST_TEST((deliver() == Lines{"b raised It is full", "b raised It is full"}));
    BOOST_TEST(sender.tries == 2);
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_back_holds_nothing_up) {
    addTarget("a");
    sender.isDown = true;
    raise("disk");
    deliver();
    clock.jump(-hours(24 * 365));
    sender.isDown = false;
    BOOST_TEST((deliver() == Lines{"a raised It is full"}));
    BOOST_TEST(!raise("disk"));
    clock.advance(hours(24));
    BOOST_TEST(raise("disk"));
}

BOOST_AUTO_TEST_CASE(a_target_that_is_removed_gets_nothing) {
    const auto id = addTarget("a");
    raise("disk");
    targets.remove(id);
    BOOST_TEST(deliver().empty());
    const auto delivery = book.deliveries(book.list().front().id, 10).front();
    BOOST_TEST((delivery.state == DeliveryState::Failed));
    BOOST_TEST(delivery.targetName == "a");
}

BOOST_AUTO_TEST_CASE(ten_thousand_troubles_are_a_hundred_messages) {
    addTarget("a");
    {
        catalogue::Transaction transaction(catalogue.database());
        for (int number = 0; number < 10'000; ++number) raise(std::to_string(number));
        transaction.commit();
    }
    BOOST_TEST(deliver().size() == 10'000U);
    BOOST_TEST(sender.tries == 100);
}

BOOST_AUTO_TEST_CASE(what_is_long_over_is_forgotten_and_what_is_open_is_not) {
    addTarget("a");
    raise("open");
    raise("over");
    deliver();
    book.end("over", "Over", now());
    clock.advance(AlertBook::kKept + seconds(1));
    book.sweep(now());
    const auto left = book.list();
    BOOST_TEST_REQUIRE(left.size() == 1U);
    BOOST_TEST(left.front().trouble.subject == "open");
}

BOOST_AUTO_TEST_SUITE_END()
