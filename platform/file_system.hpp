// SPDX-License-Identifier: Apache-2.0
// file_system.hpp: everything HBR asks of a file system, without saying which system it is.
//
// Two ways in. FileSystem takes whole paths and serves HBR's own files: vault folders, settings. Directory is
// a handle that reaches only its direct children by name and never follows a symbolic link; walking a source
// and restoring into a target go through it, so no link and no ".." can lead them astray, and paths may be
// longer than the system's limit for one call.
//
// Names and paths are bytes: on Linux as the kernel keeps them, on Windows UTF-8 with unpaired surrogates
// encoded as three bytes each (WTF-8). Paths use '/' on Linux; on Windows both '/' and '\' are accepted.
//
// Every function throws base::Error with the operating system's reason translated: NotFound, Exists, Denied,
// Exhausted (no space, quota), Busy (locked by another process), Unsupported, Unavailable (I/O error, stale
// mount), Invalid. Interrupted calls are tried again inside. Objects are not thread-safe unless said so;
// different objects may be used from different threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/clock.hpp"

namespace platform {

/// Code of Error (Unavailable) when the device itself fails: it has lost a sector, or it has gone. Which of
/// the two only the caller can find out.
inline constexpr const char* kDeviceFailureCode = "FS-0029";

enum class FileType : std::uint8_t {
    Regular = 1,
    Directory = 2,
    Symlink = 3,  // on Windows also junctions and other name-surrogate reparse points
    BlockDevice = 4,
    CharDevice = 5,
    Fifo = 6,
    Socket = 7,
    Other = 8,
};

/// What one stat call tells.
struct FileStatus {
    FileType type = FileType::Other;
    std::uint32_t mode = 0;  // permission bits with setuid, setgid and sticky (07777); 0 on Windows
    std::uint32_t ownerId = 0;
    std::uint32_t groupId = 0;
    std::uint32_t linkCount = 1;
    std::uint32_t deviceMajor = 0;  // of the device that a device node stands for
    std::uint32_t deviceMinor = 0;
    std::uint32_t attributes = 0;  // Windows file attributes; 0 on Linux
    std::uint64_t sizeBytes = 0;
    std::uint64_t allocatedBytes = 0;  // room taken on disk; less than sizeBytes means holes or compression
    std::uint64_t volumeId = 0;        // which file system it lies on
    std::uint64_t fileId = 0;          // inode number
    Timestamp modified;
    Timestamp changed;  // the last change of content or metadata, which no program can set
    Timestamp created;
};

/// A run of bytes that a sparse file really holds; the rest are holes.
struct DataExtent {
    std::uint64_t offset = 0;
    std::uint64_t sizeBytes = 0;

    bool operator==(const DataExtent&) const = default;
};

/// One extended attribute (Linux: xattr, so POSIX ACLs and capabilities too; Windows: "security.descriptor",
/// "stream.NAME" for each small alternate data stream, "reparse.data" of a reparse point that is no symbolic
/// link).
struct ExtendedAttribute {
    std::string name;
    base::Bytes value;

    bool operator==(const ExtendedAttribute&) const = default;
};

/// An alternate data stream that is too large to be an attribute.
struct NamedStream {
    std::string name;
    std::uint64_t sizeBytes = 0;

    bool operator==(const NamedStream&) const = default;
};

/// What a file carries beside its status and content.
struct ExtraMetadata {
    std::vector<ExtendedAttribute> attributes;  // sorted by name
    std::uint32_t flags = 0;                    // Linux: FS_IOC_GETFLAGS bits; Windows: 0
    std::vector<NamedStream> streams = {};      // to be read through StreamOwner

    bool operator==(const ExtraMetadata&) const = default;
};

class File;

/// An open file or directory as the owner of alternate data streams, which only NTFS has: elsewhere both
/// throw Error (Unsupported, "FS-0026"). Thread-safe.
class StreamOwner {
public:
    virtual ~StreamOwner() = default;

    /// Opens a stream for reading.
    [[nodiscard]] virtual std::unique_ptr<File> openStream(std::string_view name) const;
    /// Creates a stream for writing, or empties it when there is one. Throws Error (Invalid, "FS-0027") for a
    /// name that would lead elsewhere.
    [[nodiscard]] virtual std::unique_ptr<File> createStream(std::string_view name) const;
};

/// An open file. Closed by the destructor.
class File : public StreamOwner {
public:
    /// Reads from the current position; 0 at the end of the file. May return less than asked for.
    virtual std::size_t read(base::MutableBytes to) = 0;

    /// Reads at an offset without moving the position; 0 at or past the end. May return less than asked for.
    virtual std::size_t readAt(std::uint64_t offset, base::MutableBytes to) = 0;

    /// Writes everything at the current position, or throws.
    virtual void write(base::ByteView bytes) = 0;

    /// Writes everything at an offset without moving the position, or throws.
    virtual void writeAt(std::uint64_t offset, base::ByteView bytes) = 0;

    virtual void seek(std::uint64_t offset) = 0;
    virtual void truncate(std::uint64_t sizeBytes) = 0;

    /// Returns once content and size are on stable storage. Throws when the system says they may not be.
    virtual void sync() = 0;

    /// Asks the system to begin writing out what was written so far, without waiting; never fails.
    virtual void startWriteback() noexcept = 0;

    [[nodiscard]] virtual FileStatus status() = 0;

    /// The runs that hold data, in order, up to the size given by status(); one run for a file without holes.
    [[nodiscard]] virtual std::vector<DataExtent> dataExtents() = 0;

    /// Extended attributes and flags. What the file system does not know is left out; throws when a part
    /// exists and cannot be read.
    [[nodiscard]] virtual ExtraMetadata extraMetadata() = 0;

    /// Tells the system that the content will not be needed again soon, so that a backup does not push
    /// other programs' files out of the cache; never fails.
    virtual void dropCache() noexcept = 0;
};

/// The names in one directory, stored compactly: one buffer for all. Never holds "." or "..".
class DirectoryListing final {
public:
    struct Entry {
        std::uint32_t nameOffset = 0;
        std::uint32_t nameSizeBytes = 0;
        FileType type = FileType::Other;  // a hint; Other when the system did not say
    };

    void add(std::string_view name, FileType type);
    /// Orders by name, as bytes.
    void sortByName();
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::string_view name(std::size_t i) const noexcept {
        return {names_.data() + entries_[i].nameOffset, entries_[i].nameSizeBytes};
    }
    [[nodiscard]] FileType type(std::size_t i) const noexcept { return entries_[i].type; }

private:
    std::string names_;
    std::vector<Entry> entries_;
};

/// How openFile() and createFile() treat the access time and the cache.
enum class OpenMode {
    Read,            // leaves the access time alone where the system lets us
    ReadSequential,  // the same, with read-ahead
};

/// Values to give a restored file; what is absent is left as it is.
struct MetadataToApply {
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> ownerId;
    std::optional<std::uint32_t> groupId;
    std::optional<std::uint32_t> attributes;
    std::optional<Timestamp> modified;
    std::optional<Timestamp> created;  // applied where the system can (Windows)
    const ExtraMetadata* extra = nullptr;
};

/// A file system as a whole, to flush all of it at once. Closed by the destructor.
class VolumeFlusher {
public:
    virtual ~VolumeFlusher() = default;

    /// Returns once everything that any program wrote to the file system before is on stable storage. Throws
    /// when the system says that it may not be.
    virtual void flush() = 0;
};

/// An open directory: the way to its children and to nowhere else. Names are single components; "", ".", ".."
/// and names with a separator are refused (Invalid). Const functions may be called from several threads.
class Directory : public StreamOwner {
public:
    /// For messages only.
    [[nodiscard]] virtual const std::string& displayPath() const noexcept = 0;

    [[nodiscard]] virtual DirectoryListing list() const = 0;

    /// The directory's own status.
    [[nodiscard]] virtual FileStatus status() const = 0;
    /// The directory's own extended attributes and flags.
    [[nodiscard]] virtual ExtraMetadata extraMetadata() const = 0;

    /// The child's status; of the link itself when the child is one. Nothing when there is no such child.
    [[nodiscard]] virtual std::optional<FileStatus> statusOf(std::string_view name) const = 0;
    /// Extended attributes of a child that is not opened, such as a symlink, fifo or device.
    [[nodiscard]] virtual ExtraMetadata extraMetadataOf(std::string_view name) const = 0;
    [[nodiscard]] virtual std::string readLink(std::string_view name) const = 0;

    /// Throws Error (Denied, "FS-0009") when the child is a symbolic link.
    [[nodiscard]] virtual std::unique_ptr<Directory> openDirectory(std::string_view name) const = 0;
    [[nodiscard]] virtual std::unique_ptr<File> openFile(std::string_view name, OpenMode mode) const = 0;

    /// Creates a new file, open for reading and writing, private to the owner; Error (Exists) when any child
    /// has the name.
    [[nodiscard]] virtual std::unique_ptr<File> createFile(std::string_view name) const = 0;
    /// Opens an existing regular file for reading and writing.
    [[nodiscard]] virtual std::unique_ptr<File> openForWriting(std::string_view name) const = 0;
    virtual void createDirectory(std::string_view name) const = 0;
    /// `targetIsDirectory` matters on Windows only.
    virtual void createSymlink(std::string_view name, std::string_view target,
                               bool targetIsDirectory) const = 0;
    /// Block and character devices, fifos and sockets.
    virtual void createSpecial(std::string_view name, const FileStatus& like) const = 0;
    /// Makes `name` here another name of `existingName` in `existingIn`. Never follows a symlink.
    virtual void createHardLink(std::string_view name, const Directory& existingIn,
                                std::string_view existingName) const = 0;
    /// Atomically gives the child another name here, replacing any child (not a directory) that has it.
    virtual void renameChild(std::string_view from, std::string_view to) const = 0;
    virtual void removeFile(std::string_view name) const = 0;
    /// Removes an empty directory.
    virtual void removeDirectory(std::string_view name) const = 0;

    /// Applies metadata to a child, not following symlinks: owner, then mode, extended attributes, times,
    /// flags last. What the system or our rights refuse is returned as one sentence each, the rest is
    /// applied; but refused reparse data, without which the child is not what it should be, throw Error.
    [[nodiscard]] virtual std::vector<std::string> applyMetadata(std::string_view name,
                                                                 const MetadataToApply& values) const = 0;

    /// Returns once the names in this directory are on stable storage.
    virtual void sync() const = 0;

    /// The file system that the directory lies on; nullptr where that cannot be flushed as a whole, for lack
    /// of rights or because that would prove nothing, as on some network shares.
    [[nodiscard]] virtual std::unique_ptr<VolumeFlusher> volumeFlusher() const { return nullptr; }
};

/// Whole-path access for HBR's own files. Thread-safe.
class FileSystem {
public:
    virtual ~FileSystem() = default;

    /// Opens a directory by path; here, and only here, symbolic links on the way are followed.
    [[nodiscard]] virtual std::unique_ptr<Directory> openDirectory(const std::string& path) const = 0;

    /// Status of what the path names, following links; nothing when it does not exist.
    [[nodiscard]] virtual std::optional<FileStatus> status(const std::string& path) const = 0;

    /// Creates the directory and its missing parents, each private to the owner (0700), and flushes their
    /// names.
    virtual void createDirectories(const std::string& path) const = 0;

    [[nodiscard]] virtual std::unique_ptr<File> openForReading(const std::string& path) const = 0;

    /// Creates a new file (0600), open for writing; Error (Exists) when the path names something.
    [[nodiscard]] virtual std::unique_ptr<File> createNew(const std::string& path) const = 0;

    /// Gives a file its final name only if nothing has that name yet: Error (Exists) otherwise, and `from`
    /// then stays. Atomic among all machines that share the folder. After success `from` is gone.
    virtual void publish(const std::string& from, const std::string& to) const = 0;

    /// Gives a file another name, replacing what has it.
    virtual void replace(const std::string& from, const std::string& to) const = 0;

    /// Removes a file; false when there was none.
    virtual bool removeFile(const std::string& path) const = 0;
    /// Removes an empty directory; false when there was none.
    virtual bool removeDirectory(const std::string& path) const = 0;

    /// Returns once the names in the directory are on stable storage.
    virtual void syncDirectory(const std::string& path) const = 0;

    /// Bytes that this user can still write below the path.
    [[nodiscard]] virtual std::uint64_t freeBytes(const std::string& path) const = 0;

    /// The path made absolute, without "." and "..". Links are not resolved, but for one that ".." follows.
    [[nodiscard]] virtual std::string absolutePath(const std::string& path) const = 0;

    /// The path with all links resolved; the path must exist.
    [[nodiscard]] virtual std::string canonicalPath(const std::string& path) const = 0;

    /// Splits an absolute path into components, the root first when it has a name of its own:
    /// "/srv/data" gives {"srv","data"}, "C:\data" gives {"C:","data"}, "\\host\share\x" gives
    /// {"\\\\host\\share","x"}.
    [[nodiscard]] virtual std::vector<std::string> splitPath(const std::string& absolutePath) const = 0;

    /// The inverse of splitPath().
    [[nodiscard]] virtual std::string joinPath(const std::vector<std::string>& components) const = 0;
};

/// The machine's file system.
std::unique_ptr<FileSystem> makeFileSystem();

/// True for a path that leads to the same place whatever the current folder and drive are: "/x" on Linux,
/// "C:\x" or "\\host\share\x" on Windows. Looks at no file.
bool isAbsolutePath(std::string_view path);

}  // namespace platform
