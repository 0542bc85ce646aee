// SPDX-License-Identifier: Apache-2.0
// own_program.hpp: the test program itself, for tests that start it again.
#pragma once

#include <windows.h>

#include <string>

#include "platform/windows/wide_text.hpp"

namespace test {

/// Its whole path.
inline std::string ownProgram() {
    std::wstring path(32'768, L'\0');
    path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
    return platform::windows::toUtf8(path);
}

}  // namespace test
