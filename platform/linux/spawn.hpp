// SPDX-License-Identifier: Apache-2.0
// spawn.hpp: what every start of another program needs.
#pragma once

#include <signal.h>
#include <spawn.h>
#include <sys/types.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "platform/linux/descriptor.hpp"

namespace platform::linux {

/// Throws the Error for a program that could not be started: "PROC-0002" or "PROC-0003".
[[noreturn]] void failToStart(const std::string& program, int number);

/// Both ends close themselves in a child, and neither is one of the three standard streams.
struct Pipe {
    Descriptor readEnd;
    Descriptor writeEnd;
};

/// Throws as failToStart() does.
Pipe makePipe(const std::string& program);

/// Keeps SIGPIPE from this thread while it writes to a child that may be gone.
class NoBrokenPipeSignal final {
public:
    NoBrokenPipeSignal() noexcept;
    NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
    NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;
    ~NoBrokenPipeSignal();

    [[nodiscard]] const sigset_t& maskBefore() const noexcept { return before_; }

private:
    sigset_t pipeOnly_;
    sigset_t before_;
    bool wasPending_ = false;
};

/// What a child gets: streams, and no ignored SIGPIPE.
class SpawnPlan final {
public:
    /// `mask` is the child's signal mask.
    SpawnPlan(int input, int output, const sigset_t& mask);
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan();

    void joinErrorToOutput();
    /// A process group of its own, and signals as a fresh program expects them, whatever this process ignores
    /// and this thread blocks.
    void makeIndependent();

    /// The first word is a path, or the name of a program in a folder of PATH; folders of it that depend on
    /// the current one are passed over. `variables` ends with a null pointer. Returns 0 or an errno number.
    int start(const std::vector<std::string>& words, char* const* variables, pid_t& child);

private:
    void resetSignals(std::initializer_list<int> numbers);

    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
    short flags_ = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
};

/// What a shell would show for how a child ended.
int exitCodeOf(int waitStatus) noexcept;

}  // namespace platform::linux
