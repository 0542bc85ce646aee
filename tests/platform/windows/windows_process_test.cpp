// SPDX-License-Identifier: Apache-2.0
// windows_process_test.cpp: child processes, the environment and DPAPI on Windows.
#include <windows.h>

#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "platform/base/error.hpp"
#include "platform/clock.hpp"
#include "platform/known_paths.hpp"
#include "platform/process.hpp"
#include "platform/secrets.hpp"
#include "platform/windows/file_time.hpp"
#include "platform/windows/wide_text.hpp"

BOOST_AUTO_TEST_SUITE(windows_process)

BOOST_AUTO_TEST_CASE(a_crash_shows_no_dialog_once_the_arguments_are_taken) {
    constexpr UINT kQuiet = SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX;
    const UINT before = SetErrorMode(0);
    platform::cancelOnInterrupt(base::CancelToken());
    BOOST_TEST(GetErrorMode() == 0U);
    BOOST_TEST(platform::programArguments(0, nullptr).size() == static_cast<std::size_t>(__argc) - 1);
    BOOST_TEST((GetErrorMode() & kQuiet) == kQuiet);
    SetErrorMode(before);
}

BOOST_AUTO_TEST_CASE(a_child_reads_its_input_and_its_output_is_collected) {
    const auto sorted = platform::runProgram({"cmd.exe", "/c", "echo hello"}, {});
    BOOST_TEST(sorted.exitCode == 0);
    BOOST_TEST(sorted.output == "hello\r\n");
    BOOST_TEST(platform::runProgram({"cmd.exe", "/c", "exit 7"}, base::asBytes("unread")).exitCode == 7);
}

BOOST_AUTO_TEST_CASE(a_program_that_is_not_there_is_not_found) {
    BOOST_CHECK_EXCEPTION(platform::runProgram({"no-such-program.exe"}, {}), base::Error,
                          [](const base::Error& error) { return error.kind() == base::ErrorKind::NotFound; });
}

BOOST_AUTO_TEST_CASE(facts_about_the_process_are_plausible) {
    BOOST_TEST(platform::processorCount() >= 1U);
    BOOST_TEST(platform::peakMemoryBytes() > 100'000U);
    BOOST_TEST(!platform::hostName().empty());
    BOOST_TEST(!platform::environmentVariable("HBR_SURELY_NOT_SET"));
    BOOST_TEST(platform::environmentVariable("SystemRoot").has_value());
    BOOST_TEST(!platform::configFolder().empty());
    BOOST_TEST(platform::stateFolder() != platform::configFolder());
}

BOOST_AUTO_TEST_CASE(a_sealed_secret_opens_for_its_purpose_alone) {
    const auto store = platform::makeSecretStore("unused");
    base::Bytes sealed = store->seal(base::asBytes("secret"), "vault password");
    BOOST_TEST(base::asText(store->open(sealed, "vault password").view()) == "secret");
    const auto isRefused = [](const base::Error& error) { return error.code() == "SECRET-0001"; };
    BOOST_CHECK_EXCEPTION(store->open(sealed, "another purpose"), base::Error, isRefused);
    // The last bytes are part of the seal everywhere; wine leaves some in the middle unguarded.
    sealed.back() ^= 1;
    BOOST_CHECK_EXCEPTION(store->open(sealed, "vault password"), base::Error, isRefused);
    BOOST_CHECK_EXCEPTION(store->open({}, "vault password"), base::Error, isRefused);
}

BOOST_AUTO_TEST_CASE(text_survives_the_way_to_utf16_and_back) {
    using platform::windows::toUtf8;
    using platform::windows::toWide;
    for (const std::string text :
         {"", "plain", "gr\xC3\xBCn", "\xE6\x96\x87", "\xF0\x9F\x92\xBE", "\xED\xA0\x80x"}) {
        BOOST_TEST(toUtf8(toWide(text)) == text);
    }
    BOOST_TEST(toWide("\xF0\x9F\x92\xBE").size() == 2U);
    for (const std::string text : {"\xFF", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xF4\x90\x80\x80", "\x80"}) {
        BOOST_CHECK_THROW(toWide(text), base::Error);
    }
}

BOOST_AUTO_TEST_CASE(file_times_survive_the_way_to_windows_and_back) {
    using platform::Timestamp;
    for (const Timestamp time : {Timestamp{0, 0}, Timestamp{-1, 999'999'900}, Timestamp{1'700'000'000, 100},
                                 Timestamp{-11'644'473'600, 100}}) {
        const Timestamp back = platform::windows::fromFileTime(platform::windows::toFileTime(time));
        BOOST_TEST((back == time));
    }
    BOOST_TEST(platform::windows::toFileTime({INT64_MIN, 0}) > 0);
    BOOST_TEST(platform::windows::toFileTime({INT64_MAX, 0}) > 0);
}

BOOST_AUTO_TEST_CASE(the_steady_clock_moves_forward) {
    const auto clock = platform::makeSystemClock();
    const auto before = clock->steady();
    BOOST_TEST(clock->now().seconds > 1'600'000'000);
    BOOST_TEST((clock->steady() >= before));
}

BOOST_AUTO_TEST_SUITE_END()
