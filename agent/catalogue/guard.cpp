// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/guard.hpp"

#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"
#include "platform/base/strong_id.hpp"

namespace catalogue {

namespace {

/// Makes the file that processes lock, empty. It gets its name only once its maker has closed it: on Windows
/// whoever opened it before could not write to it, and so not lock it.
std::string madeFile(const platform::FileSystem& fileSystem, const std::string& path) {
    if (fileSystem.status(path)) return path;
    auto folder = fileSystem.splitPath(path);
    folder.pop_back();
    fileSystem.createDirectories(fileSystem.joinPath(folder));
    using FileId = base::StrongId<struct GuardTag, 8>;
    const std::string newPath = path + "." + vault::randomId<FileId>().hex();
    (void)fileSystem.createNew(newPath);
    try {
        fileSystem.publish(newPath, path);
    } catch (const base::Error& error) {
        fileSystem.removeFile(newPath);
        if (error.kind() != base::ErrorKind::Exists) throw;
    }
    return path;
}

}  // namespace

Guard::Guard(const platform::FileSystem& fileSystem, const std::string& path,
             std::chrono::milliseconds busyWait)
    : database_(madeFile(fileSystem, path), busyWait) {
    database_.runScript("BEGIN EXCLUSIVE");  // ends with the connection, or with the process
}

}  // namespace catalogue
