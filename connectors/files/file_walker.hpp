// SPDX-License-Identifier: Apache-2.0
// file_walker.hpp: walks the sources of a backup in key order.
//
// In each folder the names go in the order of their bytes, and a folder is followed by what it holds: that is
// the order of the keys. An unchanged file costs one stat and nothing else, an unchanged folder is opened and
// listed besides.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/file_reader.hpp"
#include "connectors/files/file_selection.hpp"
#include "connectors/files/folder.hpp"
#include "connectors/files/link_table.hpp"
#include "connectors/object_stream.hpp"
#include "platform/base/cancel.hpp"

namespace connectors::files {

/// Walks once. Not thread-safe.
class FileWalker final {
public:
    struct Settings {
        bool rereadsEverything = false;
        bool leavesOutCaches = false;
        bool staysOnFileSystem = false;
        const ExcludeRules* pagedFiles = nullptr;  // files that are cut into fixed pages
        std::shared_ptr<const ReaderSettings> readers;
    };

    FileWalker(const platform::FileSystem& fileSystem, const FileSelection& selection, Settings settings,
               ObjectSink& sink, const base::CancelToken& cancel);

    void walk();

private:
    /// Where the walk stands in one folder.
    struct Frame {
        std::shared_ptr<Folder> folder;
        platform::DirectoryListing listing;
        std::size_t next = 0;
        const SourceNode* node = nullptr;  // sources at or below this folder
        bool isInSource = false;
        std::size_t sourceDepth = 0;  // names that make up the source
        std::uint64_t sourceVolumeId = 0;
        std::size_t keyBytes = 0;
    };

    /// What is known of a child before it is looked at.
    struct Child {
        std::string_view name;
        const SourceNode* node = nullptr;
        bool isInSource = false;  // to be backed up, not only passed on the way to a source
        bool beginsSource = false;
        std::size_t sourceDepth = 0;
    };

    void walkRoot(const std::string& path, const SourceNode& node);
    void walkEntered();
    void visit(Frame& frame, std::size_t entry);
    void take(const Frame& frame, const Child& child, const platform::FileStatus& status);
    [[nodiscard]] Child childOf(const Frame& frame, std::string_view name) const;
    [[nodiscard]] bool leavesOut(const Frame& frame, Child& child, bool isFolder) const;
    [[nodiscard]] std::optional<platform::FileStatus> look(const Frame& frame, std::string_view name);

    void takeFolder(const Frame& frame, const Child& child, const platform::FileStatus& status);
    void enter(Frame inside, const platform::Directory& opened);
    void takeFile(const Frame& frame, const platform::FileStatus& status);
    void takeOther(const Frame& frame, std::string_view name, const platform::FileStatus& status);
    bool takeOtherName(const platform::FileStatus& status);
    void putFolder(const platform::FileStatus& status, const platform::Directory* opened,
                   const std::shared_ptr<Folder>& folder);
    bool keepUnchanged(ObjectKind kind, std::string_view target, const platform::FileStatus& status);
    [[nodiscard]] ObjectHeader headerOf(ObjectKind kind, const platform::FileStatus& status) const;
    void report(const base::Error& error);

    const platform::FileSystem& fileSystem_;
    const FileSelection& selection_;
    const Settings settings_;
    ObjectSink& sink_;
    const base::CancelToken cancel_;
    const std::shared_ptr<FolderPool> pool_;
    LinkTable links_;
    std::deque<Frame> frames_;  // a deque, because names_ points into the listings
    std::vector<std::string_view> names_;
    std::string key_;
    std::uint64_t objectsSeen_ = 0;
    std::uint64_t bytesSeen_ = 0;
};

}  // namespace connectors::files
