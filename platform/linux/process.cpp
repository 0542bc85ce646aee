// SPDX-License-Identifier: Apache-2.0
// process.cpp: facts about this process on Linux, and how it is asked to stop.
#include "platform/process.hpp"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <thread>

#include "platform/linux/cgroup_limit.hpp"
#include "platform/linux/small_file.hpp"

namespace platform {

namespace {

constexpr int kInterruptedExitCode = 130;

/// What the handler cancels. Set once, before the handler is installed, and kept for ever.
const base::CancelToken* interruptToken = nullptr;

/// Counted apart from the token: who was asked to stop in another way before is not asked twice by a signal.
volatile sig_atomic_t wasInterrupted = 0;

/// Runs inside of a signal: touches two flags and calls _exit(), nothing else.
extern "C" void onInterrupt(int /*signal*/) {
    if (wasInterrupted != 0) ::_exit(kInterruptedExitCode);
    wasInterrupted = 1;
    interruptToken->cancel();
}

/// Core dumps would hold keys, and so would what another process of this user reads with ptrace.
void forbidMemoryDumps() noexcept {
    const struct rlimit none = {0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/// Deep trees and many packs at once need more descriptors than the usual soft limit of 1024.
void raiseDescriptorLimit() noexcept {
    struct rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Processors that the scheduler lets this process use; 0 when the kernel does not say.
unsigned affinityCount() noexcept {
    constexpr std::size_t kMostProcessors = 8192;
    // A set larger than cpu_set_t, because the kernel refuses sets smaller than the machine.
    std::array<cpu_set_t, kMostProcessors / CPU_SETSIZE> set = {};
    if (::sched_getaffinity(0, sizeof set, set.data()) != 0) return 0;
    return static_cast<unsigned>(CPU_COUNT_S(sizeof set, set.data()));
}

/// The number behind "VmHWM:", in KiB; 0 when it is not there.
std::uint64_t highWaterKiB() {
    const std::string status = linux::readSmallFile("/proc/self/status").value_or("");
    const std::size_t at = status.find("VmHWM:");
    return at == std::string::npos ? 0 : ::strtoull(status.c_str() + at + 6, nullptr, 10);
}

}  // namespace

unsigned processorCount() noexcept {
    try {
        unsigned count = affinityCount();
        if (count == 0) count = std::thread::hardware_concurrency();
        const unsigned limit = linux::cgroupProcessorLimit("/proc/self/cgroup", "/sys/fs/cgroup");
        if (limit != 0) count = std::min(count, limit);
        return std::max(count, 1U);
    } catch (...) {
        return 1;  // out of memory: then one thread is plenty
    }
}

std::uint64_t peakMemoryBytes() noexcept {
    try {
        // getrusage() would count what the program had held before it became this one by exec.
        if (const std::uint64_t kib = highWaterKiB(); kib != 0) return kib * base::kKiB;
    } catch (...) {
        // Out of memory; the call below needs none.
    }
    struct rusage usage = {};
    if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return static_cast<std::uint64_t>(usage.ru_maxrss) * base::kKiB;
}

std::string hostName() {
    std::array<char, 256> name = {};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "unknown";
    return name.data();
}

std::optional<std::uint64_t> residentBytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    if (!(file >> total >> resident)) return std::nullopt;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<std::string> environmentVariable(const std::string& name) {
    const char* value = ::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

void cancelOnInterrupt(const base::CancelToken& token) {
    static const base::CancelToken kept = token;
    interruptToken = &kept;
    struct sigaction action = {};
    action.sa_handler = onInterrupt;
    action.sa_flags = SA_RESTART;
    ::sigemptyset(&action.sa_mask);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        // What nohup or a shell's background jobs ignore stays ignored.
        struct sigaction current = {};
        ::sigaction(number, nullptr, &current);
        if (current.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);
    }
    ::signal(SIGPIPE, SIG_IGN);
    forbidMemoryDumps();
    raiseDescriptorLimit();
}

std::vector<std::string> programArguments(int argumentCount, char** arguments) {
    return {arguments + std::min(argumentCount, 1), arguments + argumentCount};
}

// Whoever is started by this name finds itself under it: the child is still this program then.
std::string programPath() { return "/proc/self/exe"; }

}  // namespace platform
