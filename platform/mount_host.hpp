// SPDX-License-Identifier: Apache-2.0
// mount_host.hpp: shows a tree of files that a program makes up as a folder of this machine, read only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/base/cancel.hpp"
#include "platform/file_system.hpp"

namespace platform {

/// A file or folder of a mounted tree.
struct MountedNode {
    /// Its number: never 0, kMountRoot for the root, the same for every name of one file, and never that of
    /// another file as long as the mount lasts. Programs see it as the inode number.
    std::uint64_t id = 0;
    /// fileId and volumeId are not looked at.
    FileStatus status;
    /// True when neither it nor what it holds ever changes: the system may remember it.
    bool isConstant = false;
};

inline constexpr std::uint64_t kMountRoot = 1;

/// An open file of a mounted tree. Thread-safe.
class MountedFile {
public:
    virtual ~MountedFile() = default;

    /// Fills the buffer as far as the file goes; less only at its end. Throws Error when it cannot.
    virtual std::size_t readAt(std::uint64_t offset, base::MutableBytes to) = 0;

    /// The first byte at or behind the offset that is data, or that lies in a hole (the end counts as one).
    /// Nothing when there is none.
    [[nodiscard]] virtual std::optional<std::uint64_t> nextData(std::uint64_t offset) const = 0;
    [[nodiscard]] virtual std::uint64_t nextHole(std::uint64_t offset) const = 0;
};

/// The tree. Thread-safe. Every call may throw Error; the program that asked then gets an error number of the
/// same meaning.
class MountedTree {
public:
    virtual ~MountedTree() = default;

    [[nodiscard]] virtual MountedNode node(std::uint64_t id) = 0;
    /// A child of a folder; nothing when there is none of this name.
    [[nodiscard]] virtual std::optional<MountedNode> lookUp(std::uint64_t folder, std::string_view name) = 0;

    /// Takes one child; false when there is no room for it. `next` is where a later call goes on behind it.
    using TakeChild =
        std::function<bool(std::string_view name, const MountedNode& child, std::uint64_t next)>;
    /// Lists the children of a folder behind a place: 0 for the first, else the `next` of a child.
    virtual void list(std::uint64_t folder, std::uint64_t place, const TakeChild& take) = 0;

    [[nodiscard]] virtual std::string readLink(std::uint64_t id) = 0;
    [[nodiscard]] virtual ExtraMetadata extraMetadata(std::uint64_t id) = 0;
    [[nodiscard]] virtual std::unique_ptr<MountedFile> open(std::uint64_t id) = 0;
};

struct MountOptions {
    std::string folder;           // absolute
    std::string source;           // what the list of mounts calls it
    bool isForEverybody = false;  // other users may look, as far as modes and ACLs let them
    unsigned threads = 4;
};

/// Mounts the tree, calls `onMounted`, and serves it until the token is cancelled or somebody unmounts the
/// folder; it is unmounted on return. Throws Error: NotFound or Invalid ("MOUNT-0001" to "MOUNT-0003") when
/// the folder does not serve, Unsupported ("MOUNT-0004") where the system cannot mount, Denied
/// ("MOUNT-0005") when it refuses. A failure to take requests ends the mount and is thrown, too.
void runMount(MountedTree& tree, const MountOptions& options, const std::function<void()>& onMounted,
              const base::CancelToken& cancel);

}  // namespace platform
