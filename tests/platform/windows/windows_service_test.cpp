// SPDX-License-Identifier: Apache-2.0
// windows_service_test.cpp: services of Windows: their registration, and a life of one under the real
// manager.
#include <windows.h>

#include <winsvc.h>

#include <boost/test/unit_test.hpp>

#include <array>
#include <iostream>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "platform/service_control.hpp"
#include "platform/service_host.hpp"
#include "platform/windows/console_events.hpp"
#include "platform/windows/event_log.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/service_status.hpp"
#include "platform/windows/wide_text.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/platform/windows/own_program.hpp"

using platform::ServiceHost;
using platform::ServicePhase;
using platform::windows::Handle;
using platform::windows::ServiceStatus;
using platform::windows::toWide;
using test::hasCode;
using namespace std::chrono_literals;

namespace {

/// Far longer than anything takes here: what never comes fails the test instead of holding it up.
constexpr DWORD kLongestMs = 120'000;

const char* const kDescription = "Backs things up.\r\nA second line.";

std::string nameOf(const std::string& role) {
    return "hbr-test-" + role + "-" + std::to_string(GetCurrentProcessId());
}

/// Something that the test and the service in another process tell each other once. It is forgotten when
/// nobody has it any more, so whoever waits for it makes it first.
class Signal final {
public:
    Signal(const std::string& service, const std::string& what)
        : event_(CreateEventW(nullptr, TRUE, FALSE, toWide("Global\\" + service + "-" + what).c_str())) {}

    void give() const { SetEvent(event_.get()); }
    [[nodiscard]] bool await() const {
        return WaitForSingleObject(event_.get(), kLongestMs) == WAIT_OBJECT_0;
    }

private:
    Handle event_;
};

platform::ServiceRegistration registrationOf(const std::string& name) {
    return {name,
            "HBR test " + name,
            kDescription,
            {test::ownProgram(), "--run_test=started_by_tests/the_service_itself", "--", name}};
}

/// A service that is registered as long as the test lasts. Its program is this one.
class InstalledService final {
public:
    explicit InstalledService(const std::string& role) : name(nameOf(role)) {
        unknown = platform::installService(registrationOf(name));
        manager_ = OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT);
        service_ = OpenServiceW(manager_, toWide(name).c_str(), SERVICE_ALL_ACCESS);
        BOOST_REQUIRE(service_ != nullptr);
    }
    InstalledService(const InstalledService&) = delete;
    InstalledService& operator=(const InstalledService&) = delete;
    ~InstalledService() {
        try {
            platform::removeService(name);
        } catch (const base::Error&) {
            // The test has removed it.
        }
        CloseServiceHandle(service_);
        CloseServiceHandle(manager_);
    }

    [[nodiscard]] bool start() const { return StartServiceW(service_, 0, nullptr) != 0; }

    [[nodiscard]] bool stop() const {
        SERVICE_STATUS status{};
        return ControlService(service_, SERVICE_CONTROL_STOP, &status) != 0;
    }

    [[nodiscard]] SERVICE_STATUS_PROCESS status() const {
        SERVICE_STATUS_PROCESS status{};
        DWORD sizeBytes = 0;
        BOOST_REQUIRE(QueryServiceStatusEx(service_, SC_STATUS_PROCESS_INFO, reinterpret_cast<BYTE*>(&status),
                                           sizeof(status), &sizeBytes) != 0);
        return status;
    }

    /// Looks at what Windows keeps of one level of the settings, unless it does not know the level.
    template <typename Info, typename Check>
    void checkSetting(DWORD level, const Check& check) const {
        alignas(8) std::array<BYTE, 8192> buffer{};
        DWORD sizeBytes = 0;
        if (QueryServiceConfig2W(service_, level, buffer.data(), buffer.size(), &sizeBytes) != 0) {
            check(*reinterpret_cast<const Info*>(buffer.data()));
        } else {
            BOOST_TEST_MESSAGE("this Windows tells nothing of level " << level);
        }
    }

    [[nodiscard]] const QUERY_SERVICE_CONFIGW& config() {
        DWORD sizeBytes = 0;
        BOOST_REQUIRE(QueryServiceConfigW(service_, reinterpret_cast<QUERY_SERVICE_CONFIGW*>(config_.data()),
                                          static_cast<DWORD>(config_.size()), &sizeBytes) != 0);
        return *reinterpret_cast<const QUERY_SERVICE_CONFIGW*>(config_.data());
    }

    const std::string name;
    std::vector<std::string> unknown;

private:
    SC_HANDLE manager_ = nullptr;
    SC_HANDLE service_ = nullptr;
    alignas(8) std::array<BYTE, 8192> config_{};
};

/// What the service does: each step waits for the test, so that the test sees each state.
int live(ServiceHost& host, const std::string& name) {
    const auto log = platform::openSystemLog(name);
    if (dynamic_cast<platform::windows::EventLog*>(log.get()) == nullptr) return 4;
    if (name.find("-failing-") != std::string::npos) {
        Signal(name, "failing").give();
        static_cast<void>(Signal(name, "go").await());
        throw base::Error(base::ErrorKind::Busy, "TEST", "The port is taken");
    }
    host.needTime(20s);
    Signal(name, "starting").give();
    if (!Signal(name, "go").await()) return 2;
    host.ready();
    Signal(name, "running").give();
    while (host.waitFor(1h)) continue;
    host.stopping(60s);
    host.needTime(61s);
    Signal(name, "stopping").give();
    return Signal(name, "end").await() ? 0 : 3;
}

BOOL WINAPI takeEvent(DWORD /*event*/) {
    Signal(nameOf("console"), "event").give();
    return TRUE;
}

}  // namespace

/// Not tests by themselves but what the tests start in processes of their own; in a suite of their own, so
/// that nobody who runs the tests by their names runs these with them.
BOOST_AUTO_TEST_SUITE(started_by_tests)

BOOST_AUTO_TEST_CASE(the_service_itself, *boost::unit_test::disabled()) {
    const auto& suite = boost::unit_test::framework::master_test_suite();
    const std::string name = suite.argv[suite.argc - 1];
    const base::CancelToken stop;
    platform::cancelOnInterrupt(stop);
    static_cast<void>(platform::runService(
        name, stop, [&name](ServiceHost& host, const base::CancelToken&) { return live(host, name); }));
}

BOOST_AUTO_TEST_CASE(a_program_that_left_its_console_s_events, *boost::unit_test::disabled()) {
    const Signal event(nameOf("console"), "event");
    FreeConsole();
    BOOST_REQUIRE(AllocConsole() != 0);
    // Handlers are called last one first, until one says that it has taken the event.
    BOOST_REQUIRE(SetConsoleCtrlHandler(takeEvent, TRUE) != 0);
    const base::CancelToken stop;
    platform::cancelOnInterrupt(stop);
    platform::cancelOnInterrupt(stop);
    platform::windows::leaveConsoleEvents();
    BOOST_REQUIRE(GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) != 0);
    BOOST_REQUIRE(event.await());
    BOOST_TEST(!stop.isCancelled());
    std::cout << "only its own handler was asked" << std::flush;
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(windows_service)

BOOST_AUTO_TEST_CASE(pending_phases_count_check_points_and_give_hints) {
    ServiceStatus status;
    const SERVICE_STATUS first = status.in(ServicePhase::Starting, 30s);
    BOOST_TEST(first.dwServiceType == static_cast<DWORD>(SERVICE_WIN32_OWN_PROCESS));
    BOOST_TEST(first.dwCurrentState == static_cast<DWORD>(SERVICE_START_PENDING));
    BOOST_TEST(first.dwControlsAccepted == 0U);
    BOOST_TEST(first.dwCheckPoint == 1U);
    BOOST_TEST(first.dwWaitHint == 30'000U);
    BOOST_TEST(status.in(ServicePhase::Starting, 1s).dwCheckPoint == 2U);
    static_cast<void>(status.in(ServicePhase::Running, 0s));
    const SERVICE_STATUS stopping = status.in(ServicePhase::Stopping, 0s);
    BOOST_TEST(stopping.dwCurrentState == static_cast<DWORD>(SERVICE_STOP_PENDING));
    BOOST_TEST(stopping.dwCheckPoint == 1U);
    BOOST_TEST(stopping.dwWaitHint > 0U);
    BOOST_TEST(status.in(ServicePhase::Stopping, std::chrono::milliseconds::max()).dwWaitHint > 0U);
    BOOST_TEST(status.in(ServicePhase::Stopping, 7s).dwCheckPoint == 3U);
}

BOOST_AUTO_TEST_CASE(a_running_service_takes_stops_and_early_notices_of_shutdowns) {
    const SERVICE_STATUS running = ServiceStatus().in(ServicePhase::Running, 5s);
    BOOST_TEST(running.dwControlsAccepted ==
               static_cast<DWORD>(SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN));
    BOOST_TEST(running.dwCheckPoint == 0U);
    BOOST_TEST(running.dwWaitHint == 0U);
    BOOST_TEST(platform::windows::asksToStop(SERVICE_CONTROL_STOP));
    BOOST_TEST(platform::windows::asksToStop(SERVICE_CONTROL_PRESHUTDOWN));
    BOOST_TEST(!platform::windows::asksToStop(SERVICE_CONTROL_INTERROGATE));
    BOOST_TEST(!platform::windows::asksToStop(SERVICE_CONTROL_SHUTDOWN));
}

BOOST_AUTO_TEST_CASE(an_end_with_an_exit_code_is_a_failure_for_windows) {
    BOOST_TEST(ServiceStatus::stopped(0).dwWin32ExitCode == static_cast<DWORD>(NO_ERROR));
    BOOST_TEST(ServiceStatus::stopped(3).dwWin32ExitCode == static_cast<DWORD>(ERROR_SERVICE_SPECIFIC_ERROR));
    BOOST_TEST(ServiceStatus::stopped(3).dwServiceSpecificExitCode == 3U);
}

BOOST_AUTO_TEST_CASE(windows_sees_a_service_start_run_and_stop) {
    const InstalledService service("living");
    const Signal starting(service.name, "starting");
    const Signal go(service.name, "go");
    const Signal running(service.name, "running");
    const Signal stopping(service.name, "stopping");
    const Signal end(service.name, "end");
    BOOST_REQUIRE(service.start());

    BOOST_REQUIRE(starting.await());
    SERVICE_STATUS_PROCESS status = service.status();
    BOOST_TEST(status.dwCurrentState == static_cast<DWORD>(SERVICE_START_PENDING));
    BOOST_TEST(status.dwCheckPoint == 2U);
    BOOST_TEST(status.dwWaitHint == 20'000U);
    BOOST_TEST(!service.stop());
    go.give();

    BOOST_REQUIRE(running.await());
    status = service.status();
    BOOST_TEST(status.dwCurrentState == static_cast<DWORD>(SERVICE_RUNNING));
    BOOST_TEST(status.dwControlsAccepted ==
               static_cast<DWORD>(SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PRESHUTDOWN));
    const Handle process(OpenProcess(SYNCHRONIZE, FALSE, status.dwProcessId));
    BOOST_REQUIRE(static_cast<bool>(process));
    BOOST_TEST(service.stop());

    BOOST_REQUIRE(stopping.await());
    status = service.status();
    BOOST_TEST(status.dwCurrentState == static_cast<DWORD>(SERVICE_STOP_PENDING));
    BOOST_TEST(status.dwControlsAccepted == 0U);
    BOOST_TEST(status.dwCheckPoint == 3U);
    BOOST_TEST(status.dwWaitHint == 61'000U);
    end.give();

    BOOST_TEST(WaitForSingleObject(process.get(), kLongestMs) == static_cast<DWORD>(WAIT_OBJECT_0));
    status = service.status();
    BOOST_TEST(status.dwCurrentState == static_cast<DWORD>(SERVICE_STOPPED));
    BOOST_TEST(status.dwWin32ExitCode == static_cast<DWORD>(NO_ERROR));
}

BOOST_AUTO_TEST_CASE(a_service_that_fails_ends_with_an_exit_code_for_windows) {
    const InstalledService service("failing");
    const Signal failing(service.name, "failing");
    const Signal go(service.name, "go");
    BOOST_REQUIRE(service.start());
    BOOST_REQUIRE(failing.await());
    const Handle process(OpenProcess(SYNCHRONIZE, FALSE, service.status().dwProcessId));
    BOOST_REQUIRE(static_cast<bool>(process));
    go.give();
    BOOST_TEST(WaitForSingleObject(process.get(), kLongestMs) == static_cast<DWORD>(WAIT_OBJECT_0));
    BOOST_TEST(service.status().dwCurrentState == static_cast<DWORD>(SERVICE_STOPPED));
    BOOST_TEST(service.status().dwWin32ExitCode == static_cast<DWORD>(ERROR_SERVICE_SPECIFIC_ERROR));
    BOOST_TEST(service.status().dwServiceSpecificExitCode == 1U);
}

// After the two above: wine, as Windows does not, looks for the service that was started last when it is
// asked who started this process, and lets us wait for it if it still runs.
BOOST_AUTO_TEST_CASE(a_service_runs_in_the_foreground_when_windows_did_not_start_it) {
    const int exitCode = platform::runService("hbr-test", base::CancelToken(),
                                              [](ServiceHost& host, const base::CancelToken& stop) {
                                                  host.ready();
                                                  stop.cancel();
                                                  return host.waitFor(1h) ? 1 : 5;
                                              });
    BOOST_TEST(exitCode == 5);
}

BOOST_AUTO_TEST_CASE(console_events_stop_no_service) {
    const platform::ChildResult child = platform::runProgram(
        {test::ownProgram(), "--run_test=started_by_tests/a_program_that_left_its_console_s_events"}, {});
    BOOST_TEST(child.exitCode == 0, child.output);
    BOOST_TEST(child.output.find("only its own handler was asked") != std::string::npos, child.output);
}

BOOST_AUTO_TEST_CASE(what_is_registered_can_be_read_back) {
    InstalledService service("registered");
    const QUERY_SERVICE_CONFIGW& config = service.config();
    BOOST_TEST(config.dwStartType == static_cast<DWORD>(SERVICE_AUTO_START));
    BOOST_TEST(config.dwServiceType == static_cast<DWORD>(SERVICE_WIN32_OWN_PROCESS));
    BOOST_TEST(platform::windows::toUtf8(config.lpServiceStartName) == "LocalSystem");
    BOOST_TEST(platform::windows::toUtf8(config.lpDisplayName) == "HBR test " + service.name);
    service.checkSetting<SERVICE_DESCRIPTIONW>(SERVICE_CONFIG_DESCRIPTION, [](const auto& info) {
        BOOST_TEST(platform::windows::toUtf8(info.lpDescription) == kDescription);
    });
    service.checkSetting<SERVICE_DELAYED_AUTO_START_INFO>(
        SERVICE_CONFIG_DELAYED_AUTO_START_INFO,
        [](const auto& info) { BOOST_TEST(info.fDelayedAutostart == TRUE); });
    service.checkSetting<SERVICE_PRESHUTDOWN_INFO>(SERVICE_CONFIG_PRESHUTDOWN_INFO, [](const auto& info) {
        BOOST_TEST(info.dwPreshutdownTimeout == 180'000U);
    });
    service.checkSetting<SERVICE_SID_INFO>(SERVICE_CONFIG_SERVICE_SID_INFO, [](const auto& info) {
        BOOST_TEST(info.dwServiceSidType == static_cast<DWORD>(SERVICE_SID_TYPE_UNRESTRICTED));
    });
    service.checkSetting<SERVICE_FAILURE_ACTIONSW>(SERVICE_CONFIG_FAILURE_ACTIONS, [](const auto& info) {
        BOOST_TEST(info.dwResetPeriod == 86'400U);
        BOOST_REQUIRE_EQUAL(info.cActions, 3U);
        BOOST_TEST(info.lpsaActions[0].Delay == 60'000U);
        BOOST_TEST(info.lpsaActions[2].Delay == 900'000U);
    });
    service.checkSetting<SERVICE_FAILURE_ACTIONS_FLAG>(
        SERVICE_CONFIG_FAILURE_ACTIONS_FLAG,
        [](const auto& info) { BOOST_TEST(info.fFailureActionsOnNonCrashFailures == TRUE); });
    for (const std::string& sentence : service.unknown) BOOST_TEST_MESSAGE(sentence);
}

BOOST_AUTO_TEST_CASE(a_repair_brings_back_what_was_changed) {
    InstalledService service("repaired");
    platform::ServiceRegistration changed = registrationOf(service.name);
    changed.displayName += " changed";
    changed.commandLine.emplace_back("x y");
    platform::repairService(changed);
    BOOST_TEST(platform::windows::toUtf8(service.config().lpDisplayName) == changed.displayName);
    BOOST_TEST(platform::windows::toUtf8(service.config().lpBinaryPathName).ends_with(" \"x y\""));
    platform::repairService(registrationOf(service.name));
    BOOST_TEST(platform::windows::toUtf8(service.config().lpDisplayName) == "HBR test " + service.name);
    BOOST_TEST(platform::windows::toUtf8(service.config().lpBinaryPathName).ends_with(service.name));
}

BOOST_AUTO_TEST_CASE(each_refusal_has_its_sentence) {
    const std::string name = nameOf("refused");
    BOOST_CHECK_EXCEPTION(platform::repairService(registrationOf(name)), base::Error,
                          hasCode("SERVICE-0005"));
    BOOST_CHECK_EXCEPTION(platform::removeService(name), base::Error, hasCode("SERVICE-0005"));
    {
        const InstalledService service("refused");
        BOOST_CHECK_EXCEPTION(platform::installService(registrationOf(name)), base::Error,
                              hasCode("SERVICE-0006"));
    }
    BOOST_CHECK_EXCEPTION(platform::removeService(name), base::Error, hasCode("SERVICE-0005"));
    platform::ServiceRegistration elsewhere = registrationOf(name);
    elsewhere.commandLine = {"hbr.exe"};
    BOOST_CHECK_EXCEPTION(platform::installService(elsewhere), base::Error, hasCode("SERVICE-0009"));
    elsewhere = registrationOf("a/b");
    BOOST_CHECK_EXCEPTION(platform::installService(elsewhere), base::Error, hasCode("SERVICE-0009"));
}

BOOST_AUTO_TEST_SUITE_END()
