// SPDX-License-Identifier: Apache-2.0
#include "platform/new_file.hpp"

#include <vector>

#include "platform/base/error.hpp"

namespace platform {

namespace {

/// The failure that led here is the one that is told.
void removeQuietly(const FileSystem& fileSystem, const std::string& path) noexcept {
    try {
        fileSystem.removeFile(path);
    } catch (...) {
        static_cast<void>(base::currentError());
    }
}

}  // namespace

void writeNewFile(const FileSystem& fileSystem, const std::string& path, base::ByteView content) {
    auto file = fileSystem.createNew(path);
    try {
        file->write(content);
        file->sync();
        std::vector<std::string> parts = fileSystem.splitPath(path);
        parts.pop_back();
        fileSystem.syncDirectory(fileSystem.joinPath(parts));
    } catch (...) {
        file.reset();  // Windows removes no file that is open
        removeQuietly(fileSystem, path);
        throw;
    }
}

}  // namespace platform
