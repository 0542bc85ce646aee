// SPDX-License-Identifier: Apache-2.0
// spawn.cpp: pipes, signals and the call that starts a program.
#include "platform/linux/spawn.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/linux/path.hpp"
#include "platform/linux/system_error.hpp"
#include "platform/search_path.hpp"

namespace platform::linux {

namespace {

bool isProgram(const std::string& path) {
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

/// The path of a program; a name that nothing has when it is not in PATH. The system's own search would look
/// into the current folder for each empty entry.
std::string findProgram(const std::string& name) {
    if (name.find('/') != std::string::npos) return name;
    for (const std::string& folder : searchedFolders(':', "/usr/bin:/bin")) {
        std::string program = childPath(folder, name);
        if (isProgram(program)) return program;
    }
    return {};
}

}  // namespace

void failToStart(const std::string& program, int number) {
    const bool isMissing = meansNotFound(number) || number == EACCES || number == ENOEXEC;
    throw base::Error(isMissing ? base::ErrorKind::NotFound : base::ErrorKind::Unavailable,
                      isMissing ? "PROC-0002" : "PROC-0003",
                      "Could not start '" + base::printable(program) + "' - " + reasonOf(number),
                      "Check that the program is installed and may be run.");
}

Pipe makePipe(const std::string& program) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) failToStart(program, errno);
    Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
    // dup2() onto its own number would leave close-on-exec set, so that the child had no such stream.
    for (Descriptor* end : {&pipe.readEnd, &pipe.writeEnd}) {
        if (end->get() > STDERR_FILENO) continue;
        Descriptor higher(::fcntl(end->get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        if (!higher) failToStart(program, errno);
        *end = std::move(higher);
    }
    return pipe;
}

NoBrokenPipeSignal::NoBrokenPipeSignal() noexcept {
    sigset_t pending;
    ::sigpending(&pending);
    wasPending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&pipeOnly_);
    ::sigaddset(&pipeOnly_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipeOnly_, &before_);
}

NoBrokenPipeSignal::~NoBrokenPipeSignal() {
    const struct timespec atOnce = {};
    // Takes away the one that we caused.
    if (!wasPending_) static_cast<void>(::sigtimedwait(&pipeOnly_, nullptr, &atOnce));
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

SpawnPlan::SpawnPlan(int input, int output, const sigset_t& mask) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawnattr_init(&attributes_);
    resetSignals({SIGPIPE});
    ::posix_spawnattr_setsigmask(&attributes_, &mask);
}

SpawnPlan::~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
}

void SpawnPlan::joinErrorToOutput() {
    ::posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
}

void SpawnPlan::resetSignals(std::initializer_list<int> numbers) {
    sigset_t defaults;
    ::sigemptyset(&defaults);
    for (const int number : numbers) ::sigaddset(&defaults, number);
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
}

void SpawnPlan::makeIndependent() {
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    flags_ |= POSIX_SPAWN_SETPGROUP;
    resetSignals({SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGCHLD});
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
}

int SpawnPlan::start(const std::vector<std::string>& words, char* const* variables, pid_t& child) {
    std::vector<char*> pointers;
    for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    ::posix_spawnattr_setflags(&attributes_, flags_);
    const std::string program = findProgram(words.front());
    return ::posix_spawn(&child, program.c_str(), &actions_, &attributes_, pointers.data(), variables);
}

int exitCodeOf(int waitStatus) noexcept {
    return WIFSIGNALED(waitStatus) ? 128 + WTERMSIG(waitStatus) : WEXITSTATUS(waitStatus);
}

}  // namespace platform::linux
