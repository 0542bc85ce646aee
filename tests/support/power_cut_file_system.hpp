// SPDX-License-Identifier: Apache-2.0
// power_cut_file_system.hpp: a file system in memory that knows what is on stable storage, fails when told
// to, loses in a power cut what was not flushed, and has bad sectors.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "platform/base/error.hpp"
#include "platform/file_system.hpp"
#include "tests/support/random_bytes.hpp"

namespace test {

/// Holds what a directory store needs: absolute paths with '/', files, folders. Thread-safe.
///
/// It is as mean as POSIX allows: content is durable after File::sync(), a name after syncDirectory() of its
/// folder. What is not may survive a power cut or not, each piece by itself, so that unflushed writes are
/// dropped and reordered.
class PowerCutFileSystem final : public platform::FileSystem {
public:
    /// From the n-th changing call on (0 is the first) every call fails, as if the process were dead.
    void dieAt(std::uint64_t call);
    /// The n-th changing call fails once, a write after half of its bytes.
    void failOnceAt(std::uint64_t call, const base::Error& error);
    /// Changing calls since dieAt() or failOnceAt().
    [[nodiscard]] std::uint64_t changes() const;
    [[nodiscard]] bool hasFailed() const;

    /// Rot: changes what is on stable storage. An empty function removes the file.
    void damage(const std::string& path, const std::function<void(base::Bytes&)>& change);

    static constexpr std::uint64_t kSectorBytes = 4 * base::kKiB;
    /// A sector of a file cannot be read any more.
    void loseSector(const std::string& path, std::uint64_t sector);
    /// Nothing can be read any more once so many readings have succeeded.
    void stopReadingAfter(std::uint64_t reads);
    /// What was written before cannot be read, what is written from now on can, as when the first of two
    /// disks has gone.
    void loseAllThatIsThere();
    /// Everything can be read again.
    void readAgain();
    /// Readings that failed for what was lost.
    [[nodiscard]] std::uint64_t failedReads() const;
    [[nodiscard]] std::map<std::string, base::Bytes> files() const;

    /// The power goes, and comes back. Nothing fails any more.
    void cutPower(Random& random);

    [[nodiscard]] std::unique_ptr<platform::Directory> openDirectory(const std::string& path) const override;
    [[nodiscard]] std::optional<platform::FileStatus> status(const std::string& path) const override;
    void createDirectories(const std::string& path) const override;
    [[nodiscard]] std::unique_ptr<platform::File> openForReading(const std::string& path) const override;
    [[nodiscard]] std::unique_ptr<platform::File> createNew(const std::string& path) const override;
    void publish(const std::string& from, const std::string& to) const override;
    void replace(const std::string& from, const std::string& to) const override;
    bool removeFile(const std::string& path) const override;
    bool removeDirectory(const std::string& path) const override;
    void syncDirectory(const std::string& path) const override;
    [[nodiscard]] std::uint64_t freeBytes(const std::string&) const override { return UINT64_MAX; }
    [[nodiscard]] std::string absolutePath(const std::string& path) const override { return path; }
    [[nodiscard]] std::string canonicalPath(const std::string& path) const override { return path; }
    [[nodiscard]] std::vector<std::string> splitPath(const std::string& absolutePath) const override;
    [[nodiscard]] std::string joinPath(const std::vector<std::string>& components) const override;

private:
    struct Node {
        bool isFolder = false;
        base::Bytes bytes;
        base::Bytes durableBytes;
        std::set<std::uint64_t> lostSectors;
        bool isLost = false;
    };
    using Names = std::map<std::string, std::shared_ptr<Node>>;

    class OpenFile;
    class OpenFolder;

    /// Counts a changing call; true when it is the one that fails once. Throws when it must not happen.
    bool change() const;
    void requireAlive() const;
    /// How many of the wanted bytes can be read; throws when not even the first.
    std::size_t readable(const Node& node, std::uint64_t offset, std::size_t wantedBytes) const;
    [[nodiscard]] std::shared_ptr<Node> find(const std::string& path) const;

    mutable std::mutex mutex_;  // guards everything below, and every Node
    mutable Names names_;
    mutable Names durableNames_;
    mutable std::uint64_t changes_ = 0;
    mutable bool hasFailed_ = false;
    mutable std::uint64_t failedReads_ = 0;
    mutable std::uint64_t readsLeft_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t diesAt_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t failsOnceAt_ = std::numeric_limits<std::uint64_t>::max();
    base::Error failure_{base::ErrorKind::Unavailable, "TEST-0003", "The machine is off"};
};

}  // namespace test
