// SPDX-License-Identifier: Apache-2.0
#include "agent/service/clock_watch.hpp"

#include <boost/test/unit_test.hpp>

#include "platform/read_fully.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"

using service::ClockWatch;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

struct Watched {
    test::TemporaryFolder folder;
    std::string path = folder / "clock-was-set";
    test::ManualClock clock;
    ClockWatch watch = watchFrom(clock.now());

    /// As a service leaves it that ended at `lastSeen`.
    ClockWatch watchFrom(platform::Timestamp lastSeen) {
        folder.files->removeFile(path + ".last-seen");
        test::writeFile(*folder.open(), "clock-was-set.last-seen", platform::formatUtc(lastSeen));
        return {*folder.files, clock, path};
    }

    /// Time passes while the watch looks.
    void pass(hours time) {
        for (hours passed{0}; passed < time; passed += hours(1)) {
            clock.advance(hours(1));
            watch.look();
        }
    }
    bool isThere() { return folder.files->status(path).has_value(); }
    std::string text() {
        const auto file = folder.files->openForReading(path);
        base::Bytes content(static_cast<std::size_t>(file->status().sizeBytes));
        content.resize(platform::readFully(*file, 0, content));
        return std::string(base::asText(content));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clock_watch, Watched)

BOOST_AUTO_TEST_CASE(time_that_passes_and_small_steps_are_no_jumps) {
    watch.look();
    clock.advance(hours(24 * 365));  // the service was busy
    watch.look();
    for (int step = 0; step < 100; ++step) {
        clock.jump(step % 3 == 0 ? -hours(20) : hours(20));
        watch.look();
        pass(hours(3));
    }
    BOOST_TEST(watch.isTrusted());
    BOOST_TEST(!isThere());
}

BOOST_AUTO_TEST_CASE(a_start_that_cannot_be_compared_with_the_time_before_waits_a_day) {
    BOOST_TEST(!watch.isTrusted());  // nobody has looked
    watch.look();
    BOOST_TEST(watch.isTrusted());
    for (const hours away : {hours(48), -hours(48)}) {
        ClockWatch next = watchFrom({clock.now().seconds - std::chrono::seconds(away).count(), 0});
        next.look();
        BOOST_TEST(!next.isTrusted());
        BOOST_TEST(!next.hasJumped());
        clock.advance(ClockWatch::kSettling - minutes(1));
        next.look();
        BOOST_TEST(!next.isTrusted());
        clock.advance(minutes(2));
        next.look();
        BOOST_TEST(next.isTrusted());
        ClockWatch again(*folder.files, clock, path);  // what it kept counts for the one after it
        again.look();
        BOOST_TEST(again.isTrusted());
    }
    folder.files->removeFile(path + ".last-seen");
    ClockWatch first(*folder.files, clock, path);
    first.look();
    BOOST_TEST(!first.isTrusted());
}

BOOST_AUTO_TEST_CASE(a_jump_is_told_in_a_file_and_ends_when_a_person_deletes_it) {
    for (const hours jump : {hours(24 * 400), -hours(25)}) {
        watch.look();
        clock.jump(jump);
        watch.look();
        pass(hours(48));
        BOOST_TEST(!watch.isTrusted());
        BOOST_TEST(text().find("The clock of this machine was set from 20") == 0U);
        BOOST_TEST(text().find("delete this file") != std::string::npos);
        folder.files->removeFile(path);
        watch.look();
        BOOST_TEST(watch.isTrusted());
    }
}

BOOST_AUTO_TEST_CASE(it_ends_when_the_clock_is_right_again) {
    watch.look();
    clock.jump(hours(24 * 400));
    watch.look();
    pass(hours(10));
    clock.jump(-hours(24 * 300));  // better, and not good
    watch.look();
    BOOST_TEST(!watch.isTrusted());
    clock.jump(-hours(24 * 100) + minutes(30));
    watch.look();
    BOOST_TEST(watch.isTrusted());
    BOOST_TEST(!isThere());
}

BOOST_AUTO_TEST_CASE(it_outlives_the_service_and_no_later_jump_ends_it) {
    watch.look();
    clock.jump(hours(24 * 400));
    watch.look();
    ClockWatch next(*folder.files, clock, path);
    next.look();
    BOOST_TEST(!next.isTrusted());
    clock.jump(hours(24 * 400));
    next.look();
    clock.jump(-hours(24 * 400));  // to where this service found it, which was wrong
    next.look();
    BOOST_TEST(!next.isTrusted());
    folder.files->removeFile(path);
    next.look();
    BOOST_TEST(!next.hasJumped());
    clock.advance(ClockWatch::kSettling);  // it began at a time that is far from the one last seen
    next.look();
    BOOST_TEST(next.isTrusted());
}

BOOST_AUTO_TEST_CASE(a_clock_whose_file_cannot_be_written_is_not_trusted) {
    ClockWatch stuck(*folder.files, clock, folder / "missing/clock-was-set");
    stuck.look();
    clock.jump(hours(24 * 400));
    BOOST_CHECK_THROW(stuck.look(), base::Error);
    BOOST_TEST(!stuck.isTrusted());
    folder.files->createDirectories(folder / "missing");
    stuck.look();
    BOOST_TEST(!stuck.isTrusted());
    BOOST_TEST(folder.files->status(folder / "missing/clock-was-set").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
