// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/files_restore.hpp"

#include <utility>

#include "connectors/files/restore_session.hpp"

namespace connectors::files {

std::string_view toString(RestoreStep step) noexcept {
    switch (step) {
        case RestoreStep::Create:
            return "create";
        case RestoreStep::Overwrite:
            return "overwrite";
        case RestoreStep::KeepBoth:
            return "keepBoth";
        case RestoreStep::Skip:
            return "skip";
        case RestoreStep::AlreadyThere:
            return "alreadyThere";
    }
    return "unknown";
}

FilesRestore::FilesRestore(const platform::FileSystem& fileSystem, RestoreOptions options)
    : session_(std::make_unique<RestoreSession>(fileSystem, std::move(options))) {}

FilesRestore::~FilesRestore() = default;

const std::vector<std::string>& FilesRestore::selectedKeys() const noexcept {
    return session_->plan().selectedKeys();
}

void FilesRestore::openTarget() { session_->openTarget(); }

RestoreAction FilesRestore::accept(const ObjectHeader& header) { return session_->accept(header); }

std::vector<LinkNeed> FilesRestore::missingLinkTargets() { return session_->missingLinkTargets(); }

void FilesRestore::finish(const std::function<void(std::string_view key, const base::Error&)>& fail) {
    session_->finish(fail);
}

void FilesRestore::flush(const std::function<void(std::string_view key, const base::Error&)>& fail) {
    session_->flush(fail);
}

}  // namespace connectors::files
