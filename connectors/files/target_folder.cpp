// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/target_folder.hpp"

#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/read_fully.hpp"

namespace connectors::files {

using base::Error;
using base::ErrorKind;
using platform::Directory;
using platform::FileStatus;
using platform::FileType;

namespace {

constexpr std::string_view kMarkerEnd = ".folder~";

/// What a marker holds: the name of a folder, or less when the restore died while it wrote.
std::string readMarker(const Directory& folder, const std::string& marker) {
    constexpr std::size_t kMaxBytes = 4096;
    const auto file = folder.openFile(marker, platform::OpenMode::Read);
    base::Bytes text(kMaxBytes);
    text.resize(platform::readFully(*file, 0, text));
    return std::string(base::asText(text));
}

bool holds(const platform::DirectoryListing& listing, std::string_view name) {
    for (std::size_t i = 0; i < listing.size(); ++i) {
        if (listing.name(i) == name) return true;
    }
    return false;
}

}  // namespace

std::string RestoreShared::temporaryName(std::string_view end) {
    return std::string(kTemporaryPrefix) + tag + "-" + std::to_string(nextTemporary++) + std::string(end);
}

bool RestoreShared::isLeftover(std::string_view name) const noexcept {
    if (!name.starts_with(kTemporaryPrefix) || !name.ends_with('~')) return false;
    return !name.substr(kTemporaryPrefix.size()).starts_with(tag + "-");
}

TargetFolder::TargetFolder(std::shared_ptr<RestoreShared> shared, std::shared_ptr<Folder> opened)
    : shared_(std::move(shared)),
      folder_(std::move(opened)),
      isOpened_(true),
      wasMissing_(folder_ == nullptr) {}

TargetFolder::TargetFolder(std::shared_ptr<TargetFolder> parent, std::string name)
    : shared_(parent->shared_), parent_(std::move(parent)), name_(std::move(name)) {}

TargetFolder::~TargetFolder() {
    try {
        finish();
    } catch (...) {
        shared_->report.addFault(key_, base::currentError());
    }
    // One after the other, as in ~Folder(); each is finished before the one above it.
    std::shared_ptr<TargetFolder> above = std::move(parent_);
    while (above && above.use_count() == 1) {
        std::shared_ptr<TargetFolder> next = above->parent_;
        if (next) above->parent_.reset();
        above = std::move(next);
    }
}

void TargetFolder::describe(const ObjectHeader& header, bool isSelected) {
    isSelected_ = isSelected;
    key_ = header.key;
    metadata_ = decodeMetadata(header.metadata, header.sizeBytes);
    modified_ = header.modified;
}

void TargetFolder::open(const Policy& policy) {
    if (fault_) throw Error(*fault_);
    if (isOpened_) return;
    try {
        openIn(policy);
        isOpened_ = true;
    } catch (const Error& error) {
        fault_ = error;
        throw;
    }
}

void TargetFolder::openIn(const Policy& policy) {
    parent_->open(policy);
    if (!policy.isDryRun) parent_->refuseCaseTwin(name_);
    above_ = parent_->folder();
    std::optional<FileStatus> status;
    std::shared_ptr<const Directory> above;
    if (above_) {
        above = above_->open();
        status = above->statusOf(name_);
    }
    const bool isInTheWay = status && status->type != FileType::Directory;
    if (isInTheWay && !(policy.replacesOthers && isSelected_)) {
        throw Error(ErrorKind::Exists, "FILES-0022",
                    "'" + base::printable(above->displayPath() + '/' + name_) +
                        "' is in the way of a folder to restore; it is " +
                        (status->type == FileType::Symlink ? "a symbolic link, which is never followed"
                                                           : "no folder"),
                    "Move it away, or restore with the rule that overwrites.");
    }
    wasMissing_ = !status || isInTheWay;
    if (policy.isDryRun) {
        if (!wasMissing_) folder_ = above_->openChild(name_, *status);
        return;
    }
    if (isInTheWay) above->removeFile(name_);
    if (wasMissing_) {
        make(*above);
        return;
    }
    before_ = status;
    folder_ = above_->openChild(name_, *status);
    if (metadata_) marker_ = parent_->takeMarker(name_);
    appliesMetadata_ = !marker_.empty() || (policy.replacesMetadata && isSelected_);
    sweep();
}

void TargetFolder::refuseCaseTwin(const std::string& name) {
    if (!twins_.add(name) || !ignoresCase()) return;
    throw Error(ErrorKind::Exists, "FILES-0028",
                "Another name in the backup differs from '" + base::printable(name) +
                    "' only in letter case, and '" + base::printable(folder_->open()->displayPath()) +
                    "' can hold only one of them",
                "Restore it to another folder, or to one that tells letter case apart.");
}

bool TargetFolder::ignoresCase() {
    if (ignoresCase_) return *ignoresCase_;
    const auto opened = folder_->open();
    const std::string probe = shared_->temporaryName();
    std::string inCapitals = probe;
    for (char& letter : inCapitals) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    touch();
    static_cast<void>(opened->createFile(probe));
    ignoresCase_ = opened->statusOf(inCapitals).has_value();
    opened->removeFile(probe);
    return *ignoresCase_;
}

void TargetFolder::make(const Directory& above) {
    if (metadata_) marker_ = parent_->takeMarker(name_);
    try {
        if (metadata_ && marker_.empty()) mark(above);
        above.createDirectory(name_);
    } catch (...) {
        if (!marker_.empty() && above.statusOf(marker_)) above.removeFile(marker_);
        throw;
    }
    const std::optional<FileStatus> made = above.statusOf(name_);
    if (!made) {
        throw Error(ErrorKind::NotFound, "FILES-0023",
                    "The folder '" + base::printable(name_) + "' vanished again",
                    "Let nobody else change the target while a restore runs.", base::Retry::Later);
    }
    parent_->touch();
    folder_ = above_->openChild(name_, *made);
    shared_->rules.learnFrom(*made);
    appliesMetadata_ = true;
}

/// Says in the folder above that this one has not got its metadata.
void TargetFolder::mark(const Directory& above) {
    parent_->touch();
    marker_ = shared_->temporaryName(kMarkerEnd);
    above.createFile(marker_)->write(base::asBytes(name_));
}

std::string TargetFolder::takeMarker(const std::string& child) {
    const auto node = markers_.extract(child);
    return node ? std::move(node.mapped()) : std::string();
}

/// Removes what an interrupted restore left here. Markers of folders stay until these are finished.
void TargetFolder::sweep() {
    const auto opened = folder_->open();
    const platform::DirectoryListing listing = opened->list();
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const std::string name(listing.name(i));
        if (!shared_->isLeftover(name)) continue;
        const auto status = opened->statusOf(name);
        // A restore leaves no folders: this one is somebody's, however it came by its name.
        if (!status || status->type == FileType::Directory) continue;
        touch();
        if (name.ends_with(kMarkerEnd) && status->type == FileType::Regular) {
            std::string child = readMarker(*opened, name);
            if (holds(listing, child) && markers_.try_emplace(std::move(child), name).second) continue;
        }
        opened->removeFile(name);
    }
}

void TargetFolder::finish() {
    if (!folder_) return;
    flush();
    if (!above_) return;
    folder_.reset();
    applyValues();
    if (!marker_.empty()) above_->open()->removeFile(marker_);
}

/// Makes the names that were put into it durable, unless all of its file system will be.
void TargetFolder::flush() {
    if (!isTouched_) return;
    try {
        const auto opened = folder_->open();
        const auto rule = shared_->volumes.ruleFor(opened->status().volumeId, *opened);
        if (rule == TargetVolumes::FlushRule::EachFile) opened->sync();
    } catch (const Error& error) {
        shared_->report.addFault(key_, error);
    }
}

void TargetFolder::applyValues() {
    platform::MetadataToApply values;
    if (appliesMetadata_ && metadata_) {
        values = shared_->rules.valuesFor(*metadata_, modified_);
    } else if (before_ && isTouched_) {
        // A folder that was there keeps its time, as far as it was we who changed it.
        values.modified = before_->modified;
    } else {
        return;
    }
    for (const std::string& sentence : above_->open()->applyMetadata(name_, values)) {
        shared_->report.warn(key_, sentence);
    }
}

}  // namespace connectors::files
