// SPDX-License-Identifier: Apache-2.0
// run_program.cpp: runs a short program to its end on Windows.
#include <windows.h>

#include <array>
#include <thread>

#include "platform/process.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/spawn.hpp"

namespace platform {

namespace {

using windows::Handle;

constexpr DWORD kPieceBytes = 64 * base::kKiB;

/// A child that does not read all of its input is no error of ours, so a broken pipe ends the writing in
/// silence.
void feed(HANDLE pipe, base::ByteView input) noexcept {
    while (!input.empty()) {
        DWORD written = 0;
        const auto wanted = static_cast<DWORD>(std::min<std::size_t>(input.size(), kPieceBytes));
        if (WriteFile(pipe, input.data(), wanted, &written, nullptr) == 0) return;
        input = input.subspan(written);
    }
}

}  // namespace

ChildResult runProgram(const std::vector<std::string>& commandLine, base::ByteView input) {
    if (commandLine.empty()) windows::failToStart("", ERROR_FILE_NOT_FOUND);
    windows::Pipe toChild = windows::makePipe(commandLine.front(), windows::ChildEnd::Read, kPieceBytes);
    windows::Pipe fromChild = windows::makePipe(commandLine.front(), windows::ChildEnd::Write, kPieceBytes);
    windows::Spawn how;
    how.input = toChild.readEnd.get();
    how.output = fromChild.writeEnd.get();
    const Handle child = windows::spawn(commandLine, how).process;
    toChild.readEnd.reset();
    fromChild.writeEnd.reset();
    // A thread of its own, so that neither side waits for the other with a full pipe.
    std::jthread feeder([pipe = std::move(toChild.writeEnd), input] { feed(pipe.get(), input); });
    ChildResult result;
    std::array<char, kPieceBytes> piece{};
    DWORD got = 0;
    while (ReadFile(fromChild.readEnd.get(), piece.data(), static_cast<DWORD>(piece.size()), &got, nullptr) !=
           0) {
        result.output.append(piece.data(), got);
    }
    WaitForSingleObject(child.get(), INFINITE);
    DWORD exitCode = 0;
    GetExitCodeProcess(child.get(), &exitCode);
    result.exitCode = static_cast<int>(exitCode);
    return result;
}

}  // namespace platform
