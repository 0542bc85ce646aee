// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/files_compare.hpp"

#include <utility>

#include "connectors/files/compare_session.hpp"
#include "connectors/files/object_kind.hpp"
#include "connectors/files/restore_session.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

namespace {

using platform::FileStatus;
using platform::FileType;

std::string inOctal(std::uint32_t mode) {
    std::string digits;
    for (int shift = 9; shift >= 0; shift -= 3) digits += static_cast<char>('0' + ((mode >> shift) & 7));
    return digits;
}

}  // namespace

std::string_view toString(Difference difference) noexcept {
    switch (difference) {
        case Difference::Missing:
            return "missing";
        case Difference::Type:
            return "type";
        case Difference::Size:
            return "size";
        case Difference::Content:
            return "content";
        case Difference::Modified:
            return "modified";
        case Difference::Mode:
            return "mode";
        case Difference::Owner:
            return "owner";
        case Difference::Target:
            return "target";
        case Difference::Attributes:
            return "attributes";
    }
    return "unknown";
}

CompareSession::CompareSession(const platform::FileSystem& fileSystem, RestoreOptions options,
                               OnDifference onDifference)
    : options_(std::move(options)),
      plan_(fileSystem, options_),
      log_(std::make_shared<DifferenceLog>(std::move(onDifference))),
      shared_(
          std::make_shared<RestoreShared>(RestoreReport::OnWarning(), options_.ownership, options_.runId)),
      tree_(fileSystem, options_.targetFolder, TargetTree::Access::Read, shared_) {}

RestoreAction CompareSession::accept(const ObjectHeader& header) {
    const bool isFolder = header.kind == ObjectKind::Directory;
    if (plan_.partOf(header.key, isFolder) != RestorePlan::Part::Yes)
        return {RestoreDecision::Skipped, nullptr};
    const std::optional<Found> found = find(header);
    if (!found) return {RestoreDecision::Done, nullptr};
    const bool isOfItsType = header.kind == ObjectKind::HardLink ? found->status.type != FileType::Directory
                                                                 : found->status.type == typeOf(header.kind);
    if (!isOfItsType) {
        log_->add(header.key, Difference::Type, "something of another type has its name");
        return {RestoreDecision::Done, nullptr};
    }
    if (header.kind == ObjectKind::HardLink) {
        compareLink(header, *found);
        return {RestoreDecision::Done, nullptr};
    }
    FileMetadata metadata = decodeMetadata(header.metadata, header.sizeBytes);
    compareMetadata(header, metadata, *found);
    if (metadata.linkCount > 1) linkTargets_.emplace(header.key, found->status);
    if (header.kind != ObjectKind::File) return {RestoreDecision::Done, nullptr};
    if (found->status.sizeBytes != header.sizeBytes) {
        log_->add(header.key, Difference::Size,
                  std::to_string(found->status.sizeBytes) + " bytes instead of " +
                      std::to_string(header.sizeBytes));
        return {RestoreDecision::Done, nullptr};
    }
    return {RestoreDecision::Content,
            std::make_unique<FileComparer>(log_, found->folder, found->name, header.key, header.sizeBytes,
                                           std::move(metadata))};
}

std::optional<CompareSession::Found> CompareSession::find(const ObjectHeader& header) {
    const std::optional<std::vector<std::string>> names = plan_.destinationOf(header.key);
    if (!names || names->empty()) return std::nullopt;
    const auto above = tree_.folder(std::span(*names).first(names->size() - 1));
    TargetFolder::Policy policy;
    policy.isDryRun = true;
    above->open(policy);
    if (above->folder()) {
        const auto folder = above->folder()->open();
        const std::string name = nameOf(header, *folder, names->back());
        if (const auto status = folder->statusOf(name)) return Found{above->folder(), name, *status};
    }
    log_->add(header.key, Difference::Missing, "it is not there");
    return std::nullopt;
}

/// Where both were kept, the restored one has a name of its own.
std::string CompareSession::nameOf(const ObjectHeader& header, const platform::Directory& folder,
                                   const std::string& name) const {
    if (options_.conflict != ConflictRule::KeepBoth || header.kind == ObjectKind::Directory) return name;
    std::string candidate = name;
    for (unsigned n = 1;; ++n) {
        const auto status = folder.statusOf(candidate);
        if (!status) return name;
        if (looksLikeRestored(header, *status)) return candidate;
        candidate = nameBeside(name, n);
    }
}

void CompareSession::compareMetadata(const ObjectHeader& header, const FileMetadata& metadata,
                                     const Found& found) {
    const FileStatus& status = found.status;
    if (status.ownerId == 0) shared_->rules.learnFrom(status);
    const platform::MetadataToApply expected = shared_->rules.valuesFor(metadata, header.modified);
    if (status.modified != header.modified)
        log_->add(header.key, Difference::Modified, "it has another time");
    // The mode of a symbolic link means nothing. Whether owners, and setuid and setgid with them, could be
    // given back, is known only once something belongs to root.
    if (header.kind != ObjectKind::Symlink && expected.mode && *expected.mode != status.mode &&
        (shared_->rules.givesOwners() || metadata.mode != status.mode)) {
        log_->add(header.key, Difference::Mode,
                  "its mode is " + inOctal(status.mode) + " instead of " + inOctal(*expected.mode));
    }
    if ((expected.ownerId && *expected.ownerId != status.ownerId) ||
        (expected.groupId && *expected.groupId != status.groupId)) {
        log_->add(header.key, Difference::Owner, "it belongs to somebody else");
    }
    const auto folder = found.folder->open();
    if (header.kind == ObjectKind::Symlink && folder->readLink(found.name) != header.target) {
        log_->add(header.key, Difference::Target, "it points elsewhere");
    }
    const bool isDevice = header.kind == ObjectKind::BlockDevice || header.kind == ObjectKind::CharDevice;
    if (isDevice &&
        (status.deviceMajor != metadata.deviceMajor || status.deviceMinor != metadata.deviceMinor)) {
        log_->add(header.key, Difference::Target, "it is another device");
    }
    const bool isOpened = header.kind == ObjectKind::File;
    const platform::ExtraMetadata extra =
        isOpened ? folder->openFile(found.name, platform::OpenMode::Read)->extraMetadata()
                 : folder->extraMetadataOf(found.name);
    if (extra.attributes != metadata.extra.attributes || extra.streams != metadata.extra.streams) {
        log_->add(header.key, Difference::Attributes, "its extended attributes differ");
    }
    if (isOpened && extra.flags != metadata.extra.flags) {
        log_->add(header.key, Difference::Attributes, "its flags differ");
    }
}

void CompareSession::compareLink(const ObjectHeader& header, const Found& found) {
    const auto target = linkTargets_.find(header.target);
    if (target == linkTargets_.end()) return;
    if (target->second.fileId != found.status.fileId || target->second.volumeId != found.status.volumeId) {
        log_->add(header.key, Difference::Target, "it is a file of its own and no other name of its first");
    }
}

void CompareSession::finish(const std::function<void(std::string_view key, const base::Error&)>& fail) {
    tree_.leave();
    shared_->report.passFaultsTo(fail);
}

FilesCompare::FilesCompare(const platform::FileSystem& fileSystem, RestoreOptions options,
                           OnDifference onDifference)
    : session_(std::make_unique<CompareSession>(fileSystem, std::move(options), std::move(onDifference))) {}

FilesCompare::~FilesCompare() = default;

const std::vector<std::string>& FilesCompare::selectedKeys() const noexcept {
    return session_->plan().selectedKeys();
}

RestoreAction FilesCompare::accept(const ObjectHeader& header) { return session_->accept(header); }

void FilesCompare::finish(const std::function<void(std::string_view key, const base::Error&)>& fail) {
    session_->finish(fail);
}

std::uint64_t FilesCompare::differences() const noexcept { return session_->differences(); }

}  // namespace connectors::files
