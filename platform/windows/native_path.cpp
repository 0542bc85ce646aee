// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/native_path.hpp"

#include <windows.h>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

constexpr std::wstring_view kNativePrefix = LR"(\\?\)";
constexpr std::wstring_view kNativeUncPrefix = LR"(\\?\UNC\)";
constexpr std::size_t kMostPathLetters = 32'767;
constexpr std::wstring_view kDevicePrefix = LR"(\\.\)";

bool isSeparator(char letter) noexcept { return letter == '\\' || letter == '/'; }

[[noreturn]] void refusePath(std::string_view path) {
    throw base::Error(base::ErrorKind::Invalid, "FS-0021",
                      "'" + base::printable(path) + "' is not the path of a file",
                      "Give a path such as C:\\data or \\\\server\\share\\data.");
}

/// Length of the root that a path begins with: "C:", "\\host\share" or "\\?\Volume{...}"; 0 for none.
std::size_t rootLength(std::string_view path) noexcept {
    if (path.size() >= 2 && path[1] == ':') return 2;
    if (path.size() < 3 || !isSeparator(path[0]) || !isSeparator(path[1])) return 0;
    const auto nextSeparator = [&path](std::size_t from) {
        while (from < path.size() && !isSeparator(path[from])) ++from;
        return from;
    };
    const std::size_t hostEnd = nextSeparator(2);
    return hostEnd == path.size() ? hostEnd : nextSeparator(hostEnd + 1);
}

}  // namespace

std::wstring absoluteWidePath(std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos) refusePath(path);
    const std::wstring wide = withoutNativePrefix(toWide(path));
    // A volume without a drive letter: the system takes such a path as it stands.
    if (wide.starts_with(kNativePrefix)) return wide;
    std::wstring absolute(MAX_PATH, L'\0');
    for (;;) {
        const DWORD length =
            GetFullPathNameW(wide.c_str(), static_cast<DWORD>(absolute.size()), absolute.data(), nullptr);
        if (length == 0) throw fileError(GetLastError(), "resolve the path", std::string(path));
        const bool fits = length < absolute.size();
        absolute.resize(length);
        if (fits) break;
    }
    if (absolute.starts_with(kDevicePrefix)) refusePath(path);
    if (absolute.size() + kNativeUncPrefix.size() > kMostPathLetters) {
        throw base::Error(base::ErrorKind::Invalid, "FS-0028",
                          "The path '" + base::printable(path.substr(0, 60)) +
                              "...' is longer than the 32,767 letters that Windows takes",
                          "Name a folder above it, or shorten it with 'subst'.");
    }
    // A separator at the end belongs to a root alone.
    while (absolute.size() > 3 && absolute.back() == L'\\') absolute.pop_back();
    return absolute;
}

bool isAbsoluteWindowsPath(std::string_view path) {
    const bool isOnDrive = path.size() >= 3 && path[1] == ':' && isSeparator(path[2]);
    const bool isOnHost = path.size() >= 3 && isSeparator(path[0]) && isSeparator(path[1]);
    return isOnDrive || isOnHost;
}

std::wstring nativePath(std::string_view path) {
    const std::wstring absolute = absoluteWidePath(path);
    if (absolute.starts_with(kNativePrefix)) return absolute;
    if (absolute.starts_with(LR"(\\)")) return std::wstring(kNativeUncPrefix) + absolute.substr(2);
    return std::wstring(kNativePrefix) + absolute;
}

std::wstring withoutNativePrefix(std::wstring_view path) {
    if (path.starts_with(kNativeUncPrefix))
        return LR"(\\)" + std::wstring(path.substr(kNativeUncPrefix.size()));
    const std::wstring_view rest = path.starts_with(kNativePrefix) ? path.substr(kNativePrefix.size()) : path;
    // Volumes without a drive letter have no other name.
    if (rest.size() < 2 || rest[1] != L':') return std::wstring(path);
    return std::wstring(rest);
}

std::vector<std::string> splitWindowsPath(const std::string& absolutePath) {
    std::vector<std::string> components;
    const std::size_t root = rootLength(absolutePath);
    if (root > 0) {
        components.push_back(absolutePath.substr(0, root));
        for (char& letter : components.back()) letter = letter == '/' ? '\\' : letter;
    }
    std::string component;
    for (std::size_t i = root; i <= absolutePath.size(); ++i) {
        if (i < absolutePath.size() && !isSeparator(absolutePath[i])) {
            component += absolutePath[i];
        } else if (!component.empty()) {
            components.push_back(std::exchange(component, {}));
        }
    }
    return components;
}

std::string joinWindowsPath(const std::vector<std::string>& components) {
    if (components.empty()) return "\\";
    std::string path = components.front();
    for (std::size_t i = 1; i < components.size(); ++i) path += "\\" + components[i];
    // "C:" alone would mean the current folder of that drive, "\\?\Volume{...}" alone the volume as a device.
    const bool isDrive = path.size() == 2 && path[1] == ':';
    const bool isVolume = components.size() == 1 && path.starts_with(R"(\\?\)");
    if (isDrive || isVolume) path += '\\';
    return path;
}

std::wstring checkedChildName(std::string_view name) {
    constexpr std::string_view kForbidden("/\\:\0", 4);
    if (name.empty() || name == "." || name == ".." ||
        name.find_first_of(kForbidden) != std::string_view::npos) {
        throw base::Error(base::ErrorKind::Invalid, "FS-0022",
                          "'" + base::printable(name) + "' cannot be the name of a file on Windows",
                          "Names are not empty and hold no slash, backslash or colon. Restore it on Linux.",
                          base::Retry::Never);
    }
    return toWide(name);
}

}  // namespace platform::windows
