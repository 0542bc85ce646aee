// SPDX-License-Identifier: Apache-2.0
// interrupt.exe FILE PROGRAM.exe [ARGUMENT...]: starts a program in a console of its own, presses Ctrl-C
// there once FILE exists, and ends with the program's exit code; 98 when the program ended before that, 99
// when it could not be started, 97 when the key could not be pressed.
#include <windows.h>

#include <shellapi.h>

#include <string>

namespace {

/// The words as one command line, as CommandLineToArgvW takes it apart. The words of tests hold no quotes.
std::wstring commandLineOf(int count, wchar_t** words) {
    std::wstring line;
    for (int i = 0; i < count; ++i) line += (i == 0 ? L"\"" : L" \"") + std::wstring(words[i]) + L"\"";
    return line;
}

BOOL WINAPI passOver(DWORD /*event*/) { return TRUE; }

}  // namespace

int main() {
    constexpr DWORD kLookAgainMs = 20;
    int count = 0;
    wchar_t** words = CommandLineToArgvW(GetCommandLineW(), &count);
    if (words == nullptr || count < 3) return 99;
    STARTUPINFOW start{};
    start.cb = sizeof(start);
    start.dwFlags = STARTF_USESTDHANDLES;  // the files that our own output goes to
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    FreeConsole();
    AllocConsole();
    // Everybody in the console gets the key, so we do too.
    SetConsoleCtrlHandler(passOver, TRUE);
    std::wstring line = commandLineOf(count - 2, words + 2);
    PROCESS_INFORMATION child{};
    if (CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &start, &child) ==
        0) {
        return 99;
    }
    while (GetFileAttributesW(words[1]) == INVALID_FILE_ATTRIBUTES) {
        if (WaitForSingleObject(child.hProcess, kLookAgainMs) == WAIT_OBJECT_0) return 98;
    }
    if (GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) == 0) return 97;
    WaitForSingleObject(child.hProcess, INFINITE);
    DWORD code = 0;
    GetExitCodeProcess(child.hProcess, &code);
    return static_cast<int>(code);
}
