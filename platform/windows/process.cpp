// SPDX-License-Identifier: Apache-2.0
// process.cpp: facts about this process on Windows, and how it is asked to stop.
#include "platform/process.hpp"

#include <windows.h>

#include <psapi.h>
#include <shellapi.h>

#include <bit>
#include <memory>
#include <string_view>

#include "platform/base/error.hpp"
#include "platform/windows/console_events.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

constexpr UINT kInterruptedExitCode = 130;

/// What the console's handler cancels. Set once, before the handler is installed, and kept for ever: the
/// handler may run on its own thread until the very end of the process.
const base::CancelToken* interruptToken = nullptr;

BOOL WINAPI onConsoleEvent(DWORD event) {
    if (interruptToken->isCancelled()) TerminateProcess(GetCurrentProcess(), kInterruptedExitCode);
    interruptToken->cancel();
    const bool endsOnReturn =
        event == CTRL_CLOSE_EVENT || event == CTRL_LOGOFF_EVENT || event == CTRL_SHUTDOWN_EVENT;
    // For these Windows ends the process as soon as this returns; main() gets the time that is left instead.
    if (endsOnReturn) Sleep(INFINITE);
    return TRUE;
}

/// Looked up by name, because the compiler's header that declares it does not compile.
void keepHeapOutOfCrashReports() noexcept {
    using SetFlags = HRESULT(WINAPI*)(DWORD);
    constexpr DWORD kNoHeap = 1;
    const FARPROC found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "WerSetFlags");
    const auto setFlags = reinterpret_cast<SetFlags>(reinterpret_cast<void*>(found));
    if (setFlags != nullptr) setFlags(kNoHeap);
}

/// No dialog boxes in the way of a service, and no keys in crash reports.
void makeCrashesQuiet() noexcept {
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    keepHeapOutOfCrashReports();
}

/// What Windows refused with the last call, without which the program must not go on.
base::Error startError(std::string_view refusal) {
    const DWORD number = GetLastError();
    return {
        base::ErrorKind::Unavailable, "PROC-0003",
        "HBR cannot be started: Windows " + std::string(refusal) + " - " + windows::systemErrorText(number),
        "Check memory and process limits, then try again.", base::Retry::Later};
}

}  // namespace

unsigned processorCount() noexcept {
    DWORD_PTR mine = 0;
    DWORD_PTR all = 0;
    if (GetProcessAffinityMask(GetCurrentProcess(), &mine, &all) != 0 && mine != 0) {
        return static_cast<unsigned>(std::popcount(static_cast<std::uint64_t>(mine)));
    }
    // A process that spans processor groups has no single mask.
    const DWORD count = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return count == 0 ? 1 : static_cast<unsigned>(count);
}

std::uint64_t peakMemoryBytes() noexcept {
    PROCESS_MEMORY_COUNTERS counters{};
    counters.cb = sizeof(counters);
    return GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters)) != 0
               ? counters.PeakWorkingSetSize
               : 0;
}

std::string hostName() {
    DWORD length = 0;
    GetComputerNameExW(ComputerNameDnsHostname, nullptr, &length);
    std::wstring name(length, L'\0');
    if (GetComputerNameExW(ComputerNameDnsHostname, name.data(), &length) == 0) return "unknown";
    name.resize(length);
    return windows::toUtf8(name);
}

std::optional<std::uint64_t> residentBytes() {
    PROCESS_MEMORY_COUNTERS counters{};
    counters.cb = sizeof counters;
    if (GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters) == 0) return std::nullopt;
    return counters.WorkingSetSize;
}

std::optional<std::string> environmentVariable(const std::string& name) {
    const std::wstring wideName = windows::toWide(name);
    std::wstring value(256, L'\0');
    for (;;) {
        SetLastError(ERROR_SUCCESS);
        const DWORD length =
            GetEnvironmentVariableW(wideName.c_str(), value.data(), static_cast<DWORD>(value.size()));
        if (length == 0 && GetLastError() != ERROR_SUCCESS) return std::nullopt;
        const bool fits = length < value.size();
        value.resize(length);
        if (fits) return windows::toUtf8(value);
    }
}

void cancelOnInterrupt(const base::CancelToken& token) {
    static const base::CancelToken kept = token;
    interruptToken = &kept;
    if (SetConsoleCtrlHandler(onConsoleEvent, TRUE) == 0) throw startError("does not let it notice Ctrl-C");
}

void windows::leaveConsoleEvents() noexcept {
    while (SetConsoleCtrlHandler(onConsoleEvent, FALSE) != 0) continue;
}

std::vector<std::string> programArguments(int /*argumentCount*/, char** /*arguments*/) {
    // main() is past its first steps and no key is in memory yet.
    makeCrashesQuiet();
    // What main() gets has gone through the machine's old code page; the command line itself is UTF-16.
    int count = 0;
    const std::unique_ptr<wchar_t*, decltype(&LocalFree)> words(CommandLineToArgvW(GetCommandLineW(), &count),
                                                                &LocalFree);
    if (!words) throw startError("does not tell its arguments");
    std::vector<std::string> arguments;
    for (int i = 1; i < count; ++i) arguments.push_back(windows::toUtf8(words.get()[i]));
    return arguments;
}

std::string programPath() {
    std::wstring path(MAX_PATH, L'\0');
    for (;;) {
        const DWORD length = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
        if (length == 0) throw startError("does not tell where its own file is");
        if (length < path.size()) return windows::toUtf8(path.substr(0, length));
        path.resize(2 * path.size());
    }
}

}  // namespace platform
