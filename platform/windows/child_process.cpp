// SPDX-License-Identifier: Apache-2.0
// child_process.cpp: runs another program on Windows.
#include <windows.h>

#include <array>
#include <thread>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"
#include "platform/windows/command_line.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/system_error.hpp"

namespace platform {

namespace {

using windows::Handle;

struct Pipe {
    Handle readEnd;
    Handle writeEnd;
};

[[noreturn]] void failToStart(const std::string& program, DWORD number) {
    const bool isMissing = windows::meansNotFound(number);
    throw base::Error(isMissing ? base::ErrorKind::NotFound : base::ErrorKind::Unavailable,
                      isMissing ? "PROC-0002" : "PROC-0003",
                      "Cannot start '" + base::printable(program) + "': " + windows::systemErrorText(number),
                      "Check that the program is installed and may be run.");
}

enum class ChildEnd { Read, Write };

/// A pipe of which the child inherits one end.
Pipe makePipe(const std::string& program, ChildEnd childEnd) {
    HANDLE readEnd = nullptr;
    HANDLE writeEnd = nullptr;
    if (CreatePipe(&readEnd, &writeEnd, nullptr, 0) == 0) failToStart(program, GetLastError());
    Pipe pipe{Handle(readEnd), Handle(writeEnd)};
    SetHandleInformation(childEnd == ChildEnd::Read ? readEnd : writeEnd, HANDLE_FLAG_INHERIT,
                         HANDLE_FLAG_INHERIT);
    return pipe;
}

/// Names the only handles that a child may inherit; without it a child started by another thread at the same
/// moment would keep our pipe open.
class InheritedHandles final {
public:
    explicit InheritedHandles(std::vector<HANDLE> handles) : handles_(std::move(handles)) {
        SIZE_T sizeBytes = 0;
        InitializeProcThreadAttributeList(nullptr, 1, 0, &sizeBytes);
        memory_.resize(sizeBytes);
        isReady_ = InitializeProcThreadAttributeList(list(), 1, 0, &sizeBytes) != 0;
        if (isReady_) {
            UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                      handles_.size() * sizeof(HANDLE), nullptr, nullptr);
        }
    }
    InheritedHandles(const InheritedHandles&) = delete;
    InheritedHandles& operator=(const InheritedHandles&) = delete;
    ~InheritedHandles() {
        if (isReady_) DeleteProcThreadAttributeList(list());
    }
    [[nodiscard]] LPPROC_THREAD_ATTRIBUTE_LIST list() noexcept {
        return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
    }

private:
    std::vector<HANDLE> handles_;  // the list points into it
    base::Bytes memory_;
    bool isReady_ = false;
};

Handle startChild(const std::vector<std::string>& commandLine, HANDLE input, HANDLE output) {
    std::wstring line = windows::commandLineOf(commandLine);
    const HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
    std::vector<HANDLE> inherited = {input, output};
    const bool sharesError = error != nullptr && error != INVALID_HANDLE_VALUE &&
                             SetHandleInformation(error, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) != 0;
    if (sharesError) inherited.push_back(error);
    InheritedHandles handles(std::move(inherited));
    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = input;
    startup.StartupInfo.hStdOutput = output;
    startup.StartupInfo.hStdError = sharesError ? error : nullptr;
    startup.lpAttributeList = handles.list();
    PROCESS_INFORMATION process{};
    if (CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE,
                       EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW, nullptr, nullptr,
                       &startup.StartupInfo, &process) == 0) {
        failToStart(commandLine.front(), GetLastError());
    }
    const Handle thread(process.hThread);
    return Handle(process.hProcess);
}

/// A child that does not read all of its input is no error of ours, so a broken pipe ends the writing in
/// silence.
void feed(HANDLE pipe, base::ByteView input) noexcept {
    constexpr std::size_t kPiece = 64 * base::kKiB;
    while (!input.empty()) {
        DWORD written = 0;
        const auto wanted = static_cast<DWORD>(std::min(input.size(), kPiece));
        if (WriteFile(pipe, input.data(), wanted, &written, nullptr) == 0) return;
        input = input.subspan(written);
    }
}

}  // namespace

ChildResult runProgram(const std::vector<std::string>& commandLine, base::ByteView input) {
    if (commandLine.empty()) failToStart("", ERROR_FILE_NOT_FOUND);
    Pipe toChild = makePipe(commandLine.front(), ChildEnd::Read);
    Pipe fromChild = makePipe(commandLine.front(), ChildEnd::Write);
    const Handle child = startChild(commandLine, toChild.readEnd.get(), fromChild.writeEnd.get());
    toChild.readEnd.reset();
    fromChild.writeEnd.reset();
    // A thread of its own, so that neither side waits for the other with a full pipe.
    std::jthread feeder([pipe = std::move(toChild.writeEnd), input] { feed(pipe.get(), input); });
    ChildResult result;
    std::array<char, 64 * base::kKiB> piece{};
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
