// SPDX-License-Identifier: Apache-2.0
// event_log_test.cpp: Windows' event log: our sentences, and where it finds them. wine takes entries and
// keeps none.
#include "platform/windows/event_log.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <optional>

#include "platform/base/text.hpp"
#include "platform/service_control.hpp"
#include "platform/windows/wide_text.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/platform/windows/own_program.hpp"

using platform::LogEvent;
using platform::windows::eventText;
using platform::windows::toUtf8;
using platform::windows::toWide;

namespace {

/// What Event Viewer shows of an entry with this id and text; nothing when the program has no such sentence.
std::optional<std::string> shown(DWORD id, const std::wstring& text) {
    const std::array<const wchar_t*, 1> texts = {text.c_str()};
    wchar_t* buffer = nullptr;
    const DWORD length = FormatMessageW(
        FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_ARGUMENT_ARRAY | FORMAT_MESSAGE_ALLOCATE_BUFFER,
        GetModuleHandleW(nullptr), id, 0, reinterpret_cast<wchar_t*>(&buffer), 0,
        reinterpret_cast<va_list*>(const_cast<wchar_t**>(texts.data())));
    const std::unique_ptr<wchar_t, decltype(&LocalFree)> owner(buffer, &LocalFree);
    if (length == 0) return std::nullopt;
    return toUtf8(std::wstring_view(buffer, length));
}

std::string sourceName() { return "hbr-test-source-" + std::to_string(GetCurrentProcessId()); }

std::optional<std::wstring> fileOf(const std::string& source) {
    const std::wstring key = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\" + toWide(source);
    std::array<wchar_t, 1000> text{};
    DWORD sizeBytes = sizeof text;
    DWORD type = REG_NONE;
    const LSTATUS outcome =
        RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"EventMessageFile",
                     RRF_RT_REG_SZ | RRF_RT_REG_EXPAND_SZ | RRF_NOEXPAND, &type, text.data(), &sizeBytes);
    if (outcome == ERROR_FILE_NOT_FOUND) return std::nullopt;
    BOOST_TEST(outcome == ERROR_SUCCESS);
    BOOST_TEST(type == static_cast<DWORD>(REG_EXPAND_SZ));
    DWORD types = 0;
    sizeBytes = sizeof types;
    BOOST_TEST(RegGetValueW(HKEY_LOCAL_MACHINE, key.c_str(), L"TypesSupported", RRF_RT_REG_DWORD, nullptr,
                            &types, &sizeBytes) == ERROR_SUCCESS);
    BOOST_TEST(types == 7U);
    return std::wstring(text.data());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log)

BOOST_AUTO_TEST_CASE(each_event_has_its_sentence_in_the_program_and_no_other_number_has_one) {
    for (DWORD id = 0; id < 1000; ++id) {
        const std::string_view title = platform::titleOf(static_cast<LogEvent>(id));
        const std::optional<std::string> sentence = shown(id, L"of files");
        BOOST_TEST(sentence.has_value() == !title.empty(), id);
        if (sentence) BOOST_TEST(base::trim(*sentence) == std::string(title) + ": of files");
    }
}

BOOST_AUTO_TEST_CASE(a_text_is_one_safe_line_without_places_for_others) {
    BOOST_TEST(toUtf8(eventText("C\xC3\xB4t\xC3\xA9 100 % of 5%")) == "C\xC3\xB4t\xC3\xA9 100 % of 5%");
    BOOST_TEST(toUtf8(eventText("a\r\nb\xFF")) == "a\\x0d\\x0ab\\xff");
    BOOST_TEST(toUtf8(eventText("a%20b%%1%n%")) == "a\\x2520b%\\x251%n%");
    const auto failed = static_cast<DWORD>(LogEvent::JobFailed);
    BOOST_TEST(base::trim(shown(failed, eventText("%1 and %%2")).value_or("")) ==
               "A job failed: \\x251 and %\\x252");
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_to_what_windows_takes) {
    constexpr std::size_t kMost = 31'839;
    BOOST_TEST((eventText(std::string(kMost, 'x')) == std::wstring(kMost, L'x')));
    const std::wstring cut = eventText(std::string(kMost + 1, 'x'));
    BOOST_TEST(cut.size() == kMost);
    BOOST_TEST(cut.ends_with(L" ..."));
    for (const std::string letter : {"\xE5\xA4\x87", "\xF0\x9F\x92\xBE", "%1"}) {
        std::string text = "x";
        while (text.size() < 2 * kMost) text += letter;
        const std::wstring many = eventText(text);
        BOOST_TEST(many.size() <= kMost);
        BOOST_TEST(many.ends_with(L" ..."));
        BOOST_TEST(base::isUtf8(toUtf8(many)));
    }
}

BOOST_AUTO_TEST_CASE(a_source_is_registered_replaced_and_removed) {
    const std::string source = sourceName();
    BOOST_TEST(!fileOf(source).has_value());
    platform::windows::registerEventSource(source, "C:\\Program Files\\H\xC3\xA4\\hbr.exe");
    BOOST_TEST((fileOf(source) == L"C:\\Program Files\\H\u00E4\\hbr.exe"));
    platform::windows::registerEventSource(source, "C:\\hbr.exe");
    BOOST_TEST((fileOf(source) == L"C:\\hbr.exe"));
    platform::windows::removeEventSource(source);
    BOOST_TEST(!fileOf(source).has_value());
    platform::windows::removeEventSource(source);
}

BOOST_AUTO_TEST_CASE(a_service_is_a_source_as_long_as_it_is_registered) {
    const std::string name = sourceName();
    const platform::ServiceRegistration service{name, "HBR test " + name, "", {test::ownProgram(), name}};
    platform::installService(service);
    BOOST_TEST((fileOf(name) == toWide(test::ownProgram())));
    platform::windows::removeEventSource(name);
    platform::repairService(service);
    BOOST_TEST((fileOf(name) == toWide(test::ownProgram())));
    platform::removeService(name);
    BOOST_TEST(!fileOf(name).has_value());
}

BOOST_AUTO_TEST_CASE(a_name_that_cannot_be_one_is_refused_in_a_sentence) {
    BOOST_CHECK_EXCEPTION(platform::windows::registerEventSource(std::string(300, 'x'), "C:\\hbr.exe"),
                          base::Error, test::hasCode("LOG-0002"));
}

BOOST_AUTO_TEST_CASE(an_entry_is_taken) {
    platform::windows::EventLog log(sourceName());
    SetLastError(ERROR_SUCCESS);
    log.write(platform::LogSeverity::Error, LogEvent::AlertRaised, std::string(50'000, 'x'));
    BOOST_TEST(GetLastError() == static_cast<DWORD>(ERROR_SUCCESS));
}

BOOST_AUTO_TEST_SUITE_END()
