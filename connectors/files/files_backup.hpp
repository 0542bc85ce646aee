// SPDX-License-Identifier: Apache-2.0
// files_backup.hpp: backs up files and folders: the entry point of this connector for a backup.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "connectors/files/file_selection.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"

namespace connectors::files {

/// How far a file's last change must lie before the moment it is read for the file to be trusted next time.
/// README.md says why 40 seconds.
inline constexpr std::chrono::nanoseconds kDefaultSettleWindow = std::chrono::seconds(40);

struct FilesBackupOptions {
    SelectionOptions selection;
    /// Reads every file, whatever the previous restore point says.
    bool rereadsEverything = false;
    std::chrono::nanoseconds settleWindow = kDefaultSettleWindow;
    /// Patterns, as for excludes, of files that change in place, such as disk images and databases; they are
    /// cut into fixed pages.
    std::vector<std::string> pagedFiles;
};

/// Walks the sources and pushes what it finds into a sink. Used once or several times, by one thread at a
/// time; the readers that it hands out outlive run() safely as long as the file system does.
class FilesBackup final {
public:
    FilesBackup(const platform::FileSystem& fileSystem, FilesBackupOptions options);
    /// The same with a clock of the caller's choice, which must outlive this object.
    FilesBackup(const platform::FileSystem& fileSystem, FilesBackupOptions options,
                const platform::Clock& clock);

    /// Looks for what a person should mend before a backup: sources that do not exist or cannot be reached.
    /// Throws Error (Invalid) when the options make no sense. Changes nothing.
    [[nodiscard]] std::vector<base::Error> precheck() const;

    /// Pushes the sources, and the folders above them, in key order. Sources that are missing become faults.
    /// Throws what the sink throws, Cancelled, and Error (Invalid) when the options make no sense.
    void run(ObjectSink& sink, const base::CancelToken& cancel) const;

private:
    const platform::FileSystem& fileSystem_;
    const FilesBackupOptions options_;
    const std::shared_ptr<const platform::Clock>
        clock_;  // shared: owned here or, without a deleter, by the caller
};

}  // namespace connectors::files
