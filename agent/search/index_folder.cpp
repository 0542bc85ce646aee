// SPDX-License-Identifier: Apache-2.0
#include "agent/search/index_folder.hpp"

#include <algorithm>

#include "platform/new_file.hpp"
#include "platform/read_fully.hpp"

namespace search {

namespace {

constexpr const char* kManifest = "manifest";
constexpr const char* kNewManifest = "manifest.new";
constexpr const char* kDamaged = "damaged";

/// A segment may go between reading the manifest and opening it, when an update ends just then.
constexpr int kTries = 5;

}  // namespace

IndexFolder::IndexFolder(const platform::FileSystem& fileSystem, const std::string& stateFolder,
                         const std::string& vaultId)
    : fileSystem_(fileSystem), path_(stateFolder + "/paths/" + vaultId) {}

std::optional<Manifest> IndexFolder::manifest() const {
    if (!fileSystem_.status(path_ + "/" + kManifest)) return std::nullopt;
    const auto file = fileSystem_.openForReading(path_ + "/" + kManifest);
    const std::uint64_t sizeBytes = file->status().sizeBytes;
    if (sizeBytes > kMostFrameBytes) throw damagedIndex("its list of points and segments is too large");
    base::Bytes bytes(static_cast<std::size_t>(sizeBytes));
    bytes.resize(platform::readFully(*file, 0, bytes));
    return decodeManifest(bytes);
}

std::optional<OpenIndex> IndexFolder::open() const {
    for (int left = kTries;; --left) {
        auto found = manifest();
        if (!found) return std::nullopt;
        OpenIndex index{std::move(*found), {}};
        try {
            for (const SegmentInfo& segment : index.manifest.segments)
                index.segments.push_back(std::make_unique<Segment>(fileSystem_, path_, segment));
            return index;
        } catch (const base::Error& error) {
            if (error.kind() != base::ErrorKind::NotFound) throw;
            if (left == 1) throw damagedIndex("a segment is missing");
        }
    }
}

void IndexFolder::publish(const Manifest& manifest) const {
    const std::string newPath = path_ + "/" + kNewManifest;
    fileSystem_.removeFile(newPath);
    platform::writeNewFile(fileSystem_, newPath, encodeManifest(manifest));
    fileSystem_.replace(newPath, path_ + "/" + kManifest);
    fileSystem_.syncDirectory(path_);
    sweep(manifest);
}

void IndexFolder::clear() const {
    fileSystem_.createDirectories(path_);
    fileSystem_.removeFile(path_ + "/" + kManifest);
    fileSystem_.removeFile(path_ + "/" + kDamaged);
    sweep({});
}

void IndexFolder::sweep(const Manifest& manifest) const {
    const auto listing = fileSystem_.openDirectory(path_)->list();
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const std::string_view name = listing.name(i);
        const bool isNamed = std::ranges::any_of(manifest.segments, [&](const SegmentInfo& segment) {
            return segmentPath("", segment.id).substr(1) == name;
        });
        if (isSegmentName(name) && !isNamed) removeQuietly(std::string(name));
    }
}

void IndexFolder::removeQuietly(const std::string& name) const noexcept {
    try {
        fileSystem_.removeFile(path_ + "/" + name);
    } catch (const base::Error&) {
        // On Windows a file that somebody reads stays; a later update removes it.
    }
}

void IndexFolder::markDamaged() const noexcept {
    try {
        (void)fileSystem_.createNew(path_ + "/" + kDamaged);
    } catch (const base::Error&) {
        // It is marked already, or nothing can be written here, and the next reader tries again.
    }
}

bool IndexFolder::isMarkedDamaged() const { return fileSystem_.status(path_ + "/" + kDamaged).has_value(); }

bool IndexFolder::isWanting() const {
    return isMarkedDamaged() || !fileSystem_.status(path_ + "/" + kManifest);
}

}  // namespace search
