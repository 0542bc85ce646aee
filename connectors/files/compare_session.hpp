// SPDX-License-Identifier: Apache-2.0
// compare_session.hpp: compares each object of a restore point with what lies in a folder.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/file_metadata.hpp"
#include "connectors/files/file_restorer.hpp"
#include "connectors/files/files_compare.hpp"
#include "connectors/files/restore_plan.hpp"
#include "connectors/files/target_tree.hpp"

namespace connectors::files {

/// Passes differences on and counts the objects that differ. Thread-safe.
class DifferenceLog final {
public:
    explicit DifferenceLog(OnDifference onDifference) : onDifference_(std::move(onDifference)) {}

    void add(std::string_view key, Difference difference, const std::string& sentence);
    [[nodiscard]] std::uint64_t objects() const noexcept { return objects_; }

private:
    std::mutex mutex_;  // one call at a time
    const OnDifference onDifference_;
    std::string lastKey_;
    std::atomic<std::uint64_t> objects_ = 0;
};

/// Compares the content of one regular file.
class FileComparer final : public ContentWriter {
public:
    FileComparer(std::shared_ptr<DifferenceLog> log, std::shared_ptr<Folder> folder, std::string name,
                 std::string key, std::uint64_t sizeBytes, FileMetadata metadata);

    void open() override;
    void writeAt(std::uint64_t offset, base::ByteView bytes) override;
    void finish() override;
    void abandon() noexcept override { file_.reset(); }

private:
    void compareRun(platform::File& file, std::uint64_t offset, base::ByteView expected);
    void compareStreams(std::uint64_t storedOffset, base::ByteView expected);
    void compareHoles();
    void compareZeros(std::uint64_t offset, std::uint64_t end);
    void noteDifference(std::uint64_t offset);

    const std::shared_ptr<DifferenceLog> log_;
    const std::shared_ptr<Folder> folder_;
    const std::string name_;
    const std::string key_;
    const FileMetadata metadata_;
    const ExtentMap extents_;
    const StreamMap streams_;
    std::unique_ptr<platform::File> file_;
    std::atomic<bool> differs_ = false;
};

/// The work of FilesCompare, whose members say what these do.
class CompareSession final {
public:
    CompareSession(const platform::FileSystem& fileSystem, RestoreOptions options, OnDifference onDifference);

    [[nodiscard]] const RestorePlan& plan() const noexcept { return plan_; }
    [[nodiscard]] std::uint64_t differences() const noexcept { return log_->objects(); }
    RestoreAction accept(const ObjectHeader& header);
    void finish(const std::function<void(std::string_view key, const base::Error&)>& fail);

private:
    /// What lies where an object was restored to.
    struct Found {
        std::shared_ptr<Folder> folder;
        std::string name;
        platform::FileStatus status;
    };

    [[nodiscard]] std::optional<Found> find(const ObjectHeader& header);
    [[nodiscard]] std::string nameOf(const ObjectHeader& header, const platform::Directory& folder,
                                     const std::string& name) const;
    void compareMetadata(const ObjectHeader& header, const FileMetadata& metadata, const Found& found);
    void compareLink(const ObjectHeader& header, const Found& found);

    const RestoreOptions options_;
    const RestorePlan plan_;
    const std::shared_ptr<DifferenceLog> log_;
    const std::shared_ptr<RestoreShared> shared_;
    TargetTree tree_;
    // Files with several names, and which file they turned out to be.
    std::map<std::string, platform::FileStatus, std::less<>> linkTargets_;
};

}  // namespace connectors::files
