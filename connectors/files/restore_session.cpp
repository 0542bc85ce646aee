// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/restore_session.hpp"

#include <algorithm>
#include <utility>

#include "connectors/files/file_restorer.hpp"
#include "connectors/files/object_key.hpp"
#include "connectors/files/object_kind.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace connectors::files {

namespace {

using base::Error;
using base::ErrorKind;
using platform::FileStatus;
using platform::FileType;

constexpr std::uint32_t kWindowsDirectoryAttribute = 0x10;
constexpr unsigned kMostNamesBeside = 10'000;

TargetFolder::Policy policyOf(const RestoreOptions& options) noexcept {
    TargetFolder::Policy policy;
    policy.replacesMetadata = options.conflict == ConflictRule::Overwrite;
    policy.replacesOthers = options.conflict == ConflictRule::Overwrite;
    policy.isDryRun = options.isDryRun;
    return policy;
}

void refuseFolderInTheWay(const TargetFolder& folder, const std::string& name) {
    throw Error(ErrorKind::Exists, "FILES-0025",
                "A folder is in the way of '" + base::printable(name) + "' in '" +
                    base::printable(folder.folder()->open()->displayPath()) + "'",
                "Folders are never replaced by files. Move it away and restore again.");
}

void removeQuietly(const platform::Directory& folder, const std::string& name) noexcept {
    try {
        const std::optional<FileStatus> status = folder.statusOf(name);
        if (!status) return;
        // A junction that never got its data is an empty folder.
        status->type == FileType::Directory ? folder.removeDirectory(name) : folder.removeFile(name);
    } catch (const Error&) {
        // It has a name that the next restore sweeps.
    }
}

}  // namespace

std::string nameBeside(std::string_view name, unsigned n) {
    const std::string mark = n == 1 ? " (restored)" : " (restored " + std::to_string(n) + ")";
    const std::size_t dot = name.rfind('.');
    const bool hasExtension = dot != std::string_view::npos && dot != 0;
    const std::string_view stem = hasExtension ? name.substr(0, dot) : name;
    return std::string(stem) + mark + std::string(name.substr(stem.size()));
}

bool looksLikeRestored(const ObjectHeader& header, const FileStatus& existing) noexcept {
    // What the first name of a hard link is, the link does not say.
    const bool isSameType = header.kind == ObjectKind::HardLink ? existing.type != FileType::Directory
                                                                : existing.type == typeOf(header.kind);
    if (!isSameType || existing.modified != header.modified) return false;
    return header.kind != ObjectKind::File || existing.sizeBytes == header.sizeBytes;
}

RestoreSession::RestoreSession(const platform::FileSystem& fileSystem, RestoreOptions options)
    : fileSystem_(fileSystem),
      options_(std::move(options)),
      plan_(fileSystem, options_),
      policy_(policyOf(options_)),
      shared_(std::make_shared<RestoreShared>(options_.onWarning, options_.ownership, options_.runId)),
      links_(std::make_shared<RestoredLinks>(shared_)),
      tree_(fileSystem, options_.targetFolder,
            options_.isDryRun ? TargetTree::Access::Read : TargetTree::Access::Write, shared_) {}

RestoreAction RestoreSession::accept(const ObjectHeader& header) {
    const RestorePlan::Part part = plan_.partOf(header.key, header.kind == ObjectKind::Directory);
    if (part == RestorePlan::Part::No) return {RestoreDecision::Skipped, nullptr};
    const std::optional<std::vector<std::string>> names = plan_.destinationOf(header.key);
    if (!names || names->empty()) return {RestoreDecision::Done, nullptr};
    if (header.kind == ObjectKind::Directory) return acceptFolder(header, *names, part);
    return acceptOther(header, *names);
}

RestoreAction RestoreSession::acceptFolder(const ObjectHeader& header, const std::vector<std::string>& names,
                                           RestorePlan::Part part) {
    const std::shared_ptr<TargetFolder> folder = tree_.folder(names);
    folder->describe(header, part == RestorePlan::Part::Yes);
    if (part == RestorePlan::Part::Above) return {RestoreDecision::Done, nullptr};
    folder->open(policy_);
    tell(header,
         folder->wasMissing()       ? RestoreStep::Create
         : policy_.replacesMetadata ? RestoreStep::Overwrite
                                    : RestoreStep::AlreadyThere,
         names);
    auto streams = decodeMetadata(header.metadata, header.sizeBytes).extra.streams;
    if (streams.empty() || !folder->appliesMetadata()) return {RestoreDecision::Done, nullptr};
    return {RestoreDecision::Content,
            std::make_unique<FolderStreamsRestorer>(folder, header.key, std::move(streams))};
}

RestoreAction RestoreSession::acceptOther(const ObjectHeader& header, const std::vector<std::string>& names) {
    // A link that stands for its file goes where the link was to go, into the folder that waits for it.
    if (auto link = links_->takeSubstitute(header.key)) {
        const auto step = link->replaces ? RestoreStep::Overwrite : RestoreStep::Create;
        return restoreTo(header, {std::move(link->folder), std::move(link->name), {}, step});
    }
    Place place{
        tree_.folder(std::span(names).first(names.size() - 1)), names.back(), {}, RestoreStep::Create};
    place.folder->open(policy_);
    if (!options_.isDryRun) place.folder->refuseCaseTwin(place.name);
    if (place.folder->folder()) place.existing = place.folder->folder()->open()->statusOf(place.name);
    decide(header, place);
    if (place.step == RestoreStep::KeepBoth) place.folder->claim(place.name);
    std::vector<std::string> told = names;
    told.back() = place.name;
    tell(header, place.step, told);
    if (place.step == RestoreStep::Skip || place.step == RestoreStep::AlreadyThere)
        return passOver(header, place);
    if (options_.isDryRun) return {RestoreDecision::Done, nullptr};
    return restoreTo(header, place);
}

RestoreAction RestoreSession::restoreTo(const ObjectHeader& header, const Place& place) {
    if (header.kind == ObjectKind::File) return restoreFile(header, place);
    header.kind == ObjectKind::HardLink ? restoreLink(header, place) : restoreNode(header, place);
    return {RestoreDecision::Done, nullptr};
}

void RestoreSession::decide(const ObjectHeader& header, Place& place) const {
    // An object that was kept beside another may have taken the name, and be on its way there.
    if (place.folder->isClaimed(place.name)) return chooseFreeName(header, place);
    if (!place.existing) return;
    if (place.existing->type == FileType::Directory) refuseFolderInTheWay(*place.folder, place.name);
    // A person who overwrites does not trust what is there, however alike it looks.
    if (options_.conflict != ConflictRule::Overwrite && isSame(header, place)) {
        place.step = RestoreStep::AlreadyThere;
        return;
    }
    switch (options_.conflict) {
        case ConflictRule::Skip:
            place.step = RestoreStep::Skip;
            return;
        case ConflictRule::OverwriteIfNewer:
            place.step =
                place.existing->modified < header.modified ? RestoreStep::Overwrite : RestoreStep::Skip;
            return;
        case ConflictRule::Overwrite:
            place.step = RestoreStep::Overwrite;
            return;
        case ConflictRule::KeepBoth:
            chooseFreeName(header, place);
            return;
    }
}

void RestoreSession::chooseFreeName(const ObjectHeader& header, Place& place) const {
    const auto folder = place.folder->folder()->open();
    const std::string original = place.name;
    place.step = RestoreStep::KeepBoth;
    for (unsigned n = 1; n <= kMostNamesBeside; ++n) {
        place.name = nameBeside(original, n);
        if (place.folder->isClaimed(place.name)) continue;
        place.existing = folder->statusOf(place.name);
        if (!place.existing) return;
        if (isSame(header, place)) {
            place.step = RestoreStep::AlreadyThere;
            return;
        }
    }
    throw Error(ErrorKind::Exists, "FILES-0026",
                "Too many restored copies of '" + base::printable(original) + "' lie beside it",
                "Remove some of them, or restore to another folder.");
}

/// True when an earlier, perhaps interrupted, restore brought the very object. A restored file gets its time
/// before its name, so one that has both is complete.
bool RestoreSession::isSame(const ObjectHeader& header, const Place& place) const {
    if (header.kind == ObjectKind::HardLink) {
        const std::optional<RestoredPlace> first = links_->placeOf(header.target);
        // Its file is not selected, or yet to come: the time is all there is to go by.
        if (!first) return looksLikeRestored(header, *place.existing);
        const std::optional<FileStatus> status = first->folder->open()->statusOf(first->name);
        return status && status->fileId == place.existing->fileId &&
               status->volumeId == place.existing->volumeId;
    }
    if (!looksLikeRestored(header, *place.existing)) return false;
    if (header.kind != ObjectKind::Symlink) return true;
    return place.folder->folder()->open()->readLink(place.name) == header.target;
}

RestoreAction RestoreSession::passOver(const ObjectHeader& header, const Place& place) {
    const bool isThere = place.step == RestoreStep::AlreadyThere;
    if (isThere && header.kind != ObjectKind::HardLink) {
        const std::uint32_t names = decodeMetadata(header.metadata, header.sizeBytes).linkCount;
        if (names > 1) {
            links_->expect(header.key, names);
            links_->complete(header.key, {place.folder->folder(), place.name});
        }
    }
    return {RestoreDecision::Skipped, nullptr};
}

RestoreAction RestoreSession::restoreFile(const ObjectHeader& header, const Place& place) {
    FileMetadata metadata = decodeMetadata(header.metadata, header.sizeBytes);
    const bool hasOtherNames = metadata.linkCount > 1 || links_->isSubstitute(header.key);
    if (hasOtherNames) links_->expect(header.key, metadata.linkCount);
    auto writer = std::make_unique<FileRestorer>(place.folder, place.name, header.key, header.sizeBytes,
                                                 header.modified, std::move(metadata),
                                                 hasOtherNames ? links_ : nullptr);
    return {RestoreDecision::Content, std::move(writer)};
}

void RestoreSession::restoreLink(const ObjectHeader& header, const Place& place) {
    links_->add(header.target, {header.key, place.folder, place.name, place.step == RestoreStep::Overwrite});
}

/// Under a temporary name first, so that what has its final name has its metadata too.
void RestoreSession::restoreNode(const ObjectHeader& header, const Place& place) {
    const FileMetadata metadata = decodeMetadata(header.metadata, header.sizeBytes);
    const auto folder = place.folder->folder()->open();
    const std::string temporary = shared_->temporaryName();
    const bool hasOtherNames = metadata.linkCount > 1 || links_->isSubstitute(header.key);
    place.folder->touch();
    if (hasOtherNames) links_->expect(header.key, metadata.linkCount);
    try {
        makeNode(header, metadata, *folder, temporary);
        folder->renameChild(temporary, place.name);
    } catch (const Error&) {
        removeQuietly(*folder, temporary);
        if (hasOtherNames) links_->fail(header.key);
        throw;
    }
    if (hasOtherNames) links_->complete(header.key, {place.folder->folder(), place.name});
}

void RestoreSession::makeNode(const ObjectHeader& header, const FileMetadata& metadata,
                              const platform::Directory& folder, const std::string& name) {
    // A junction and the like is made of the data that Windows kept of it, where Windows is.
    const bool isReparsePoint =
        hasDrives(fileSystem_) && std::ranges::any_of(metadata.extra.attributes,
                                                      [](const auto& a) { return a.name == "reparse.data"; });
    if (header.kind == ObjectKind::Symlink && !isReparsePoint) {
        folder.createSymlink(name, header.target, (metadata.attributes & kWindowsDirectoryAttribute) != 0);
    } else {
        FileStatus like;
        like.type = typeOf(header.kind);
        like.mode = metadata.mode;
        like.attributes = metadata.attributes;
        like.deviceMajor = metadata.deviceMajor;
        like.deviceMinor = metadata.deviceMinor;
        folder.createSpecial(name, like);
    }
    if (const auto made = folder.statusOf(name)) shared_->rules.learnFrom(*made);
    const auto values = shared_->rules.valuesFor(metadata, header.modified);
    for (const std::string& sentence : folder.applyMetadata(name, values)) {
        shared_->report.warn(header.key, sentence);
    }
}

void RestoreSession::tell(const ObjectHeader& header, RestoreStep step,
                          const std::vector<std::string>& names) const {
    if (!options_.onEvent) return;
    std::string path;
    if (options_.targetFolder.empty()) {
        path = fileSystem_.joinPath(names);
    } else {
        std::vector<std::string> whole = fileSystem_.splitPath(options_.targetFolder);
        whole.insert(whole.end(), names.begin(), names.end());
        path = fileSystem_.joinPath(whole);
    }
    options_.onEvent({header.key, header.kind, step, path, header.sizeBytes});
}

std::vector<LinkNeed> RestoreSession::missingLinkTargets() {
    // What is offered next may lie anywhere; the folders left now get their metadata, and keep it then.
    tree_.leave();
    return links_->takeNeeds();
}

void RestoreSession::finish(const std::function<void(std::string_view key, const Error&)>& fail) {
    links_->finish();
    tree_.leave();
    shared_->report.passFaultsTo(fail);
}

}  // namespace connectors::files
