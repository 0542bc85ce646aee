// SPDX-License-Identifier: Apache-2.0
// service_handle.hpp: owns a handle of Windows' service control manager.
#pragma once

#include <windows.h>

#include <winsvc.h>

#include <memory>
#include <type_traits>

namespace platform::windows {

struct CloseService {
    void operator()(SC_HANDLE handle) const noexcept { CloseServiceHandle(handle); }
};
using ServiceHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, CloseService>;

}  // namespace platform::windows
