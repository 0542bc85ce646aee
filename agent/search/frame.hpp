// SPDX-License-Identifier: Apache-2.0
// frame.hpp: bytes, compressed and with a checksum: all that the index's files consist of.
#pragma once

#include <memory>
#include <string>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"

namespace search {

/// Of a frame before compression. What claims to be larger is damaged.
inline constexpr std::size_t kMostFrameBytes = 16 * base::kMiB;

/// An error for files of the index that cannot be believed: Corrupt, "SEARCH-0001".
[[nodiscard]] base::Error damagedIndex(const std::string& why);

/// Not thread-safe.
class FramePacker final {
public:
    FramePacker();
    ~FramePacker();
    FramePacker(const FramePacker&) = delete;
    FramePacker& operator=(const FramePacker&) = delete;

    /// The frame; valid until the next call.
    base::ByteView pack(base::ByteView content);

private:
    struct Context;
    std::unique_ptr<Context> context_;
    base::Bytes frame_;
};

/// Not thread-safe.
class FrameOpener final {
public:
    FrameOpener();
    ~FrameOpener();
    FrameOpener(FrameOpener&&) noexcept;
    FrameOpener& operator=(FrameOpener&&) noexcept;

    /// Puts the content into `to`. Throws damagedIndex() for what is no frame or fails its checksum.
    void open(base::ByteView frame, base::Bytes& to);

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace search
