// SPDX-License-Identifier: Apache-2.0
// spawn.cpp: pipes, and the call that starts a program.
#include "platform/windows/spawn.hpp"

#include <span>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/windows/command_line.hpp"
#include "platform/windows/program_search.hpp"
#include "platform/windows/system_error.hpp"

namespace platform::windows {

namespace {

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

/// Our own standard error, if a child can have it.
HANDLE inheritableError() noexcept {
    const HANDLE error = GetStdHandle(STD_ERROR_HANDLE);
    const bool isShared = error != nullptr && error != INVALID_HANDLE_VALUE &&
                          SetHandleInformation(error, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) != 0;
    return isShared ? error : nullptr;
}

/// The file that is to run and the line that it gets.
struct Image {
    std::wstring file;
    std::wstring line;
};

/// CreateProcessW would hand a batch file to cmd.exe by itself, with arguments that cmd.exe reads in another
/// way than programs do.
Image imageOf(const std::vector<std::string>& words) {
    std::wstring program = findProgram(words.front());
    if (!isBatchFile(program)) return {std::move(program), commandLineOf(words)};
    return {findProgram("cmd.exe"), batchLineOf(program, std::span(words).subspan(1))};
}

}  // namespace

void failToStart(const std::string& program, DWORD number) {
    const bool isMissing = meansNotFound(number);
    throw base::Error(isMissing ? base::ErrorKind::NotFound : base::ErrorKind::Unavailable,
                      isMissing ? "PROC-0002" : "PROC-0003",
                      "Cannot start '" + base::printable(program) + "': " + systemErrorText(number),
                      "Check that the program is installed and may be run.");
}

Pipe makePipe(const std::string& program, ChildEnd childEnd, DWORD sizeBytes) {
    HANDLE readEnd = nullptr;
    HANDLE writeEnd = nullptr;
    if (CreatePipe(&readEnd, &writeEnd, nullptr, sizeBytes) == 0) failToStart(program, GetLastError());
    Pipe pipe{Handle(readEnd), Handle(writeEnd)};
    SetHandleInformation(childEnd == ChildEnd::Read ? readEnd : writeEnd, HANDLE_FLAG_INHERIT,
                         HANDLE_FLAG_INHERIT);
    return pipe;
}

Spawned spawn(const std::vector<std::string>& words, const Spawn& how) {
    Image image = imageOf(words);
    const HANDLE error = how.error ? *how.error : inheritableError();
    std::vector<HANDLE> inherited = {how.input, how.output};
    if (error != nullptr && error != how.output) inherited.push_back(error);
    InheritedHandles handles(std::move(inherited));
    STARTUPINFOEXW startup{};
    startup.StartupInfo.cb = sizeof(startup);
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = how.input;
    startup.StartupInfo.hStdOutput = how.output;
    startup.StartupInfo.hStdError = error;
    startup.lpAttributeList = handles.list();
    PROCESS_INFORMATION process{};
    const DWORD flags =
        how.flags | EXTENDED_STARTUPINFO_PRESENT | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT;
    if (CreateProcessW(image.file.c_str(), image.line.data(), nullptr, nullptr, TRUE, flags,
                       how.variables == nullptr ? nullptr : how.variables->data(), nullptr,
                       &startup.StartupInfo, &process) == 0) {
        failToStart(words.front(), GetLastError());
    }
    return {Handle(process.hProcess), Handle(process.hThread)};
}

}  // namespace platform::windows
