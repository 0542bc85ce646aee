// SPDX-License-Identifier: Apache-2.0
// read_ahead.hpp: what was read beyond a wanted range because more of the same object is likely to follow.
#pragma once

#include <cstdint>
#include <list>
#include <mutex>
#include <string>

#include "platform/base/bytes.hpp"

namespace s3 {

/// Remembers where the last few objects were read. Whoever goes on where a read has ended reads on in order,
/// as restores do, and gets more than was asked for in one request; single reads cost nothing more. Objects
/// never change, so what is kept stays right until remove(). Holds at most 32 MiB. Thread-safe.
class ReadAhead final {
public:
    static constexpr std::size_t kBlockBytes = 4 * base::kMiB;
    static constexpr std::size_t kObjects = 8;
    /// Several threads share an object's parts among them, so the next read may be this far off.
    static constexpr std::uint64_t kGapBytes = base::kMiB;

    /// Fills `to` from what is kept; false when it is not.
    [[nodiscard]] bool take(const std::string& name, std::uint64_t offset, base::MutableBytes to);

    /// How much to read for a range that is not kept: its own size, or more.
    [[nodiscard]] std::size_t bytesToRead(const std::string& name, std::uint64_t offset, std::size_t wanted);

    /// Keeps what was read for a range of `wanted` bytes.
    void keep(const std::string& name, std::uint64_t offset, std::size_t wanted, base::Bytes content);

    void remove(const std::string& name);

private:
    struct Object {
        std::string name;
        std::uint64_t offset = 0;
        std::uint64_t lastEnd = 0;
        base::Bytes content;
    };

    std::list<Object>::iterator find(const std::string& name);

    std::mutex mutex_;           // guards objects_
    std::list<Object> objects_;  // the one used last in front
};

}  // namespace s3
