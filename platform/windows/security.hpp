// SPDX-License-Identifier: Apache-2.0
// security.hpp: security descriptors and privileges.
#pragma once

#include <windows.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/bytes.hpp"

namespace platform::windows {

/// The extended attribute under which a file's security descriptor travels: self-relative, with owner, group
/// and access list.
inline constexpr const char* kSecurityAttribute = "security.descriptor";

/// Switches on, where the process holds them, the privileges that let a backup read and a restore write
/// whatever the access lists say, and make symbolic links. Harmless where it does not hold them.
void enableBackupPrivileges() noexcept;

/// True when the process runs with Administrator's rights, as services do.
bool isElevated() noexcept;

/// Attributes for a new file or folder that only this user, Administrators and the system may open.
class PrivateSecurity final {
public:
    /// Throws Error (Internal, "FS-0023") when the system does not know who we are.
    PrivateSecurity();
    [[nodiscard]] SECURITY_ATTRIBUTES* attributes() noexcept { return &attributes_; }
    [[nodiscard]] void* descriptor() const noexcept { return descriptor_.get(); }

private:
    std::unique_ptr<void, decltype(&LocalFree)> descriptor_;
    SECURITY_ATTRIBUTES attributes_{};
};

/// The descriptor of what a Directory creates: nobody else may look into it before applyMetadata() gives it
/// its own rights. Lives as long as the program. Throws Error as PrivateSecurity() does.
void* privateDescriptor();

/// True when the access list of a descriptor is the one of PrivateSecurity, protected from inheritance.
bool isPrivate(void* descriptor);

/// Reads the descriptor through a handle with READ_CONTROL; nothing where the file system keeps none. Throws
/// Error.
std::optional<base::Bytes> readSecurity(HANDLE handle, const std::string& path);

/// Takes the privacy of a new file or folder off again, so that it has the rights that the folder above hands
/// down; a folder hands them on to what is in it already. Nothing happens to what is not private, such as a
/// folder that somebody protected in another way. The handle has FILE_LIST_DIRECTORY, READ_CONTROL and
/// WRITE_DAC. Returns a Win32 error number.
DWORD inheritSecurity(HANDLE handle);

/// Gives a descriptor that readSecurity() read to another file. `owner` is a handle with WRITE_OWNER,
/// `access` one with WRITE_DAC; either may be null when the right was refused. Returns one sentence for each
/// part that could not be applied.
std::vector<std::string> applySecurity(HANDLE owner, HANDLE access, base::ByteView descriptor,
                                       const std::string& path);

}  // namespace platform::windows
