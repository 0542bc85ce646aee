// SPDX-License-Identifier: Apache-2.0
// child_process.hpp: a program that runs beside this one: a job of the agent, a script of a person.
//
// Its output is read while it runs; it is asked to stop, and ended with all that it has started when it does
// not. process.hpp's runProgram() is for short programs that share this one's terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/base/bytes.hpp"

namespace platform {

/// What a child is given.
struct ChildCommand {
    /// Most that `input` may hold: a pipe takes it at once, so that nobody waits for a child that does not
    /// read.
    static constexpr std::size_t kMostInputBytes = 4096;

    enum class Errors { Shared, WithOutput };
    enum class InputEnd { WhenAskedToStop, AtOnce };

    /// The program, as a path or as a bare name, and its arguments. Everybody on the machine can read them. A
    /// bare name is looked for in this process's PATH, on Windows in the system's folders before: never in
    /// the current folder, also where PATH says so. A batch file of Windows (.bat, .cmd) takes no argument
    /// with a quote, '%' or a control character.
    std::vector<std::string> words;
    /// Variables of this process that it does not find, such as those that hold secrets. What `environment`
    /// says of the same name counts more. Names are not empty and hold no '='; Windows takes their capital
    /// and small letters for the same.
    std::vector<std::string> withheld;
    /// Variables that it finds besides those of this process, or instead of them. Names as in `withheld`.
    std::vector<std::pair<std::string, std::string>> environment;
    /// What it reads from its standard input.
    base::SecretBytes input;
    /// When that input ends. A child that reads on learns from the end that it is to stop, or that this
    /// process is gone, however that came about.
    InputEnd inputEnd = InputEnd::WhenAskedToStop;
    /// Whether its standard error is this process's, or comes with its output.
    Errors errors = Errors::Shared;
};

/// Throws Error (Invalid, "PROC-0004") when the command cannot be handed over: without a program, with a zero
/// byte in it, too much input, or a variable without a proper name. startChild() asks it first.
void requireUsable(const ChildCommand& command);

/// A child that was started. It is ended by force when it still runs at destruction. One thread reads and
/// waits; any thread may ask it to stop or end it meanwhile.
class ChildProcess {
public:
    using Milliseconds = std::chrono::milliseconds;

    /// Who waits for longer waits for so long.
    static constexpr Milliseconds kLongest = std::chrono::hours(24 * 365);

    virtual ~ChildProcess() = default;

    /// The next bytes of its output, as soon as there are some: how many; 0 when it has ended, or has closed
    /// its output; nothing when the time is over. What a child leaves running may keep its output and go on
    /// to write: that is not waited for. `to` is not empty. Throws Error (Unavailable, "PROC-0005") when the
    /// system fails.
    virtual std::optional<std::size_t> readOutput(base::MutableBytes to, Milliseconds atMost) = 0;

    /// Its exit code once it has ended, 128 + the signal's number when one ended it on Linux; nothing when
    /// the time is over.
    virtual std::optional<int> wait(Milliseconds atMost) = 0;

    /// Ends its input, and on Linux sends SIGTERM to it and to what it has started.
    virtual void askToStop() noexcept = 0;

    /// Ends it at once, and what it has started and what did not leave it on purpose (Linux: for a session or
    /// process group of its own). Once it has ended by itself this does nothing, for what it left running was
    /// to be left; what outlived a request to stop is ended.
    virtual void kill() noexcept = 0;
};

/// Starts a program in a process group of its own: Ctrl-C on this process's terminal does not reach it.
/// Throws Error: NotFound ("PROC-0002") when there is no such program, Unavailable ("PROC-0003") when it
/// cannot be started, Invalid ("PROC-0006") for arguments that a batch file does not take, and as
/// requireUsable() does.
std::unique_ptr<ChildProcess> startChild(const ChildCommand& command);

}  // namespace platform
