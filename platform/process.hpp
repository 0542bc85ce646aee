// SPDX-License-Identifier: Apache-2.0
// process.hpp: facts about this process and its surroundings, signals, the terminal, and child processes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/base/cancel.hpp"

namespace platform {

/// Processors this process may use; at least 1.
unsigned processorCount() noexcept;

/// The largest amount of memory this process has held so far, in bytes.
std::uint64_t peakMemoryBytes() noexcept;

std::string hostName();

/// The memory that this process has in the machine's RAM; nothing when the system does not tell.
std::optional<std::uint64_t> residentBytes();

/// An environment variable as UTF-8; nothing when it is not set.
std::optional<std::string> environmentVariable(const std::string& name);

/// Makes Ctrl-C, SIGTERM and SIGHUP (Windows: console control events) cancel the token. A second one ends the
/// process at once with exit code 130. Call once, from main. Also makes writes to closed pipes fail instead
/// of killing the process, and on Linux forbids core dumps, which would hold keys.
void cancelOnInterrupt(const base::CancelToken& token);

/// Which of the standard streams is meant.
enum class StandardStream { Input, Output, Error };

bool isTerminal(StandardStream stream) noexcept;

/// Columns of the terminal behind standard error; 80 when unknown.
unsigned terminalColumns() noexcept;

/// Asks on the terminal without showing what is typed. Nothing when there is no terminal.
std::optional<base::SecretBytes> askSecret(const std::string& prompt);

/// The next line of standard input without its end, and nothing of what comes behind it; nothing when the
/// input ends before the line does, or the line is longer. It may be a secret.
std::optional<base::SecretBytes> readInputLine(std::size_t mostBytes);

/// Returns once standard input has ended, or cannot be read; what came before is dropped.
void awaitEndOfInput() noexcept;

/// Writes all bytes to standard output or error; throws Error (Unavailable) when they cannot be written.
void writeStandard(StandardStream stream, std::string_view bytes);

/// Puts standard output into a mode that changes no byte (matters on Windows) and the console into UTF-8.
void prepareStandardStreams();

/// The program's arguments as UTF-8, without the program's own name. Call first, from main: on Windows it
/// also keeps the heap, which will hold keys, out of crash reports. Throws Error when the system tells none.
std::vector<std::string> programArguments(int argumentCount, char** arguments);

/// What starts this program once more, as it is, even when its file was replaced meanwhile (on Linux).
std::string programPath();

/// What a finished child left behind.
struct ChildResult {
    int exitCode = 0;  // 128 + signal number when a signal ended it
    std::string output;
};

/// Runs a program to its end with standard input from `input` and standard output collected (standard error
/// is shared). The program is looked for as child_process.hpp says. Throws Error (NotFound) when it cannot be
/// started, and Invalid ("PROC-0006") as startChild() does.
ChildResult runProgram(const std::vector<std::string>& commandLine, base::ByteView input);

}  // namespace platform
