// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/event_log.hpp"

#include <exception>

#include "platform/base/cut_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

/// So many UTF-16 units Windows takes in one text; of UTF-8 it has never fewer bytes than of those.
constexpr std::size_t kLongestText = 31'839;

constexpr DWORD kTypesSupported = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;

WORD typeOf(LogSeverity severity) noexcept {
    switch (severity) {
        case LogSeverity::Error:
            return EVENTLOG_ERROR_TYPE;
        case LogSeverity::Warning:
            return EVENTLOG_WARNING_TYPE;
        case LogSeverity::Information:
            break;
    }
    return EVENTLOG_INFORMATION_TYPE;
}

std::wstring keyOf(const std::string& source) {
    return L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + toWide(source);
}

void require(LSTATUS outcome, const char* verb, const std::string& source) {
    if (outcome == ERROR_SUCCESS) return;
    const std::string message = std::string("Could not ") + verb + " the source '" + base::printable(source) +
                                "' of Windows' event log - " + systemErrorText(static_cast<DWORD>(outcome));
    if (outcome == ERROR_ACCESS_DENIED)
        throw base::Error(base::ErrorKind::Denied, "LOG-0001", message, "Run it as Administrator.");
    throw base::Error(base::ErrorKind::Unavailable, "LOG-0002", message,
                      "Check that the service 'Windows Event Log' runs, then try again.", base::Retry::Later);
}

LSTATUS setSource(const std::wstring& key, const std::wstring& program) {
    const auto sizeBytes = static_cast<DWORD>((program.size() + 1) * sizeof(wchar_t));
    const LSTATUS outcome = RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"EventMessageFile",
                                            REG_EXPAND_SZ, program.c_str(), sizeBytes);
    if (outcome != ERROR_SUCCESS) return outcome;
    return RegSetKeyValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"TypesSupported", REG_DWORD, &kTypesSupported,
                           sizeof kTypesSupported);
}

}  // namespace

EventLog::EventLog(const std::string& source)
    : source_(RegisterEventSourceW(nullptr, toWide(source).c_str())) {}

EventLog::~EventLog() {
    if (source_ != nullptr) DeregisterEventSource(source_);
}

void EventLog::write(LogSeverity severity, LogEvent event, std::string_view line) noexcept {
    if (source_ == nullptr) return;
    try {
        const std::wstring text = eventText(line);
        const wchar_t* texts[] = {text.c_str()};
        ReportEventW(source_, typeOf(severity), 0, static_cast<DWORD>(event), nullptr, 1, 0, texts, nullptr);
    } catch (const std::exception&) {
        // Out of memory: the next entry may fare better.
    }
}

std::wstring eventText(std::string_view line) {
    std::string text;
    for (const char letter : base::printable(line)) {
        const bool isDigit = letter >= '0' && letter <= '9';
        if (isDigit && text.ends_with('%')) text.replace(text.size() - 1, 1, "\\x25");
        text += letter;
    }
    return toWide(base::cutToBytes(text, kLongestText));
}

void registerEventSource(const std::string& source, const std::string& program) {
    const std::wstring key = keyOf(source);
    const LSTATUS outcome = setSource(key, toWide(program));
    if (outcome != ERROR_SUCCESS) RegDeleteKeyW(HKEY_LOCAL_MACHINE, key.c_str());
    require(outcome, "register", source);
}

void removeEventSource(const std::string& source) {
    const LSTATUS outcome = RegDeleteKeyW(HKEY_LOCAL_MACHINE, keyOf(source).c_str());
    if (outcome != ERROR_FILE_NOT_FOUND) require(outcome, "remove", source);
}

}  // namespace platform::windows
