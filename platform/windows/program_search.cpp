// SPDX-License-Identifier: Apache-2.0
#include "platform/windows/program_search.hpp"

#include <windows.h>

#include <vector>

#include "platform/search_path.hpp"
#include "platform/windows/native_path.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/wide_text.hpp"

namespace platform::windows {

namespace {

std::string systemFolder(UINT(WINAPI* tell)(LPWSTR, UINT)) {
    std::wstring path(MAX_PATH, L'\0');
    path.resize(tell(path.data(), MAX_PATH));
    return toUtf8(path);
}

/// Where bare names are looked for, in this order. CreateProcessW would begin with the folder of this program
/// and the current one.
std::vector<std::string> foldersForBareNames() {
    std::vector<std::string> folders = searchedFolders(';', "");
    folders.insert(folders.begin(),
                   {systemFolder(&GetSystemDirectoryW), systemFolder(&GetSystemWindowsDirectoryW)});
    return folders;
}

/// ERROR_SUCCESS for a file, else why it is none.
DWORD refusalOf(const std::wstring& path) noexcept {
    const DWORD attributes = GetFileAttributesW(path.c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES) return GetLastError();
    return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? ERROR_FILE_NOT_FOUND : ERROR_SUCCESS;
}

std::string withExe(const std::string& name) {
    const bool hasEnding = name.find('.', name.find_last_of("/\\:") + 1) != std::string::npos;
    return hasEnding ? name : name + ".exe";
}

}  // namespace

std::wstring findProgram(const std::string& name) {
    if (name.find_first_of("/\\:") == std::string::npos) {
        for (const std::string& folder : foldersForBareNames()) {
            std::wstring file = absoluteWidePath(folder + "\\" + withExe(name));
            if (refusalOf(file) == ERROR_SUCCESS) return file;
        }
        failToStart(name, ERROR_FILE_NOT_FOUND);
    }
    std::wstring file = absoluteWidePath(name);
    const DWORD refusal = refusalOf(file);
    if (refusal == ERROR_SUCCESS) return file;
    file = absoluteWidePath(withExe(name));
    if (refusalOf(file) == ERROR_SUCCESS) return file;
    failToStart(name, refusal);
}

bool isBatchFile(std::wstring_view program) {
    // Windows passes over dots and blanks at the end of a name.
    const std::size_t length = program.find_last_not_of(L". ") + 1;
    if (length < 4) return false;
    const std::wstring_view ending = program.substr(length - 4, 4);
    const auto isEnding = [ending](std::wstring_view wanted) {
        return CompareStringOrdinal(ending.data(), 4, wanted.data(), 4, TRUE) == CSTR_EQUAL;
    };
    return isEnding(L".bat") || isEnding(L".cmd");
}

}  // namespace platform::windows
