// SPDX-License-Identifier: Apache-2.0
// run_program.cpp: runs a short program to its end on Linux.
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "platform/linux/descriptor.hpp"
#include "platform/linux/spawn.hpp"
#include "platform/process.hpp"

namespace platform {

namespace {

using linux::Descriptor;
using linux::retryInterrupted;

/// Writes what fits. Closes the pipe once all is written or the child reads no more.
void feed(Descriptor& pipe, base::ByteView& input) noexcept {
    const ssize_t count = retryInterrupted([&] { return ::write(pipe.get(), input.data(), input.size()); });
    if (count >= 0) input = input.subspan(static_cast<std::size_t>(count));
    // A child that does not want all of its input is no error of ours.
    if (input.empty() || (count < 0 && errno != EAGAIN)) pipe.reset();
}

/// Closes the pipe at its end.
void collect(Descriptor& pipe, std::string& output) {
    std::array<char, 65536> piece;
    const ssize_t count = retryInterrupted([&] { return ::read(pipe.get(), piece.data(), piece.size()); });
    if (count > 0) {
        output.append(piece.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EAGAIN) {
        pipe.reset();
    }
}

/// Writes and reads by turns, so that neither side waits for the other with a full pipe.
std::string converse(Descriptor toChild, Descriptor fromChild, base::ByteView input) {
    std::string output;
    ::fcntl(toChild.get(), F_SETFL, O_NONBLOCK);
    if (input.empty()) toChild.reset();
    while (fromChild) {
        // poll() skips the negative number of a closed pipe.
        std::array<struct pollfd, 2> ends = {{{fromChild.get(), POLLIN, 0}, {toChild.get(), POLLOUT, 0}}};
        if (retryInterrupted([&ends] { return ::poll(ends.data(), ends.size(), -1); }) < 0) break;
        if (ends[0].revents != 0) collect(fromChild, output);
        if (toChild && ends[1].revents != 0) feed(toChild, input);
    }
    return output;
}

int waitFor(pid_t child) noexcept {
    int status = 0;
    if (retryInterrupted([&] { return ::waitpid(child, &status, 0); }) < 0) return -1;
    return linux::exitCodeOf(status);
}

}  // namespace

ChildResult runProgram(const std::vector<std::string>& commandLine, base::ByteView input) {
    if (commandLine.empty() || commandLine.front().empty()) linux::failToStart("", ENOENT);
    linux::Pipe toChild = linux::makePipe(commandLine.front());
    linux::Pipe fromChild = linux::makePipe(commandLine.front());
    const linux::NoBrokenPipeSignal quiet;
    pid_t child = 0;
    linux::SpawnPlan plan(toChild.readEnd.get(), fromChild.writeEnd.get(), quiet.maskBefore());
    const int number = plan.start(commandLine, environ, child);
    if (number != 0) linux::failToStart(commandLine.front(), number);
    toChild.readEnd.reset();
    fromChild.writeEnd.reset();
    ChildResult result;
    result.output = converse(std::move(toChild.writeEnd), std::move(fromChild.readEnd), input);
    result.exitCode = waitFor(child);
    return result;
}

}  // namespace platform
