// SPDX-License-Identifier: Apache-2.0
// object_store.hpp: where a vault's objects lie: a folder today, an S3 bucket as well.
//
// The contract is the smallest that both can keep. Objects are written once and never changed (invariant I4):
// there is no rename and no append. A name is taken by whoever creates it first; that, and reading by name,
// are exact on every store. Listing is slow and may be out of date either way, so nothing that must be right
// rests on it.
//
// Names are relative, of lower-case letters, digits, '-', '.' and '/', such as "packs/3f/3fa9...". Every
// function throws base::Error: Unavailable when the store cannot be reached, Denied, Exhausted (no room),
// Invalid. Reading throws Corrupt ("STORE-0009") when the store works and has lost a part of the object.
// Thread-safe, but for ObjectUpload, which one thread uses at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"

namespace vault {

/// Who got the name.
enum class CreateResult {
    Created,
    AlreadyThere,  // somebody has the name, and its content differs from ours
};

/// Writes one large object piece by piece. Destroying it before commit() leaves nothing visible.
class ObjectUpload {
public:
    virtual ~ObjectUpload() = default;

    virtual void write(base::ByteView bytes) = 0;

    /// Makes the object durable and visible under its name; on return it survives a power cut. Creating an
    /// object that is there already with the same content succeeds, so that a retry after a lost reply is
    /// harmless.
    virtual CreateResult commit() = 0;
};

/// A part of an object.
struct ObjectRange {
    std::string name;
    std::uint64_t offset = 0;
    std::size_t sizeBytes = 0;
};

/// A flat collection of immutable objects.
class ObjectStore {
public:
    virtual ~ObjectStore() = default;

    /// Where this is, for messages: a path or a URL without secrets.
    [[nodiscard]] virtual std::string location() const = 0;

    /// Creates a whole small object; durable on return. See ObjectUpload::commit() for retries.
    virtual CreateResult create(const std::string& name, base::ByteView content) = 0;

    [[nodiscard]] virtual std::unique_ptr<ObjectUpload> startUpload(const std::string& name) = 0;

    /// The whole object as it is now; nothing when there is none. At most `limitBytes` are accepted: Error
    /// (Corrupt) beyond.
    [[nodiscard]] virtual std::optional<base::Bytes> read(const std::string& name,
                                                          std::size_t limitBytes = 256 * base::kMiB) = 0;

    /// The whole objects, nothing for each that is not there; at once where answers take long to come. They
    /// are held together, so they must be small.
    [[nodiscard]] virtual std::vector<std::optional<base::Bytes>> readMany(
        const std::vector<std::string>& names) {
        std::vector<std::optional<base::Bytes>> contents;
        for (const std::string& name : names) contents.push_back(read(name));
        return contents;
    }

    /// Fills `to` from an offset. False when there is no such object; Error (Corrupt, "STORE-0006") when it
    /// ends too soon. May answer from what was read before, so it does not prove that the object still
    /// stands: read() and sizeOf() do, of an object that was not announced.
    [[nodiscard]] virtual bool readRange(const std::string& name, std::uint64_t offset,
                                         base::MutableBytes to) = 0;

    /// Nothing when there is no such object.
    [[nodiscard]] virtual std::optional<std::uint64_t> sizeOf(const std::string& name) = 0;

    /// Calls back for every object whose name begins with `prefix` (which ends in '/'), in no order.
    /// Unfinished uploads do not appear. Objects created or removed meanwhile may or may not.
    virtual void list(const std::string& prefix,
                      const std::function<void(const std::string& name, std::uint64_t sizeBytes)>& found) = 0;

    /// Removes an object; removing what is not there succeeds. Durable when sync() has returned.
    virtual void remove(const std::string& name) = 0;

    /// Makes earlier removals durable.
    virtual void sync() = 0;

    /// Removes what interrupted uploads left behind. `isOld` tells by age in seconds, as the store's own
    /// clock sees it, whether a leftover may go; an upload that was removed while it lived fails with Error
    /// (Busy, "STORE-0008"). Throws Error (Denied, Unsupported) where leftovers may not or cannot be seen or
    /// removed; nothing else depends on it.
    virtual void sweepUnfinished(const std::function<bool(std::uint64_t ageSeconds)>& isOld) = 0;

    /// Room left, where the store knows.
    [[nodiscard]] virtual std::optional<std::uint64_t> freeBytes() = 0;

    /// How many uploads are worth committing at once: more than one where an answer takes long to come.
    [[nodiscard]] virtual std::size_t parallelUploads() const { return 1; }

    /// Tells what readRange() will soon be asked for, in about this order. A store whose answers take long to
    /// come fetches it meanwhile, in few large requests. A hint: nothing is promised, nothing fails.
    virtual void willRead(const std::vector<ObjectRange>&) {}

    /// How many bytes are worth being announced before the first of them is read; 0 where it is of no use.
    [[nodiscard]] virtual std::size_t readAheadBytes() const { return 0; }
};

/// What reading throws when the store works and has lost a part of the object: Error (Corrupt, "STORE-0009").
base::Error unreadablePart(const std::string& name);
[[nodiscard]] bool isUnreadablePart(const base::Error& error) noexcept;

/// True for a name that every store takes.
bool isValidName(std::string_view name);

/// Throws Error (Invalid, "STORE-0004") for a name that no store takes.
void requireValidName(const std::string& name);

}  // namespace vault
