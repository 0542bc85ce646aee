// SPDX-License-Identifier: Apache-2.0
#include "tests/support/made_tree.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

#include "platform/base/error.hpp"

namespace test {

namespace {

constexpr std::size_t kSizes[] = {0, 1, 700, 4'096, 40'000, 100'000, 300'000, 1'000'000, 3'000'000};

base::Bytes tokenOf(const MadeFile& file) {
    const std::string text = std::to_string(file.seed) + ':' + std::to_string(file.sizeBytes);
    const base::ByteView view = base::asBytes(text);
    return {view.begin(), view.end()};
}

connectors::ObjectHeader headerOf(const std::string& key, const MadeFile& file) {
    connectors::ObjectHeader header;
    header.key = key;
    header.sizeBytes = file.sizeBytes;
    header.modified.seconds = static_cast<std::int64_t>(file.seed % 1'000'000);
    header.changeToken = tokenOf(file);
    return header;
}

class MadeReader final : public connectors::ObjectReader {
public:
    MadeReader(std::string key, MadeFile file) : key_(std::move(key)), file_(file) {}

    [[nodiscard]] std::uint64_t expectedBytes() const noexcept override { return file_.sizeBytes; }
    void open() override { content_ = contentOf(file_); }
    std::size_t read(base::MutableBytes to) override {
        const std::size_t sizeBytes = std::min(to.size(), content_.size() - at_);
        std::copy_n(content_.begin() + static_cast<std::ptrdiff_t>(at_), sizeBytes, to.begin());
        at_ += sizeBytes;
        return sizeBytes;
    }
    connectors::ObjectHeader finish() override { return headerOf(key_, file_); }

private:
    const std::string key_;
    const MadeFile file_;
    base::Bytes content_;
    std::size_t at_ = 0;
};

void walk(const MadeTree& tree, connectors::ObjectSink& sink) {
    sink.expect(tree.size(), 0);
    for (const auto& [key, file] : tree) {
        const connectors::ObjectHeader* const before = sink.previous(key);
        if (before != nullptr && before->changeToken == tokenOf(file)) {
            sink.keep();
        } else {
            sink.put(key, std::make_unique<MadeReader>(key, file));
        }
    }
}

/// Collects contents in memory.
class Collector final : public connectors::RestoreTarget {
public:
    connectors::RestoreAction accept(const connectors::ObjectHeader& header) override {
        return {connectors::RestoreDecision::Content, std::make_unique<Writer>(*this, header)};
    }
    void finish(const std::function<void(std::string_view, const base::Error&)>&) override {}

    std::map<std::string, base::Bytes> contents;

private:
    class Writer final : public connectors::ContentWriter {
    public:
        Writer(Collector& collector, const connectors::ObjectHeader& header)
            : collector_(collector), key_(header.key), content_(static_cast<std::size_t>(header.sizeBytes)) {}

        void open() override {}
        void writeAt(std::uint64_t offset, base::ByteView bytes) override {
            std::copy(bytes.begin(), bytes.end(), content_.begin() + static_cast<std::ptrdiff_t>(offset));
        }
        void finish() override {
            const std::lock_guard lock(collector_.mutex_);
            collector_.contents.emplace(key_, std::move(content_));
        }
        void abandon() noexcept override {}

    private:
        Collector& collector_;
        const std::string key_;
        base::Bytes content_;
    };

    std::mutex mutex_;  // guards contents while writers work
};

}  // namespace

base::Bytes contentOf(const MadeFile& file) {
    // Every second file repeats itself, so that there is something to compress.
    Random random(file.seed);
    base::Bytes content = random.bytes(file.sizeBytes);
    if (file.seed % 2 == 0) {
        for (std::size_t i = 64; i < content.size(); ++i) {
            if ((i / 512) % 4 != 0) content[i] = content[i - 64];
        }
    }
    return content;
}

MadeTree makeTree(Random& random, std::size_t files) {
    MadeTree tree;
    for (std::size_t i = 0; i < files; ++i) {
        tree["file " + std::to_string(i)] = {random.next(), kSizes[random.below(std::size(kSizes))]};
    }
    return tree;
}

void change(MadeTree& tree, Random& random) {
    for (auto file = tree.begin(); file != tree.end();) {
        const int chance = random.below(10);
        if (chance == 0) {
            file = tree.erase(file);
            continue;
        }
        if (chance == 1) file->second.seed = random.next();
        if (chance == 2) file->second.sizeBytes += random.below(10'000);
        ++file;
    }
    tree["new " + std::to_string(random.next())] = {random.next(), kSizes[random.below(std::size(kSizes))]};
}

engine::BackupOutcome backUp(vault::Vault& vault, const platform::Clock& clock, const MadeTree& tree,
                             const std::string& client, const base::CancelToken& cancel) {
    engine::BackupRequest request;
    request.client = client;
    request.sources = {"made"};
    request.workers = 2;
    request.run = [&](connectors::ObjectSink& sink) { walk(tree, sink); };
    engine::Progress progress;
    return engine::runBackup(vault, clock, request, progress, cancel);
}

engine::RestoreOutcome restoreInto(vault::Vault& vault, const vault::PointRecord& point,
                                   const std::vector<std::string>& keys,
                                   std::map<std::string, base::Bytes>& contents) {
    Collector collector;
    engine::Progress progress;
    auto outcome = engine::runRestore(vault, {point, keys, 2}, collector, progress, {});
    contents = std::move(collector.contents);
    return outcome;
}

std::map<std::string, base::Bytes> restore(vault::Vault& vault, const vault::PointRecord& point) {
    std::map<std::string, base::Bytes> contents;
    const engine::RestoreOutcome outcome = restoreInto(vault, point, {}, contents);
    if (outcome.faultCount != 0) {
        throw base::Error(base::ErrorKind::Corrupt, outcome.faults.at(0).code,
                          outcome.faults.at(0).object + ": " + outcome.faults.at(0).sentence);
    }
    return contents;
}

bool restoresTo(vault::Vault& vault, const vault::PointRecord& point, const MadeTree& tree) {
    const auto restored = restore(vault, point);
    if (restored.size() != tree.size()) return false;
    return std::all_of(tree.begin(), tree.end(), [&](const auto& file) {
        const auto found = restored.find(file.first);
        return found != restored.end() && found->second == contentOf(file.second);
    });
}

}  // namespace test
