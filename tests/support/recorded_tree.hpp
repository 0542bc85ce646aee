// SPDX-License-Identifier: Apache-2.0
// recorded_tree.hpp: keeps in memory what a connector backs up and plays it back into a restore target, so
// that connectors are tested without a vault.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/object_stream.hpp"
#include "platform/base/error.hpp"

namespace test {

/// One object as a restore point would hold it.
struct RecordedObject {
    connectors::ObjectHeader header;
    std::string content;  // stored content: data only, holes left out
    connectors::ContentLayout layout = connectors::ContentLayout::Stream;
    bool wasKept = false;  // taken over from the previous tree
};

/// When the content of an object is read.
enum class ReadTime {
    AtOnce,
    AtTheEnd,  // by finish(), as a queue in front of slow workers would
};

/// A sink that remembers. Complains through BOOST_REQUIRE about calls that break the contract.
class RecordedTree final : public connectors::ObjectSink {
public:
    explicit RecordedTree(const RecordedTree* previousTree = nullptr, ReadTime readTime = ReadTime::AtOnce)
        : previousTree_(previousTree), readTime_(readTime) {}

    const connectors::ObjectHeader* previous(std::string_view key) override;
    void keep() override;
    void put(connectors::ObjectHeader header) override;
    void put(std::string key, std::unique_ptr<connectors::ObjectReader> reader) override;
    void fail(std::string_view key, const base::Error& error) override;
    void warn(std::string_view key, const std::string& sentence) override;
    void expect(std::uint64_t, std::uint64_t) override {}

    /// Reads what waits; after the walk.
    void finish();

    /// The object, or nullptr.
    [[nodiscard]] const RecordedObject* find(std::string_view key) const;
    [[nodiscard]] std::vector<std::string> keys() const;

    std::map<std::string, RecordedObject, std::less<>> objects;
    std::vector<std::pair<std::string, base::Error>> faults;
    std::vector<std::pair<std::string, std::string>> warnings;
    std::uint64_t filesRead = 0;
    /// Called before each piece of an object is read, with how many bytes were read so far; the first time
    /// before the object is opened, with nothing.
    std::function<void(std::string_view key, std::optional<std::uint64_t> bytesRead)> onRead;
    std::size_t pieceBytes = 1000;

private:
    struct Waiting {
        std::string key;
        std::unique_ptr<connectors::ObjectReader> reader;
    };

    void checkOrder(std::string_view key);
    void read(Waiting waiting);

    const RecordedTree* previousTree_;
    const ReadTime readTime_;
    std::string lastAsked_;
    std::string lastKey_;
    bool hasKey_ = false;
    std::vector<Waiting> waiting_;
};

/// How a recorded tree is offered to a restore target.
struct Playback {
    std::size_t pieceBytes = 700;
    /// Writers are filled after every object was offered, last offered first, and each back to front.
    bool isBackwards = false;
    /// The content of these objects cannot be had.
    std::function<bool(std::string_view key)> isLost;
    /// The restore dies after so many objects: writers are filled and never finished, and neither is the
    /// target, which the caller keeps with neverDestroyed().
    std::optional<std::size_t> diesAfter;
};

struct PlaybackResult {
    std::vector<std::pair<std::string, base::Error>> faults;
    std::uint64_t contentAsked = 0;
    std::uint64_t skipped = 0;
};

/// Something that asks for more after the first pass, as FilesRestore does for hard links.
using SecondPass = std::function<std::vector<std::pair<std::string, std::string>>()>;

/// Offers every object in key order, then what the second pass asks for, as (key, key to offer it under), and
/// finishes the target.
PlaybackResult play(const RecordedTree& tree, connectors::RestoreTarget& target, const Playback& how = {},
                    const SecondPass& secondPass = {});

/// Keeps an object as it is until the process ends, for what a crash would not have destroyed either.
template <typename Object>
Object& neverDestroyed(std::unique_ptr<Object> object) {
    static auto& kept = *new std::vector<std::unique_ptr<Object>>;
    kept.push_back(std::move(object));
    return *kept.back();
}

}  // namespace test
