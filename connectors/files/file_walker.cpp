// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/file_walker.hpp"

#include <algorithm>
#include <utility>

#include "connectors/files/object_key.hpp"
#include "connectors/files/object_kind.hpp"
#include "platform/base/error.hpp"
#include "platform/read_fully.hpp"

namespace connectors::files {

namespace {

using base::Error;
using platform::Directory;
using platform::DirectoryListing;
using platform::FileStatus;
using platform::FileType;

constexpr std::string_view kCacheTagName = "CACHEDIR.TAG";
constexpr std::string_view kCacheTagSignature = "Signature: 8a477f597d28d172789f06886806bc55";

DirectoryListing namesOfSources(const SourceNode& node) {
    DirectoryListing listing;
    for (const auto& [name, child] : node.children) listing.add(name, FileType::Other);
    return listing;
}

bool hasCacheSignature(const Directory& folder) {
    try {
        const auto file = folder.openFile(kCacheTagName, platform::OpenMode::Read);
        base::Byte start[kCacheTagSignature.size()];
        return platform::readFully(*file, 0, start) == sizeof start &&
               base::asText(start) == kCacheTagSignature;
    } catch (const Error&) {
        return false;  // a tag that cannot be read says nothing; the folder is backed up
    }
}

/// Empties the listing of a cache folder but for the tag, which marks the restored folder as a cache again.
void keepOnlyCacheTag(DirectoryListing& listing, const Directory& folder) {
    for (std::size_t i = 0; i < listing.size(); ++i) {
        if (listing.name(i) != kCacheTagName) continue;
        if (!hasCacheSignature(folder)) return;
        DirectoryListing tagOnly;
        tagOnly.add(kCacheTagName, listing.type(i));
        listing = std::move(tagOnly);
        return;
    }
}

}  // namespace

FileWalker::FileWalker(const platform::FileSystem& fileSystem, const FileSelection& selection,
                       Settings settings, ObjectSink& sink, const base::CancelToken& cancel)
    : fileSystem_(fileSystem),
      selection_(selection),
      settings_(std::move(settings)),
      sink_(sink),
      cancel_(cancel),
      pool_(std::make_shared<FolderPool>()) {}

void FileWalker::walk() {
    const SourceNode& root = selection_.root();
    if (!hasDrives(fileSystem_)) {
        if (root.isSource || !root.children.empty()) walkRoot(fileSystem_.joinPath({}), root);
        return;
    }
    // Every drive is a root of its own.
    for (const auto& [drive, node] : root.children) {
        key_ = drive;
        names_.assign(1, drive);
        walkRoot(fileSystem_.joinPath({drive}), *node);
        names_.clear();
    }
}

void FileWalker::walkRoot(const std::string& path, const SourceNode& node) {
    cancel_.throwIfCancelled();
    std::shared_ptr<const Directory> opened;
    FileStatus status;
    try {
        opened = fileSystem_.openDirectory(path);
        status = opened->status();
    } catch (const Error& error) {
        return sink_.fail(key_, error);
    }
    Frame frame;
    frame.folder = Folder::makeRoot(pool_, opened);
    // The root of a machine without drives has no name; it is an object only when it is a source itself.
    if (node.isSource || !key_.empty()) putFolder(status, opened.get(), frame.folder);
    frame.node = &node;
    frame.isInSource = node.isSource;
    frame.sourceDepth = names_.size();
    frame.sourceVolumeId = status.volumeId;
    frame.keyBytes = key_.size();
    enter(std::move(frame), *opened);
    walkEntered();
}

void FileWalker::walkEntered() {
    while (!frames_.empty()) {
        cancel_.throwIfCancelled();
        Frame& frame = frames_.back();
        if (frame.next < frame.listing.size()) {
            visit(frame, frame.next++);
            continue;
        }
        frames_.pop_back();
        if (!names_.empty() && !frames_.empty()) names_.pop_back();
    }
}

FileWalker::Child FileWalker::childOf(const Frame& frame, std::string_view name) const {
    Child child{name, frame.node == nullptr ? nullptr : frame.node->child(name), frame.isInSource, false,
                frame.sourceDepth};
    child.beginsSource = child.node != nullptr && child.node->isSource;
    if (child.beginsSource && !frame.isInSource) {
        child.isInSource = true;
        child.sourceDepth = names_.size();
    }
    return child;
}

bool FileWalker::leavesOut(const Frame& frame, Child& child, bool isFolder) const {
    if (!child.isInSource) return false;
    if (child.node != nullptr && child.node->isLiteral) return false;
    const ExcludeRules& rules = selection_.rules();
    // For a source that a wildcard found, the pattern is taken below what lies above it.
    const std::size_t depth = frame.isInSource ? child.sourceDepth : child.sourceDepth - 1;
    const bool isOut =
        (!rules.empty() && rules.judge(names_, depth, isFolder) == ExcludeRules::Verdict::Exclude) ||
        (!isFolder && selection_.leavesOutName(child.name));
    if (!isOut) return false;
    // A source that a person named below is still reached.
    if (child.node == nullptr || child.node->children.empty() || !isFolder) return true;
    child.isInSource = false;
    return false;
}

std::optional<FileStatus> FileWalker::look(const Frame& frame, std::string_view name) {
    try {
        std::optional<FileStatus> status = frame.folder->open()->statusOf(name);
        if (!status) sink_.warn(key_, "It vanished before it could be looked at.");
        return status;
    } catch (const Error& error) {
        sink_.fail(key_, error);
        return std::nullopt;
    }
}

void FileWalker::visit(Frame& frame, std::size_t entry) {
    const std::string_view name = frame.listing.name(entry);
    const FileType hint = frame.listing.type(entry);
    key_.resize(frame.keyBytes);
    if (frame.keyBytes != 0) key_ += '\0';
    key_ += name;
    names_.push_back(name);
    const std::size_t depth = frames_.size();
    Child child = childOf(frame, name);
    std::optional<FileStatus> status;
    // A name that is left out is not even looked at, when the listing says what it is.
    const bool isKnown = hint != FileType::Other && hint != FileType::Directory;
    if (!isKnown || !leavesOut(frame, child, false)) status = look(frame, name);
    if (status) {
        const bool isFolder = status->type == FileType::Directory;
        const bool isOut = (!isKnown || isFolder) && leavesOut(frame, child, isFolder);
        if (!isOut) take(frame, child, *status);
    }
    if (frames_.size() == depth) names_.pop_back();  // otherwise when the folder is left
}

void FileWalker::take(const Frame& frame, const Child& child, const FileStatus& status) {
    if (status.type == FileType::Directory) return takeFolder(frame, child, status);
    if (!child.isInSource || selection_.leavesOut(status.type, status.sizeBytes)) return;
    bytesSeen_ += status.sizeBytes;
    if (takeOtherName(status)) return;
    if (status.type == FileType::Regular) return takeFile(frame, status);
    takeOther(frame, child.name, status);
}

bool FileWalker::keepUnchanged(ObjectKind kind, std::string_view target, const FileStatus& status) {
    if (settings_.rereadsEverything) return false;
    const ObjectHeader* const before = sink_.previous(key_);
    if (before == nullptr || before->kind != kind) return false;
    if (before->changeToken.empty() || before->modified != status.modified) return false;
    if (kind == ObjectKind::File && before->sizeBytes != status.sizeBytes) return false;
    if (kind == ObjectKind::HardLink && before->target != target) return false;
    const ChangeToken token(status);
    if (!std::ranges::equal(token.view(), before->changeToken)) return false;
    sink_.keep();
    return true;
}

ObjectHeader FileWalker::headerOf(ObjectKind kind, const FileStatus& status) const {
    ObjectHeader header;
    header.key = key_;
    header.kind = kind;
    header.modified = status.modified;
    const ReaderSettings& readers = *settings_.readers;
    if (isSettled(status.changed, readers.clock->now(), readers.settleWindow)) {
        header.changeToken = ChangeToken(status).bytes();
    }
    return header;
}

void FileWalker::takeFile(const Frame& frame, const FileStatus& status) {
    if (keepUnchanged(ObjectKind::File, {}, status)) {
        links_.addFirst(status, key_);
        return;
    }
    const bool isPaged =
        settings_.pagedFiles != nullptr && !settings_.pagedFiles->empty() &&
        settings_.pagedFiles->judge(names_, frame.sourceDepth, false) == ExcludeRules::Verdict::Exclude;
    auto reader = std::make_unique<FileReader>(settings_.readers, frame.folder, key_, status,
                                               isPaged ? ContentLayout::FixedPages : ContentLayout::Stream);
    if (status.linkCount > 1) {
        try {
            reader->openEarly();
        } catch (const Error& error) {
            report(error);
            return;  // the next name of the file, if it can be read, becomes the first
        }
        links_.addFirst(reader->isOpen() ? reader->status() : status, key_);
    }
    sink_.put(key_, std::move(reader));
}

bool FileWalker::takeOtherName(const FileStatus& status) {
    if (status.linkCount < 2) return false;
    const std::optional<std::string> first = links_.firstName(status);
    if (!first) return false;
    if (!keepUnchanged(ObjectKind::HardLink, *first, status)) {
        ObjectHeader header = headerOf(ObjectKind::HardLink, status);
        header.target = *first;
        sink_.put(std::move(header));
    }
    links_.addOther(status);
    return true;
}

void FileWalker::takeOther(const Frame& frame, std::string_view name, const FileStatus& status) {
    const ObjectKind kind = kindOf(status.type);
    if (!keepUnchanged(kind, {}, status)) {
        ObjectHeader header = headerOf(kind, status);
        try {
            const auto folder = frame.folder->open();
            if (kind == ObjectKind::Symlink) header.target = folder->readLink(name);
            FileMetadata metadata = FileMetadata::of(status);
            metadata.extra = folder->extraMetadataOf(name);
            header.metadata = encodeMetadata(metadata);
        } catch (const Error& error) {
            report(error);
            return;
        }
        sink_.put(std::move(header));
    }
    links_.addFirst(status, key_);
}

void FileWalker::report(const Error& error) {
    if (error.kind() == base::ErrorKind::NotFound) {
        sink_.warn(key_, "It vanished before it could be read.");
    } else {
        sink_.fail(key_, error);
    }
}

/// `opened` is nullptr when the folder cannot be opened: what its status tells is kept all the same.
void FileWalker::putFolder(const FileStatus& status, const Directory* opened,
                           const std::shared_ptr<Folder>& folder) {
    if (opened != nullptr && keepUnchanged(ObjectKind::Directory, {}, status)) return;
    ObjectHeader header = headerOf(ObjectKind::Directory, status);
    FileMetadata metadata = FileMetadata::of(status);
    std::optional<Error> fault;
    try {
        if (opened != nullptr) metadata.extra = opened->extraMetadata();
        // Streams that cannot be opened must not cost the folder its other metadata.
        for (const auto& stream : metadata.extra.streams) static_cast<void>(opened->openStream(stream.name));
    } catch (const Error& error) {
        fault = error;
        metadata.extra.streams.clear();
    }
    if (opened == nullptr || fault) header.changeToken.clear();
    if (metadata.extra.streams.empty()) {
        header.metadata = encodeMetadata(metadata);
        sink_.put(std::move(header));
    } else {
        sink_.put(key_,
                  std::make_unique<FolderStreamsReader>(folder, std::move(header), std::move(metadata)));
    }
    if (fault) sink_.fail(key_, *fault);
}

void FileWalker::takeFolder(const Frame& frame, const Child& child, const FileStatus& status) {
    if (selection_.isForbidden(status)) return;
    std::shared_ptr<Folder> folder;
    std::shared_ptr<const Directory> opened;
    std::optional<Error> fault;
    try {
        folder = frame.folder->openChild(child.name, status);
        opened = folder->open();
    } catch (const Error& error) {
        if (error.kind() == base::ErrorKind::NotFound) return report(error);
        fault = error;
    }
    putFolder(status, opened.get(), folder);
    if (fault) return sink_.fail(key_, *fault);

    Frame inside;
    inside.folder = std::move(folder);
    inside.node = child.node;
    inside.isInSource = child.isInSource;
    inside.sourceDepth = child.sourceDepth;
    const bool isNamed = child.beginsSource && (!frame.isInSource || child.node->isLiteral);
    inside.sourceVolumeId = isNamed ? status.volumeId : frame.sourceVolumeId;
    inside.keyBytes = key_.size();
    // A mount point stays an empty folder, but for sources that a person named below it.
    if (settings_.staysOnFileSystem && inside.sourceVolumeId != status.volumeId) inside.isInSource = false;
    if (!inside.isInSource && (inside.node == nullptr || inside.node->children.empty())) return;
    enter(std::move(inside), *opened);
}

void FileWalker::enter(Frame inside, const Directory& opened) {
    if (inside.isInSource) {
        try {
            inside.listing = opened.list();
        } catch (const Error& error) {
            return report(error);
        }
        inside.listing.sortByName();
        const bool isNamed = inside.node != nullptr && inside.node->isLiteral;
        if (settings_.leavesOutCaches && !isNamed) keepOnlyCacheTag(inside.listing, opened);
    } else {
        inside.listing = namesOfSources(*inside.node);
    }
    objectsSeen_ += inside.listing.size();
    sink_.expect(objectsSeen_, bytesSeen_);
    frames_.push_back(std::move(inside));
}

}  // namespace connectors::files
