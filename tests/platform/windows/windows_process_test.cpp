// SPDX-License-Identifier: Apache-2.0
// windows_process_test.cpp: child processes, the environment and DPAPI on Windows.
#include <windows.h>

#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "platform/base/error.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"
#include "platform/known_paths.hpp"
#include "platform/process.hpp"
#include "platform/secrets.hpp"
#include "platform/windows/file_time.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/wide_text.hpp"
#include "tests/platform/windows/own_program.hpp"

namespace {

const wchar_t* const kBackupPrivileges[] = {SE_BACKUP_NAME, SE_RESTORE_NAME, SE_CREATE_SYMBOLIC_LINK_NAME};

/// The rights of this process and what it may do with them.
platform::windows::Handle ownToken() {
    HANDLE token = nullptr;
    BOOST_REQUIRE(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY | TOKEN_ADJUST_PRIVILEGES, &token) != 0);
    return platform::windows::Handle(token);
}

/// The system's number for a privilege; nothing where it does not know the name, as wine that of symbolic
/// links.
std::optional<LUID> luidOf(const wchar_t* privilege) {
    LUID luid{};
    if (LookupPrivilegeValueW(nullptr, privilege, &luid) == 0) return std::nullopt;
    return luid;
}

/// The attributes of a privilege; nothing when the process does not hold it.
std::optional<DWORD> attributesOf(const wchar_t* privilege) {
    const auto token = ownToken();
    alignas(8) base::Byte buffer[4096];
    DWORD sizeBytes = 0;
    BOOST_REQUIRE(GetTokenInformation(token.get(), TokenPrivileges, buffer, sizeof(buffer), &sizeBytes) != 0);
    const auto& held = *reinterpret_cast<const TOKEN_PRIVILEGES*>(buffer);
    const std::optional<LUID> wanted = luidOf(privilege);
    if (!wanted) return std::nullopt;
    for (DWORD i = 0; i < held.PrivilegeCount; ++i) {
        const LUID_AND_ATTRIBUTES& one = held.Privileges[i];
        if (one.Luid.LowPart == wanted->LowPart && one.Luid.HighPart == wanted->HighPart)
            return one.Attributes;
    }
    return std::nullopt;
}

bool isEnabled(const wchar_t* privilege) {
    return (attributesOf(privilege).value_or(0) & SE_PRIVILEGE_ENABLED) != 0;
}

/// 0 as `attributes` switches a privilege off, SE_PRIVILEGE_REMOVED takes it from this process for good.
void adjust(const wchar_t* privilege, DWORD attributes) {
    TOKEN_PRIVILEGES wanted{};
    wanted.PrivilegeCount = 1;
    wanted.Privileges[0] = {luidOf(privilege).value(), attributes};
    BOOST_REQUIRE(AdjustTokenPrivileges(ownToken().get(), FALSE, &wanted, 0, nullptr, nullptr) != 0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(windows_process)

BOOST_AUTO_TEST_CASE(each_backup_privilege_that_the_account_holds_is_enabled) {
    for (const wchar_t* privilege : kBackupPrivileges) {
        if (attributesOf(privilege)) adjust(privilege, 0);
        BOOST_TEST(!isEnabled(privilege));
    }
    const auto fileSystem = platform::makeFileSystem();
    for (const wchar_t* privilege : kBackupPrivileges) {
        BOOST_TEST(isEnabled(privilege) == attributesOf(privilege).has_value());
    }
    // Administrators hold these two, and wine makes everybody one.
    if (platform::windows::isElevated()) {
        BOOST_TEST(isEnabled(SE_BACKUP_NAME));
        BOOST_TEST(isEnabled(SE_RESTORE_NAME));
    }
}

/// Not a test by itself: what a process gives away it never gets back, so the next one runs it as a child.
BOOST_AUTO_TEST_CASE(child_without_privileges, *boost::unit_test::disabled()) {
    for (const wchar_t* privilege : kBackupPrivileges) {
        if (attributesOf(privilege)) adjust(privilege, SE_PRIVILEGE_REMOVED);
        BOOST_REQUIRE(!attributesOf(privilege));
    }
    const auto fileSystem = platform::makeFileSystem();
    const std::string path = platform::environmentVariable("TEMP").value_or("C:\\") + "\\hbr-test-" +
                             std::to_string(GetCurrentProcessId());
    fileSystem->createNew(path)->write(base::asBytes("content"));
    BOOST_TEST(fileSystem->openForReading(path)->status().sizeBytes == 7U);
    BOOST_TEST(fileSystem->removeFile(path));
    for (const wchar_t* privilege : kBackupPrivileges) BOOST_TEST(!attributesOf(privilege));
    BOOST_TEST_MESSAGE("it worked without");
}

BOOST_AUTO_TEST_CASE(an_account_without_backup_privileges_is_no_failure) {
    const auto child = platform::runProgram(
        {test::ownProgram(), "--run_test=windows_process/child_without_privileges", "--log_level=message"},
        {});
    BOOST_TEST(child.exitCode == 0, child.output);
    BOOST_TEST(child.output.find("it worked without") != std::string::npos, child.output);
}

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
