// SPDX-License-Identifier: Apache-2.0
// port_check.cpp: what the Windows installer asks before it changes anything: is the page's port free?
//
// A library of its own, for the program is not there yet, and because only a library can tell the installer a
// sentence: what a program says is lost.
#include <windows.h>

#include <msi.h>
#include <msiquery.h>

#include <string>

#include "agent/config/agent_settings.hpp"
#include "agent/web/listeners.hpp"
#include "platform/base/error.hpp"
#include "platform/file_system.hpp"
#include "platform/known_paths.hpp"
#include "platform/windows/wide_text.hpp"

namespace {

std::string property(MSIHANDLE installation, const wchar_t* name) {
    DWORD length = 0;
    std::wstring value(1, L'\0');
    if (MsiGetPropertyW(installation, name, value.data(), &length) != ERROR_MORE_DATA) return {};
    ++length;  // the NUL
    value.resize(length);
    if (MsiGetPropertyW(installation, name, value.data(), &length) != ERROR_SUCCESS) return {};
    value.resize(length);
    return platform::windows::toUtf8(value);
}

void tell(MSIHANDLE installation, const std::string& sentence) {
    const MSIHANDLE record = MsiCreateRecord(0);
    MsiRecordSetStringW(record, 0, platform::windows::toWide(sentence).c_str());
    MsiProcessMessage(installation, INSTALLMESSAGE_ERROR, record);
    MsiCloseHandle(record);
}

/// Throws Error when a value makes no sense, or the port is another process'.
void check(MSIHANDLE installation) {
    const auto files = platform::makeFileSystem();
    const config::AgentSettings before = config::AgentSettingsFile(*files, platform::configFolder()).read();
    config::SettingsOverrides wanted;
    if (auto port = property(installation, L"PORT"); !port.empty()) wanted.port = port;
    if (auto address = property(installation, L"LISTEN"); !address.empty()) wanted.listenAddress = address;
    const config::AgentSettings settings = config::overridden(before, wanted);
    // The service that is there has its own port.
    const bool isThere = !property(installation, L"WIX_UPGRADE_DETECTED").empty() ||
                         !property(installation, L"Installed").empty();
    if (!isThere || settings.port != before.port) web::requireFree(settings.port);
}

}  // namespace

/// For the installer, which takes it by this name.
extern "C" __declspec(dllexport) UINT __stdcall CheckPort(MSIHANDLE installation) {
    try {
        check(installation);
        return ERROR_SUCCESS;
    } catch (...) {
        const base::Error error = base::currentError();
        tell(installation, error.message() + ". Name a free port, such as PORT=8022, and install again.");
        return ERROR_INSTALL_FAILURE;
    }
}
