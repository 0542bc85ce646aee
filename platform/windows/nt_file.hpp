// SPDX-License-Identifier: Apache-2.0
// nt_file.hpp: file calls of the native interface, which take a name relative to an open directory.
//
// The Win32 calls know whole paths alone, so a folder swapped for a link between two calls would lead them
// astray. The native calls look a single name up in the directory behind a handle; that is what Directory
// promises. Functions return Win32 error numbers, 0 (ERROR_SUCCESS) for success.
#pragma once

#include <windows.h>

#include <cstdint>
#include <string_view>

#include "platform/file_system.hpp"
#include "platform/windows/handle.hpp"

namespace platform::windows {

/// What may be done through the handle, and how the name is treated.
struct OpenRequest {
    ACCESS_MASK access = 0;  // SYNCHRONIZE is always added
    ULONG share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    ULONG disposition = 1;     // FILE_OPEN
    ULONG options = 0;         // FILE_* create options beside the usual ones
    void* security = nullptr;  // descriptor of what is created; null inherits
};

struct OpenOutcome {
    Handle handle;
    DWORD error = ERROR_SUCCESS;
};

/// Whether a reparse point is opened itself, or what it points to.
enum class Reparse { OpenItself, Follow };

/// Opens or creates a child of the directory, or the directory itself again when the name is empty.
OpenOutcome openRelative(HANDLE directory, std::wstring_view name, const OpenRequest& request,
                         Reparse reparse = Reparse::OpenItself);

/// What kind of thing a handle holds.
struct HandleKind {
    FileType type = FileType::Other;
    DWORD reparseTag = 0;  // 0 for none
    DWORD attributes = 0;
};

/// Tells links, directories and files apart. Throws Error.
HandleKind kindOf(HANDLE handle, const std::string& path);

/// False for reparse points that hold the file's own content in another form (deduplicated, compressed, in
/// the cloud) and open like plain files. All others are kept as links, which are never followed: symbolic
/// links, junctions, mount points, tags that nobody here knows, and a tag of 0, which means that the file
/// system would not say.
bool isLinkTag(DWORD reparseTag) noexcept;

/// True when reading the content would fetch it from the cloud or from a tape.
bool isNotOnThisDisk(DWORD attributes) noexcept;

/// Which volume the handle lies on.
std::uint64_t volumeIdOf(HANDLE handle) noexcept;

/// Throws Error.
FileStatus statusOf(HANDLE handle, std::uint64_t volumeId, const std::string& path);

/// Removes what the handle (opened with DELETE and FILE_WRITE_ATTRIBUTES) holds, read-only or not; where
/// that fails it keeps its attributes. The name is free again on return where the system can do that, else
/// when the last handle is closed.
DWORD removeByHandle(HANDLE handle);

/// Renames what the handle (opened with DELETE) holds, replacing a file of that name.
DWORD renameByHandle(HANDLE handle, HANDLE directory, std::wstring_view name);

/// Gives what the handle holds another name; fails when the name is taken.
DWORD linkByHandle(HANDLE handle, HANDLE directory, std::wstring_view name);

/// Puts the names in an open directory into the listing, from the first on. One caller a handle at a time.
DWORD listByHandle(HANDLE directory, DirectoryListing& listing);

}  // namespace platform::windows
