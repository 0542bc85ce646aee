// SPDX-License-Identifier: Apache-2.0
// object_stream.hpp: the only words between a data source and the vault.
//
// Backup: a connector walks its source in key order and pushes objects into an ObjectSink; the sink reads
// their content on its own worker threads. Restore: the engine walks a restore point in key order and offers
// every object to a RestoreTarget; content arrives at its ContentWriter from worker threads.
//
// A key is the object's path: its components joined by '\0'. Keys are compared as bytes, which puts a
// directory right before everything inside it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/bytes.hpp"
#include "platform/base/error.hpp"
#include "platform/clock.hpp"

namespace connectors {

/// What an object is. The numbers are stored in vaults and never change their meaning.
enum class ObjectKind : std::uint8_t {
    File = 1,
    Directory = 2,
    Symlink = 3,
    BlockDevice = 4,
    CharDevice = 5,
    Fifo = 6,
    Socket = 7,
    HardLink = 8,  // another name of the File whose key is `target`
};

/// Everything about an object but its content.
struct ObjectHeader {
    std::string key;
    ObjectKind kind = ObjectKind::File;
    std::uint64_t sizeBytes = 0;  // logical size, holes included; 0 for what has no content
    platform::Timestamp modified;
    std::string target;       // the text of a Symlink, the key of a HardLink's first name
    base::Bytes changeToken;  // the connector's evidence for "unchanged since"; empty: never trust
    base::Bytes metadata;     // in the connector's own encoding, described in its README
};

/// How content is cut into chunks.
enum class ContentLayout : std::uint8_t {
    Stream,      // at boundaries that the content decides
    FixedPages,  // every kPageBytes: disk images and database files that change in place
};

/// Page size of ContentLayout::FixedPages.
inline constexpr std::size_t kPageBytes = 16 * base::kKiB;

/// Reads one object. Made by the connector, used once, by one worker thread at a time, then destroyed.
class ObjectReader {
public:
    virtual ~ObjectReader() = default;

    /// A guess at how many bytes read() will yield, for planning and progress; known before open().
    [[nodiscard]] virtual std::uint64_t expectedBytes() const noexcept = 0;
    [[nodiscard]] virtual ContentLayout layout() const noexcept { return ContentLayout::Stream; }

    /// Opens the content. Throws Error when it cannot: the object is then recorded as a fault; or, when the
    /// error's kind is NotFound, as a warning and left out, for it is gone and nothing is lost.
    virtual void open() = 0;

    /// The next bytes of the stored content (a sparse file yields its data only); 0 at the end. May yield
    /// less than asked for. Throws Error when reading fails: the object is then recorded as a fault.
    virtual std::size_t read(base::MutableBytes to) = 0;

    /// Called once after read() returned 0: the object's final header, and everything closed.
    virtual ObjectHeader finish() = 0;

    /// Something worth a warning that finish() noticed, such as "changed while it was read"; empty otherwise.
    [[nodiscard]] virtual std::string warning() const { return {}; }
};

/// Takes a source's objects, in strictly ascending key order, from one thread.
///
/// Any call may wait for room and may throw: Cancelled, or whatever ended the run (vault full, vault gone).
/// The connector lets such errors pass through.
class ObjectSink {
public:
    virtual ~ObjectSink() = default;

    /// The object with this key in the previous restore point of the same plan, or nullptr. Keys asked for
    /// must ascend. The pointer is valid until the next call of any member.
    virtual const ObjectHeader* previous(std::string_view key) = 0;

    /// Takes the object that previous() returned last as it is: its content is not read again.
    virtual void keep() = 0;

    /// Stores an object without content.
    virtual void put(ObjectHeader header) = 0;

    /// Stores an object with content, read later on a worker thread.
    virtual void put(std::string key, std::unique_ptr<ObjectReader> reader) = 0;

    /// Records that an object could not be read, and why; the run goes on and ends with faults.
    virtual void fail(std::string_view key, const base::Error& error) = 0;

    /// Records something that a person should know but that lost nothing.
    virtual void warn(std::string_view key, const std::string& sentence) = 0;

    /// Tells how much there is, as far as the connector knows by now (for progress only).
    virtual void expect(std::uint64_t objects, std::uint64_t sizeBytes) = 0;
};

/// Writes the content of one object at a restore. Any member may throw Error: the object is then a fault.
class ContentWriter {
public:
    virtual ~ContentWriter() = default;

    /// Called once, before anything else, on a worker thread.
    virtual void open() = 0;

    /// Writes a part of the stored content. Offsets count stored content (data only, holes left out). Called
    /// from several threads at once, for ranges that do not overlap, in any order.
    virtual void writeAt(std::uint64_t offset, base::ByteView bytes) = 0;

    /// Called once, after the last writeAt(): makes the object complete under its final name.
    virtual void finish() = 0;

    /// Called instead of finish() when content could not be had: removes what is half done.
    virtual void abandon() noexcept = 0;
};

/// What a target decided about an object it was offered.
enum class RestoreDecision {
    Done,     // restored already, or without content (directories, links, devices)
    Content,  // the writer wants its content
    Skipped,  // the conflict rule or an earlier, interrupted restore says that nothing is to be done
};

struct RestoreAction {
    RestoreDecision decision = RestoreDecision::Done;
    std::unique_ptr<ContentWriter> writer;  // present exactly when the decision is Content
};

/// Receives a restore point's objects in key order, from one thread.
class RestoreTarget {
public:
    virtual ~RestoreTarget() = default;

    /// Takes one object. Throws Error to record this object as a fault; the restore goes on.
    virtual RestoreAction accept(const ObjectHeader& header) = 0;

    /// Called once after every writer has finished: hard links, then the metadata of directories, innermost
    /// first. Reports what cannot be done through `fail` and goes on.
    virtual void finish(const std::function<void(std::string_view key, const base::Error&)>& fail) = 0;

    /// Called once after finish(): returns when everything that was restored is on stable storage. Reports
    /// what fails through `fail`.
    virtual void flush(const std::function<void(std::string_view key, const base::Error&)>& fail) {
        static_cast<void>(fail);
    }
};

}  // namespace connectors
