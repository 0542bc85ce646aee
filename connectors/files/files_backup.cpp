// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/files_backup.hpp"

#include <utility>

#include "connectors/files/file_walker.hpp"
#include "connectors/files/object_key.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

FilesBackup::FilesBackup(const platform::FileSystem& fileSystem, FilesBackupOptions options)
    : fileSystem_(fileSystem), options_(std::move(options)), clock_(platform::makeSystemClock()) {}

FilesBackup::FilesBackup(const platform::FileSystem& fileSystem, FilesBackupOptions options,
                         const platform::Clock& clock)
    : fileSystem_(fileSystem), options_(std::move(options)), clock_(&clock, [](const platform::Clock*) {}) {}

std::vector<base::Error> FilesBackup::precheck() const {
    const FileSelection selection(fileSystem_, options_.selection);
    std::vector<base::Error> errors;
    for (const FileSelection::Fault& fault : selection.faults()) errors.push_back(fault.error);
    for (const std::string& wildcard : selection.emptyWildcards()) {
        errors.push_back({base::ErrorKind::NotFound, "FILES-0004",
                          "No file matches the source '" + base::printable(wildcard) + "'",
                          "Correct the pattern or take it out of the sources."});
    }
    return errors;
}

void FilesBackup::run(ObjectSink& sink, const base::CancelToken& cancel) const {
    const FileSelection selection(fileSystem_, options_.selection);
    for (const FileSelection::Fault& fault : selection.faults()) sink.fail(fault.key, fault.error);
    for (const std::string& wildcard : selection.emptyWildcards()) {
        sink.warn(keyOf(fileSystem_, wildcard), "No file matches this source.");
    }
    ExcludeRules paged(hasDrives(fileSystem_) ? LetterCase::Ignored : LetterCase::Matters);
    for (const std::string& line : options_.pagedFiles) paged.addLine(line);
    auto readers = std::make_shared<ReaderSettings>();
    readers->clock = clock_;
    readers->settleWindow = options_.settleWindow;

    FileWalker::Settings settings;
    settings.rereadsEverything = options_.rereadsEverything;
    settings.leavesOutCaches = options_.selection.leavesOutCaches;
    settings.staysOnFileSystem = options_.selection.staysOnFileSystem;
    settings.pagedFiles = &paged;
    settings.readers = std::move(readers);
    FileWalker(fileSystem_, selection, std::move(settings), sink, cancel).walk();
}

}  // namespace connectors::files
