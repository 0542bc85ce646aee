// SPDX-License-Identifier: Apache-2.0
#include "tests/support/recorded_tree.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace test {

using base::Error;
using base::ErrorKind;
using connectors::ObjectHeader;
using connectors::RestoreDecision;

const ObjectHeader* RecordedTree::previous(std::string_view key) {
    BOOST_REQUIRE_MESSAGE(lastAsked_ <= key, "previous() is asked in ascending order");
    lastAsked_ = key;
    const RecordedObject* const found = previousTree_ == nullptr ? nullptr : previousTree_->find(key);
    return found == nullptr ? nullptr : &found->header;
}

void RecordedTree::keep() {
    const RecordedObject* const found = previousTree_ == nullptr ? nullptr : previousTree_->find(lastAsked_);
    BOOST_REQUIRE(found != nullptr);
    checkOrder(lastAsked_);
    RecordedObject kept = *found;
    kept.wasKept = true;
    objects.insert_or_assign(lastAsked_, std::move(kept));
}

void RecordedTree::checkOrder(std::string_view key) {
    BOOST_REQUIRE_MESSAGE(!hasKey_ || lastKey_ < key, "keys are in strictly ascending order");
    lastKey_ = key;
    hasKey_ = true;
}

void RecordedTree::put(ObjectHeader header) {
    checkOrder(header.key);
    const std::string key = header.key;
    objects.insert_or_assign(key, RecordedObject{std::move(header), {}, {}, false});
}

void RecordedTree::put(std::string key, std::unique_ptr<connectors::ObjectReader> reader) {
    checkOrder(key);
    Waiting waiting{std::move(key), std::move(reader)};
    if (readTime_ == ReadTime::AtOnce) return read(std::move(waiting));
    waiting_.push_back(std::move(waiting));
}

void RecordedTree::fail(std::string_view key, const Error& error) { faults.emplace_back(key, error); }

void RecordedTree::warn(std::string_view key, const std::string& sentence) {
    warnings.emplace_back(key, sentence);
}

void RecordedTree::finish() {
    for (Waiting& waiting : waiting_) read(std::move(waiting));
    waiting_.clear();
}

void RecordedTree::read(Waiting waiting) {
    RecordedObject object;
    base::Bytes piece(pieceBytes);
    ++filesRead;
    try {
        if (onRead) onRead(waiting.key, std::nullopt);
        waiting.reader->open();
        for (;;) {
            if (onRead) onRead(waiting.key, object.content.size());
            const std::size_t got = waiting.reader->read(piece);
            if (got == 0) break;
            object.content += base::asText(base::ByteView(piece).first(got));
        }
        object.header = waiting.reader->finish();
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound) return warn(waiting.key, error.message());
        return fail(waiting.key, error);
    }
    BOOST_TEST(object.header.key == waiting.key);
    object.layout = waiting.reader->layout();
    if (const std::string sentence = waiting.reader->warning(); !sentence.empty())
        warn(waiting.key, sentence);
    objects.insert_or_assign(waiting.key, std::move(object));
}

const RecordedObject* RecordedTree::find(std::string_view key) const {
    const auto found = objects.find(key);
    return found == objects.end() ? nullptr : &found->second;
}

std::vector<std::string> RecordedTree::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, object] : objects) keys.push_back(key);
    return keys;
}

namespace {

/// Offers objects one by one and fills their writers.
class Player final {
public:
    Player(connectors::RestoreTarget& target, const Playback& how) : target_(target), how_(how) {}

    void offer(const RecordedObject& object, const std::string& asKey) {
        ObjectHeader header = object.header;
        header.key = asKey;
        try {
            connectors::RestoreAction action = target_.accept(header);
            BOOST_REQUIRE((action.decision == RestoreDecision::Content) == (action.writer != nullptr));
            if (action.decision == RestoreDecision::Skipped) ++result.skipped;
            if (!action.writer) return;
            ++result.contentAsked;
            writers_.push_back({std::move(action.writer), &object});
            if (!how_.isBackwards) fillAll();
        } catch (const Error& error) {
            result.faults.emplace_back(object.header.key, error);
        }
    }

    void fillAll() {
        while (!writers_.empty()) {
            fill(writers_.back());
            writers_.pop_back();
        }
    }

    /// Leaves everything half done, as a process that dies does.
    void die() {
        for (Open& open : writers_) {
            open.writer->open();
            write(*open.writer, open.object->content);
            neverDestroyed(std::move(open.writer));
        }
    }

    PlaybackResult result;

private:
    struct Open {
        std::unique_ptr<connectors::ContentWriter> writer;
        const RecordedObject* object;
    };

    void fill(Open& open) {
        const std::string& key = open.object->header.key;
        try {
            open.writer->open();
            write(*open.writer, open.object->content);
            if (how_.isLost && how_.isLost(key)) {
                throw Error(ErrorKind::Corrupt, "TEST-0001", "The content is lost");
            }
            open.writer->finish();
        } catch (const Error& error) {
            open.writer->abandon();
            result.faults.emplace_back(key, error);
        }
    }

    void write(connectors::ContentWriter& writer, std::string_view content) {
        std::vector<std::size_t> offsets;
        for (std::size_t at = 0; at < content.size(); at += how_.pieceBytes) offsets.push_back(at);
        if (how_.isBackwards) std::reverse(offsets.begin(), offsets.end());
        for (const std::size_t at : offsets) {
            writer.writeAt(at, base::asBytes(content.substr(at, how_.pieceBytes)));
        }
    }

    connectors::RestoreTarget& target_;
    const Playback& how_;
    std::vector<Open> writers_;
};

}  // namespace

PlaybackResult play(const RecordedTree& tree, connectors::RestoreTarget& target, const Playback& how,
                    const SecondPass& secondPass) {
    Player player(target, how);
    std::size_t offered = 0;
    for (const auto& [key, object] : tree.objects) {
        if (how.diesAfter && offered++ == *how.diesAfter) {
            player.die();
            return player.result;
        }
        player.offer(object, key);
    }
    player.fillAll();
    for (auto needs = secondPass ? secondPass() : decltype(secondPass()){}; !needs.empty();
         needs = secondPass()) {
        for (const auto& [key, asKey] : needs) {
            if (const RecordedObject* const object = tree.find(key)) player.offer(*object, asKey);
        }
        player.fillAll();
    }
    const auto fail = [&](std::string_view key, const Error& error) {
        player.result.faults.emplace_back(key, error);
    };
    target.finish(fail);
    target.flush(fail);
    return player.result;
}

}  // namespace test
