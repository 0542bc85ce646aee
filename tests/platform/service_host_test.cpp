// SPDX-License-Identifier: Apache-2.0
// service_host_test.cpp: what a service says to whoever manages it, and how it waits.
#include "platform/service_host.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/service_manager.hpp"
#include "tests/support/manual_clock.hpp"

using platform::ServiceHost;
using platform::ServicePhase;
using namespace std::chrono_literals;

namespace {

/// Remembers what it is told.
class RecordingManager final : public platform::ServiceManager {
public:
    void report(ServicePhase phase, std::chrono::milliseconds longest) override {
        if (isDeaf) throw base::Error(base::ErrorKind::Unavailable, "TEST", "It does not listen");
        const char* names[] = {"starting", "running", "stopping"};
        told.push_back(names[static_cast<int>(phase)] + (" " + std::to_string(longest.count())));
    }
    void showStatus(std::string_view line) noexcept override { told.emplace_back(line); }
    bool beat() noexcept override {
        ++beats;
        if (onBeat) onBeat();
        return !isDeaf;
    }
    [[nodiscard]] std::chrono::milliseconds beatLimit() const noexcept override { return limit; }

    std::vector<std::string> told;
    std::function<void()> onBeat;
    std::chrono::milliseconds limit = 0ms;
    int beats = 0;
    bool isDeaf = false;
};

struct Service {
    RecordingManager manager;
    test::ManualClock clock;
    base::CancelToken stop;
    ServiceHost host{manager, clock, stop};

    int run(const platform::ServiceBody& body) { return platform::runServiceBody(host, stop, body); }
};

base::Error cancelled() { return {base::ErrorKind::Cancelled, "TEST", "It was cancelled"}; }

using Lines = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(service_host)

BOOST_AUTO_TEST_CASE(a_life_is_told_in_its_order_and_never_goes_back) {
    Service service;
    service.host.needTime(5s);
    service.host.ready();
    service.host.ready();
    service.host.needTime(6s);
    service.host.stopping(7s);
    service.host.needTime(8s);
    service.host.ready();
    BOOST_TEST(
        (service.manager.told == Lines{"starting 5000", "running 0", "stopping 7000", "stopping 8000"}));
}

BOOST_AUTO_TEST_CASE(readiness_that_nobody_hears_is_an_error_and_may_be_told_again) {
    Service service;
    service.manager.isDeaf = true;
    BOOST_CHECK_THROW(service.host.ready(), base::Error);
    service.manager.isDeaf = false;
    service.host.ready();
    BOOST_TEST((service.manager.told == Lines{"running 0"}));
}

BOOST_AUTO_TEST_CASE(a_stop_goes_on_though_nobody_hears_of_it) {
    Service service;
    service.manager.isDeaf = true;
    service.host.stopping(1s);
    service.manager.isDeaf = false;
    service.host.ready();
    BOOST_TEST(service.manager.told.empty());
}

BOOST_AUTO_TEST_CASE(a_status_is_one_safe_line) {
    Service service;
    service.host.showStatus("a\nREADY=1");
    BOOST_TEST((service.manager.told == Lines{"a\\x0aREADY=1"}));
}

BOOST_AUTO_TEST_CASE(beats_are_sent_when_half_of_their_time_has_passed) {
    Service service;
    service.manager.limit = 20s;
    service.host.beat();
    service.host.beat();
    service.clock.advance(9s);
    service.host.beat();
    BOOST_TEST(service.manager.beats == 1);
    service.clock.advance(1s);
    service.host.beat();
    BOOST_TEST(service.manager.beats == 2);
}

BOOST_AUTO_TEST_CASE(a_beat_that_did_not_arrive_is_sent_again) {
    Service service;
    service.manager.limit = 20s;
    service.manager.isDeaf = true;
    service.host.beat();
    service.manager.isDeaf = false;
    service.host.beat();
    service.host.beat();
    BOOST_TEST(service.manager.beats == 2);
}

BOOST_AUTO_TEST_CASE(no_beats_are_sent_where_nobody_waits_for_them) {
    Service service;
    service.host.beat();
    BOOST_TEST(service.manager.beats == 0);
}

BOOST_AUTO_TEST_CASE(a_service_beats_while_it_waits_for_work) {
    Service service;
    service.manager.limit = 4ms;
    // Time passes at beats alone: without them this would wait for ever.
    service.manager.onBeat = [&service] { service.clock.advance(1s); };
    BOOST_TEST(service.host.waitFor(10s));
    BOOST_TEST(service.manager.beats == 10);
}

BOOST_AUTO_TEST_CASE(somebody_who_wakes_ends_one_wait) {
    Service service;
    service.host.wake();
    BOOST_TEST(service.host.waitFor(1h));
    std::jthread waker([&service] { service.host.wake(); });
    BOOST_TEST(service.host.waitFor(1h));
    service.host.wake();
    service.stop.cancel();
    BOOST_TEST(!service.host.waitFor(1h));
}

BOOST_AUTO_TEST_CASE(a_token_that_is_cancelled_ends_the_wait) {
    Service service;
    std::jthread stopper([&service] { service.stop.cancel(); });
    BOOST_TEST(!service.host.waitFor(1h));
}

BOOST_AUTO_TEST_CASE(a_request_to_stop_is_told_at_once_and_wakes_the_body) {
    Service service;
    const int exitCode = service.run([&service](ServiceHost& host, const base::CancelToken& stop) {
        host.ready();
        std::jthread system([&service] { service.host.askToStop(30s); });
        while (host.waitFor(1h)) continue;
        host.stopping(2s);
        return stop.isCancelled() ? 0 : 1;
    });
    BOOST_TEST(exitCode == 0);
    BOOST_TEST((service.manager.told == Lines{"running 0", "stopping 30000", "stopping 2000", "stopping 0"}));
}

BOOST_AUTO_TEST_CASE(the_exit_code_of_the_body_is_the_service_s) {
    Service service;
    BOOST_TEST(service.run([](ServiceHost&, const base::CancelToken&) { return 3; }) == 3);
    BOOST_TEST((service.manager.told == Lines{"stopping 0"}));
}

BOOST_AUTO_TEST_CASE(a_body_that_fails_leaves_its_reason_as_the_status) {
    Service service;
    BOOST_CHECK_THROW(service.run([](ServiceHost&, const base::CancelToken&) -> int {
        throw base::Error(base::ErrorKind::Busy, "TEST", "The port is taken");
    }),
                      base::Error);
    BOOST_REQUIRE_EQUAL(service.manager.told.size(), 1U);
    BOOST_TEST(service.manager.told[0].find("The port is taken") == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_body_is_a_good_end_only_after_a_request_to_stop) {
    Service asked;
    asked.stop.cancel();
    const platform::ServiceBody body = [](ServiceHost&, const base::CancelToken&) -> int {
        throw cancelled();
    };
    BOOST_TEST(asked.run(body) == 0);
    Service unasked;
    BOOST_CHECK_THROW(unasked.run(body), base::Error);
}

BOOST_AUTO_TEST_SUITE_END()
