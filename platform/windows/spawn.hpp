// SPDX-License-Identifier: Apache-2.0
// spawn.hpp: what every start of another program needs.
#pragma once

#include <windows.h>

#include <optional>
#include <string>
#include <vector>

#include "platform/windows/handle.hpp"

namespace platform::windows {

/// Throws the Error for a program that could not be started: "PROC-0002" or "PROC-0003".
[[noreturn]] void failToStart(const std::string& program, DWORD number);

struct Pipe {
    Handle readEnd;
    Handle writeEnd;
};

enum class ChildEnd { Read, Write };

/// A pipe of which the child inherits one end, and which takes so many bytes before somebody reads them.
/// Throws as failToStart() does.
Pipe makePipe(const std::string& program, ChildEnd childEnd, DWORD sizeBytes);

/// How a program is started.
struct Spawn {
    HANDLE input = nullptr;  // to be inherited, as are the others
    HANDLE output = nullptr;
    std::optional<HANDLE> error;        // instead of this process's own
    std::wstring* variables = nullptr;  // a block of them, with zeros between and at the end
    DWORD flags = 0;                    // of CreateProcessW, besides the usual ones
};

struct Spawned {
    Handle process;
    Handle thread;
};

/// The first word is looked up by findProgram(). Throws as that, failToStart() and batchLineOf() do.
Spawned spawn(const std::vector<std::string>& words, const Spawn& how);

}  // namespace platform::windows
