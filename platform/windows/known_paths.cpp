// SPDX-License-Identifier: Apache-2.0
#include "platform/known_paths.hpp"

#include <windows.h>

#include <array>
#include <optional>

#include "platform/base/error.hpp"
#include "platform/process.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform {

namespace {

/// The machine's folder as the installer wrote it down; nothing where it wrote nothing.
std::optional<std::string> installedFolder() {
    std::array<wchar_t, 32768> text;
    DWORD sizeBytes = sizeof text;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\HBR", L"DataFolder", RRF_RT_REG_SZ, nullptr, text.data(),
                     &sizeBytes) != ERROR_SUCCESS)
        return std::nullopt;
    std::string folder = windows::toUtf8(text.data());
    while (folder.ends_with('\\')) folder.pop_back();
    if (folder.empty()) return std::nullopt;
    return folder;
}

/// %ProgramData%\HBR for the machine, unless the installer was told another folder. An ordinary user gets a
/// folder of their own: whoever makes the machine's folder first owns it, and that must be an Administrator.
std::string folderOf(const char* override, const char* name) {
    if (const auto chosen = environmentVariable(override); chosen && !chosen->empty()) return *chosen;
    if (windows::isElevated()) {
        if (const auto installed = installedFolder()) return *installed + "\\" + name;
    }
    const char* variable = windows::isElevated() ? "ProgramData" : "LOCALAPPDATA";
    const auto root = environmentVariable(variable);
    if (!root || root->empty()) {
        throw base::Error(base::ErrorKind::NotFound, "PATHS-0001",
                          std::string("The environment variable ") + variable + " is not set",
                          std::string("Set it, or set ") + override + " to the folder to use.");
    }
    return *root + "\\HBR\\" + name;
}

}  // namespace

std::string configFolder() { return folderOf("HBR_CONFIG_DIR", "config"); }

std::string stateFolder() { return folderOf("HBR_STATE_DIR", "state"); }

}  // namespace platform
