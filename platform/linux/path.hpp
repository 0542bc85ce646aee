// SPDX-License-Identifier: Apache-2.0
// path.hpp: paths of any length, and names of children.
//
// One system call takes at most PATH_MAX bytes of path. An Anchor walks the leading pieces of a longer one,
// so that every *at() call works with anchor.directory() and anchor.rest().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/linux/descriptor.hpp"

namespace platform::linux {

/// Where to begin and what is left of a path. The path must outlive it.
class Anchor final {
public:
    /// Throws Error: Invalid ("FS-0021") for an empty path or one with a NUL. When a piece cannot be walked,
    /// error() says why and the anchor leads nowhere.
    explicit Anchor(const std::string& path);

    /// An errno number, or 0.
    [[nodiscard]] int error() const noexcept { return error_; }
    [[nodiscard]] int directory() const noexcept { return start_ ? start_.get() : kHere; }
    [[nodiscard]] const char* rest() const noexcept { return error_ == 0 ? rest_ : ""; }

private:
    static constexpr int kHere = -100;  // AT_FDCWD; the constructor asserts it

    Descriptor start_;
    const char* rest_;
    int error_ = 0;
};

/// A single path component with a NUL behind it, kept on the stack.
class ChildName final {
public:
    /// Throws Error (Invalid, "FS-0022") for "", ".", ".." and names with '/' or NUL.
    explicit ChildName(std::string_view name);

    [[nodiscard]] const char* get() const noexcept { return text_; }

private:
    // Longer than any Linux file system allows, with room to spare: the kernel is the judge of what is too
    // long.
    static constexpr std::size_t kRoomBytes = 1024;

    char text_[kRoomBytes];
};

/// "parent/name", for messages.
std::string childPath(std::string_view parent, std::string_view name);

/// The folder that holds what the path names: "/a" for "/a/b", "." for "b".
std::string parentPath(const std::string& path);

/// Made absolute against the current folder, without "." and ".."; links are not looked at. Throws Error.
std::string absolutePathOf(const std::string& path);

/// Resolves every link. The path must exist. Throws Error.
std::string canonicalPathOf(const std::string& path);

/// Splits at '/' and leaves out empty components; joins with a leading '/'.
std::vector<std::string> splitLinuxPath(const std::string& path);
std::string joinLinuxPath(const std::vector<std::string>& components);

}  // namespace platform::linux
