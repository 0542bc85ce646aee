// SPDX-License-Identifier: Apache-2.0
// stream_file_system.hpp: the machine's file system with alternate data streams, held in memory, as NTFS has
// them: they belong to the file whatever its name. It also knows what was flushed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/file_system.hpp"

namespace test {

/// The streams of every file, by name. Shared by all handles.
struct StreamTable {
    using FileId = std::pair<std::uint64_t, std::uint64_t>;
    using Streams = std::map<std::string, std::string, std::less<>>;

    static FileId idOf(const platform::FileStatus& status) { return {status.volumeId, status.fileId}; }

    std::mutex mutex;  // guards `streams`
    std::map<FileId, Streams> streams;
    std::set<std::string, std::less<>> locked;    // names of streams that cannot be opened
    std::set<std::string, std::less<>> vanished;  // names of streams that are listed and gone
    bool isReadOnly = false;                      // no stream can be made

    /// How the file system can be flushed as a whole.
    enum class WholeFlush { Impossible, Works, Fails };
    WholeFlush wholeFlush = WholeFlush::Impossible;
    std::vector<std::string> flushed;  // "file", "stream", "folder", "volume", in order

    void note(const char* what) {
        const std::lock_guard lock(mutex);
        flushed.emplace_back(what);
    }
};

/// Only what a backup and a restore of files need has streams; the rest is the machine's.
class StreamFileSystem final : public platform::FileSystem {
public:
    explicit StreamFileSystem(const platform::FileSystem& real) : real_(real) {}

    /// The streams of what the path names.
    StreamTable::Streams& streamsOf(const std::string& path) const {
        return table->streams[StreamTable::idOf(real_.status(path).value())];
    }

    [[nodiscard]] std::unique_ptr<platform::Directory> openDirectory(const std::string& path) const override;
    [[nodiscard]] std::optional<platform::FileStatus> status(const std::string& path) const override {
        return real_.status(path);
    }
    void createDirectories(const std::string& path) const override { real_.createDirectories(path); }
    [[nodiscard]] std::unique_ptr<platform::File> openForReading(const std::string& path) const override {
        return real_.openForReading(path);
    }
    [[nodiscard]] std::unique_ptr<platform::File> createNew(const std::string& path) const override {
        return real_.createNew(path);
    }
    void publish(const std::string& from, const std::string& to) const override { real_.publish(from, to); }
    void replace(const std::string& from, const std::string& to) const override { real_.replace(from, to); }
    bool removeFile(const std::string& path) const override { return real_.removeFile(path); }
    bool removeDirectory(const std::string& path) const override { return real_.removeDirectory(path); }
    void syncDirectory(const std::string& path) const override { real_.syncDirectory(path); }
    [[nodiscard]] std::uint64_t freeBytes(const std::string& path) const override {
        return real_.freeBytes(path);
    }
    [[nodiscard]] std::string absolutePath(const std::string& path) const override {
        return real_.absolutePath(path);
    }
    [[nodiscard]] std::string canonicalPath(const std::string& path) const override {
        return real_.canonicalPath(path);
    }
    [[nodiscard]] std::vector<std::string> splitPath(const std::string& path) const override {
        return real_.splitPath(path);
    }
    [[nodiscard]] std::string joinPath(const std::vector<std::string>& components) const override {
        return real_.joinPath(components);
    }

    const std::shared_ptr<StreamTable> table = std::make_shared<StreamTable>();

private:
    const platform::FileSystem& real_;
};

}  // namespace test
