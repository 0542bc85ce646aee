// SPDX-License-Identifier: Apache-2.0
// copy_tree.exe FROM TO: copies a tree as Explorer does, file by file with CopyFileExW: what wine_race.py
// holds hbr.exe against.
#include <windows.h>

#include <shellapi.h>

#include <string>

namespace {

/// Returns a Win32 error number. Paths are absolute.
DWORD copyTree(const std::wstring& from, const std::wstring& to) {
    if (CreateDirectoryW(to.c_str(), nullptr) == 0) return GetLastError();
    WIN32_FIND_DATAW found{};
    const HANDLE search = FindFirstFileW((from + L"\\*").c_str(), &found);
    if (search == INVALID_HANDLE_VALUE) return GetLastError();
    DWORD error = ERROR_SUCCESS;
    do {
        const std::wstring name = found.cFileName;
        if (name == L"." || name == L"..") continue;
        const bool isFolder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
        const std::wstring source = from + L"\\" + name;
        const std::wstring target = to + L"\\" + name;
        if (isFolder) {
            error = copyTree(source, target);
        } else if (CopyFileExW(source.c_str(), target.c_str(), nullptr, nullptr, nullptr, 0) == 0) {
            error = GetLastError();
        }
    } while (error == ERROR_SUCCESS && FindNextFileW(search, &found) != 0);
    FindClose(search);
    return error;
}

}  // namespace

int main() {
    int count = 0;
    wchar_t** words = CommandLineToArgvW(GetCommandLineW(), &count);
    if (words == nullptr || count != 3) return 2;
    return copyTree(words[1], words[2]) == ERROR_SUCCESS ? 0 : 1;
}
