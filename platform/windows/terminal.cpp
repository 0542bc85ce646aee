// SPDX-License-Identifier: Apache-2.0
// terminal.cpp: the standard streams and the console on Windows.
#include <windows.h>

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "platform/base/error.hpp"
#include "platform/base/read_line.hpp"
#include "platform/process.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

HANDLE handleOf(StandardStream stream) noexcept {
    switch (stream) {
        case StandardStream::Input:
            return GetStdHandle(STD_INPUT_HANDLE);
        case StandardStream::Output:
            return GetStdHandle(STD_OUTPUT_HANDLE);
        case StandardStream::Error:
            break;
    }
    return GetStdHandle(STD_ERROR_HANDLE);
}

/// Opens the console itself, whatever the standard streams are.
windows::Handle openConsole(const wchar_t* name) noexcept {
    return windows::Handle(CreateFileW(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                       nullptr, OPEN_EXISTING, 0, nullptr));
}

/// Switches a console's echo off for as long as it lives.
class SilentInput final {
public:
    SilentInput(HANDLE console, DWORD mode) noexcept : console_(console), mode_(mode) {
        SetConsoleMode(console_,
                       (mode_ | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT) & ~DWORD{ENABLE_ECHO_INPUT});
    }
    SilentInput(const SilentInput&) = delete;
    SilentInput& operator=(const SilentInput&) = delete;
    ~SilentInput() { SetConsoleMode(console_, mode_); }

private:
    HANDLE console_;
    DWORD mode_;
};

void writeConsole(HANDLE console, std::wstring_view text) noexcept {
    DWORD written = 0;
    WriteConsoleW(console, text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
}

}  // namespace

bool isTerminal(StandardStream stream) noexcept {
    DWORD mode = 0;
    return GetConsoleMode(handleOf(stream), &mode) != 0;
}

unsigned terminalColumns() noexcept {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    if (GetConsoleScreenBufferInfo(handleOf(StandardStream::Error), &info) == 0) return 80;
    const int columns = info.srWindow.Right - info.srWindow.Left + 1;
    return columns > 0 ? static_cast<unsigned>(columns) : 80;
}

std::optional<base::SecretBytes> askSecret(const std::string& prompt) {
    const windows::Handle input = openConsole(L"CONIN$");
    const windows::Handle output = openConsole(L"CONOUT$");
    DWORD mode = 0;
    if (!input || !output || GetConsoleMode(input.get(), &mode) == 0) return std::nullopt;
    writeConsole(output.get(), windows::toWide(prompt));
    std::array<wchar_t, 1024> typed{};
    DWORD length = 0;
    BOOL isRead = FALSE;
    {
        const SilentInput silence(input.get(), mode);
        isRead = ReadConsoleW(input.get(), typed.data(), static_cast<DWORD>(typed.size()), &length, nullptr);
    }
    writeConsole(output.get(), L"\r\n");
    if (isRead == 0) return std::nullopt;
    std::wstring_view line(typed.data(), length);
    while (!line.empty() && (line.back() == L'\r' || line.back() == L'\n')) line.remove_suffix(1);
    std::string text = windows::toUtf8(line);
    base::SecretBytes secret{std::string_view(text)};
    base::wipe(text.data(), text.size());
    base::wipe(typed.data(), sizeof(typed));
    return secret;
}

std::optional<base::SecretBytes> readInputLine(std::size_t mostBytes) {
    return base::readLine(mostBytes, [](char& next) {
        DWORD count = 0;
        return ReadFile(handleOf(StandardStream::Input), &next, 1, &count, nullptr) != 0 && count == 1;
    });
}

void awaitEndOfInput() noexcept {
    std::array<char, 256> dropped{};
    DWORD count = 0;
    const HANDLE input = handleOf(StandardStream::Input);
    while (ReadFile(input, dropped.data(), static_cast<DWORD>(dropped.size()), &count, nullptr) != 0 &&
           count != 0) {
    }
}

void writeStandard(StandardStream stream, std::string_view bytes) {
    constexpr std::size_t kLargestWrite = 32 * base::kKiB;
    const HANDLE handle = handleOf(stream);
    while (!bytes.empty()) {
        DWORD written = 0;
        const auto wanted = static_cast<DWORD>(std::min(bytes.size(), kLargestWrite));
        if (WriteFile(handle, bytes.data(), wanted, &written, nullptr) == 0) {
            throw base::Error(base::ErrorKind::Unavailable, "PROC-0001",
                              "Cannot write the output: " + windows::systemErrorText(GetLastError()),
                              "Check where the output goes; a full disk or a closed pipe does this.");
        }
        bytes.remove_prefix(written);
    }
}

void prepareStandardStreams() {
    for (std::FILE* stream : {stdin, stdout, stderr}) _setmode(_fileno(stream), _O_BINARY);
    SetConsoleOutputCP(CP_UTF8);
    // Progress lines move the cursor with escape sequences, which older consoles take only when asked to.
    constexpr DWORD kEscapeSequences = 0x0004;
    for (const StandardStream stream : {StandardStream::Output, StandardStream::Error}) {
        DWORD mode = 0;
        if (GetConsoleMode(handleOf(stream), &mode) != 0)
            SetConsoleMode(handleOf(stream), mode | kEscapeSequences);
    }
}

}  // namespace platform
