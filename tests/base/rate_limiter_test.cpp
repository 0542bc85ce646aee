// SPDX-License-Identifier: Apache-2.0
// rate_limiter_test.cpp: rates, shares and ends of transfers, in a time that passes only while all sleep.
#include "platform/base/rate_limiter.hpp"

#include <algorithm>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "platform/base/error.hpp"

namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint64_t kRate = 1'000'000;

/// A time for some threads. It stands while one of them works, and jumps to whoever wakes first once all
/// sleep or have ended; so what happens depends on no machine's speed.
class SimulatedTime final {
public:
    explicit SimulatedTime(std::size_t threads) : awake_(threads) {}

    base::LimiterTime words() {
        return {[this] { return now(); }, [this](nanoseconds time) { sleep(time); }};
    }
    nanoseconds now() {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void sleep(nanoseconds time) {
        std::unique_lock lock(mutex_);
        const std::uint64_t number = ++sleepers_;
        wakes_[{now_ + time, number}] = false;
        --awake_;
        wakeNext();
        changed_.wait(lock, [&] { return wakes_.begin()->second && wakes_.begin()->first.second == number; });
        wakes_.erase(wakes_.begin());
    }
    /// A thread has ended.
    void leave() {
        const std::lock_guard lock(mutex_);
        --awake_;
        wakeNext();
    }

private:
    void wakeNext() {
        if (awake_ != 0 || wakes_.empty()) return;
        now_ = std::max(now_, wakes_.begin()->first.first);
        wakes_.begin()->second = true;
        ++awake_;
        changed_.notify_all();
    }

    std::mutex mutex_;  // guards everything below
    std::condition_variable changed_;
    std::map<std::pair<nanoseconds, std::uint64_t>, bool> wakes_;  // by time, then in order; true: woken
    nanoseconds now_{};
    std::uint64_t sleepers_ = 0;
    std::size_t awake_;
};

/// Lets `count` threads work in a simulated time until all have ended.
void together(SimulatedTime& time, std::size_t count, const std::function<void(std::size_t)>& work) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            work(i);
            time.leave();
        });
    }
}

/// Sends bytes through the limiter, piece by piece.
void send(base::RateLimiter& limiter, std::uint64_t sizeBytes) {
    base::Transfer transfer(&limiter, sizeBytes);
    while (sizeBytes != 0) {
        sizeBytes -= transfer.next(static_cast<std::size_t>(std::min<std::uint64_t>(sizeBytes, base::kMiB)));
    }
}

bool isCancelled(const base::Error& error) { return error.kind() == base::ErrorKind::Cancelled; }

double inSeconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(rate_limiters)

BOOST_AUTO_TEST_CASE(one_thread_keeps_the_rate) {
    for (const std::uint64_t rate : {std::uint64_t{1}, std::uint64_t{1024}, kRate, std::uint64_t{1} << 30}) {
        SimulatedTime time(1);
        base::RateLimiter limiter(rate, {}, time.words());
        send(limiter, 20 * rate);
        BOOST_TEST(limiter.passedBytes() == 20 * rate);
        // All but the burst that it may begin with.
        BOOST_TEST(inSeconds(time.now()) >= 19.8, "rate " << rate);
        BOOST_TEST(inSeconds(time.now()) <= 20.2, "rate " << rate);
    }
}

BOOST_AUTO_TEST_CASE(many_threads_keep_the_rate_together_and_share_it_alike) {
    constexpr std::size_t kThreads = 12;
    SimulatedTime time(kThreads);
    base::RateLimiter limiter(kRate, {}, time.words());
    std::vector<std::uint64_t> sent(kThreads);
    together(time, kThreads, [&](std::size_t i) {
        base::Transfer transfer(&limiter, base::Transfer::kUnknownSize);
        while (time.now() < seconds(60)) sent[i] += transfer.next(base::kMiB);
    });
    std::uint64_t all = 0;
    for (const std::uint64_t one : sent) all += one;
    BOOST_TEST(static_cast<double>(all) >= 0.98 * 60 * kRate);
    BOOST_TEST(static_cast<double>(all) <= 1.03 * 60 * kRate);
    const auto [least, most] = std::minmax_element(sent.begin(), sent.end());
    // The burst may go to whoever comes first, and the last round to some only.
    BOOST_TEST(*most - *least <= 4 * limiter.pieceBytes());
}

BOOST_AUTO_TEST_CASE(no_stretch_of_time_sees_a_burst) {
    constexpr std::size_t kThreads = 4;
    SimulatedTime time(kThreads);
    base::RateLimiter limiter(kRate, {}, time.words());
    std::mutex mutex;
    std::map<std::int64_t, std::uint64_t> perTenth;
    together(time, kThreads, [&](std::size_t) {
        base::Transfer transfer(&limiter, base::Transfer::kUnknownSize);
        while (time.now() < seconds(20)) {
            const std::size_t piece = transfer.next(16 * base::kMiB);
            const std::lock_guard lock(mutex);
            perTenth[time.now() / milliseconds(100)] += piece;
        }
    });
    // A tenth of a second's worth, what was kept before it, and the piece that was begun.
    const std::uint64_t most = kRate / 10 + kRate / 8 + limiter.pieceBytes();
    for (const auto& [tenth, bytes] : perTenth) BOOST_TEST(bytes <= most, "tenth " << tenth);
}

BOOST_AUTO_TEST_CASE(what_was_not_used_is_not_made_up_for) {
    SimulatedTime time(1);
    base::RateLimiter limiter(kRate, {}, time.words());
    send(limiter, kRate);
    time.sleep(std::chrono::hours(1));
    const nanoseconds before = time.now();
    send(limiter, 10 * kRate);
    BOOST_TEST(inSeconds(time.now() - before) >= 9.8);
}

BOOST_AUTO_TEST_CASE(a_wait_that_lasts_too_long_costs_no_rate) {
    SimulatedTime time(1);
    base::LimiterTime late = time.words();
    late.sleep = [&](nanoseconds wait) { time.sleep(wait + milliseconds(15)); };
    base::RateLimiter limiter(kRate, {}, late);
    send(limiter, 20 * kRate);
    BOOST_TEST(inSeconds(time.now()) <= 20.4);
    BOOST_TEST(inSeconds(time.now()) >= 19.8);
}

BOOST_AUTO_TEST_CASE(pieces_are_small_at_any_rate) {
    for (const std::uint64_t rate : {std::uint64_t{1}, std::uint64_t{1024}, kRate, std::uint64_t{1} << 50}) {
        const base::RateLimiter limiter(rate, {});
        BOOST_TEST(limiter.pieceBytes() >= 1);
        BOOST_TEST(limiter.pieceBytes() <= base::RateLimiter::kMostPieceBytes);
        BOOST_TEST(limiter.pieceBytes() <= std::max<std::uint64_t>(1, rate / 8));
    }
}

BOOST_AUTO_TEST_CASE(another_rate_counts_at_once_also_for_those_who_wait) {
    SimulatedTime time(2);
    base::RateLimiter limiter(1, {}, time.words());
    together(time, 2, [&](std::size_t i) {
        if (i == 0) return send(limiter, 10 * kRate);
        time.sleep(milliseconds(1500));
        limiter.setBytesPerSecond(kRate);
    });
    BOOST_TEST(inSeconds(time.now()) >= 11.2);
    BOOST_TEST(inSeconds(time.now()) <= 11.8);
    BOOST_TEST(limiter.bytesPerSecond() == kRate);
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_all_waits_at_once) {
    constexpr std::size_t kThreads = 5;
    const base::CancelToken cancel;
    SimulatedTime time(kThreads + 1);
    base::RateLimiter limiter(16, cancel, time.words());
    std::atomic<int> ended = 0;
    together(time, kThreads + 1, [&](std::size_t i) {
        if (i == kThreads) {
            time.sleep(seconds(30));
            return cancel.cancel();
        }
        try {
            send(limiter, kRate);
        } catch (const base::Error& error) {
            if (isCancelled(error)) ++ended;
        }
    });
    BOOST_TEST(ended == static_cast<int>(kThreads));
    BOOST_TEST((time.now() <= seconds(30) + milliseconds(100)));
}

BOOST_AUTO_TEST_CASE(after_a_cancellation_little_passes_at_once_and_all_else_ends) {
    const base::CancelToken cancel;
    SimulatedTime time(1);
    base::RateLimiter limiter(1024, cancel, time.words());
    base::Transfer begun(&limiter, 100);
    cancel.cancel();
    BOOST_CHECK_EXCEPTION(static_cast<void>(begun.next(100)), base::Error, isCancelled);
    send(limiter, 100);
    BOOST_CHECK_EXCEPTION(send(limiter, 16 * base::kMiB), base::Error, isCancelled);
    base::Transfer unknown(&limiter, base::Transfer::kUnknownSize);
    BOOST_CHECK_EXCEPTION(static_cast<void>(unknown.next(1)), base::Error, isCancelled);
    send(limiter, base::RateLimiter::kFarewellBytes - 100);
    BOOST_CHECK_EXCEPTION(send(limiter, 1), base::Error, isCancelled);
    BOOST_TEST((time.now() == nanoseconds::zero()));
}

BOOST_AUTO_TEST_CASE(without_a_limiter_all_passes_at_once) {
    base::Transfer transfer(nullptr, 7);
    BOOST_TEST(transfer.next(5) == 5);
    BOOST_TEST(transfer.next(base::kMiB) == base::kMiB);
}

BOOST_AUTO_TEST_SUITE_END()
