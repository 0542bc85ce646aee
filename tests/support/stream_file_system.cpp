// SPDX-License-Identifier: Apache-2.0
#include "tests/support/stream_file_system.hpp"

#include <algorithm>

#include "platform/base/error.hpp"

namespace test {

namespace {

using base::Error;
using base::ErrorKind;
using platform::Directory;
using platform::ExtraMetadata;
using platform::File;
using platform::FileStatus;

[[noreturn]] void refuseUnused() {
    throw Error(ErrorKind::Internal, "TEST-0006", "Nobody needs this of a stream");
}

/// The streams of one open file or folder.
class Streams final {
public:
    Streams(std::shared_ptr<StreamTable> table, const FileStatus& status)
        : table_(std::move(table)), id_(StreamTable::idOf(status)) {}

    [[nodiscard]] std::unique_ptr<File> open(std::string_view name) const;
    [[nodiscard]] std::unique_ptr<File> create(std::string_view name) const;
    void addTo(ExtraMetadata& extra) const {
        const std::lock_guard lock(table_->mutex);
        for (const auto& [name, bytes] : table_->streams[id_]) extra.streams.push_back({name, bytes.size()});
    }
    void noteFlush() const { table_->note("stream"); }
    template <typename Use>
    auto with(const std::string& name, const Use& use) const {
        const std::lock_guard lock(table_->mutex);
        return use(table_->streams[id_][name]);
    }

private:
    std::shared_ptr<StreamTable> table_;
    StreamTable::FileId id_;
};

class OpenStream final : public File {
public:
    OpenStream(Streams streams, std::string name) : streams_(std::move(streams)), name_(std::move(name)) {}

    std::size_t read(base::MutableBytes to) override {
        const std::size_t got = readAt(position_, to);
        position_ += got;
        return got;
    }
    std::size_t readAt(std::uint64_t offset, base::MutableBytes to) override {
        return streams_.with(name_, [&](const std::string& bytes) {
            const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
            const std::size_t got = std::min(to.size(), bytes.size() - from);
            std::copy_n(base::asBytes(bytes).begin() + static_cast<std::ptrdiff_t>(from), got, to.begin());
            return got;
        });
    }
    void writeAt(std::uint64_t offset, base::ByteView from) override {
        streams_.with(name_, [&](std::string& bytes) {
            const auto at = static_cast<std::size_t>(offset);
            bytes.resize(std::max(bytes.size(), at + from.size()));
            bytes.replace(at, from.size(), base::asText(from));
        });
    }
    void write(base::ByteView) override { refuseUnused(); }
    void seek(std::uint64_t) override { refuseUnused(); }
    void truncate(std::uint64_t) override { refuseUnused(); }
    void sync() override { streams_.noteFlush(); }
    void startWriteback() noexcept override {}
    [[nodiscard]] FileStatus status() override { refuseUnused(); }
    [[nodiscard]] std::vector<platform::DataExtent> dataExtents() override { refuseUnused(); }
    [[nodiscard]] ExtraMetadata extraMetadata() override { refuseUnused(); }
    void dropCache() noexcept override {}

private:
    const Streams streams_;
    const std::string name_;
    std::uint64_t position_ = 0;
};

std::unique_ptr<File> Streams::open(std::string_view name) const {
    if (table_->locked.contains(name)) throw Error(ErrorKind::Busy, "TEST-0007", "The stream is in use");
    const std::lock_guard lock(table_->mutex);
    if (table_->vanished.contains(name) || !table_->streams[id_].contains(name)) {
        throw Error(ErrorKind::NotFound, "TEST-0008", "There is no such stream");
    }
    return std::make_unique<OpenStream>(*this, std::string(name));
}

std::unique_ptr<File> Streams::create(std::string_view name) const {
    if (table_->isReadOnly) throw Error(ErrorKind::Unsupported, "TEST-0009", "There is no place for it");
    with(std::string(name), [](std::string& bytes) { bytes.clear(); });
    return std::make_unique<OpenStream>(*this, std::string(name));
}

class FileWithStreams final : public File {
public:
    FileWithStreams(std::unique_ptr<File> real, std::shared_ptr<StreamTable> table)
        : real_(std::move(real)), table_(std::move(table)), streams_(table_, real_->status()) {}

    std::size_t read(base::MutableBytes to) override { return real_->read(to); }
    std::size_t readAt(std::uint64_t offset, base::MutableBytes to) override {
        return real_->readAt(offset, to);
    }
    void write(base::ByteView bytes) override { real_->write(bytes); }
    void writeAt(std::uint64_t offset, base::ByteView bytes) override { real_->writeAt(offset, bytes); }
    void seek(std::uint64_t offset) override { real_->seek(offset); }
    void truncate(std::uint64_t sizeBytes) override { real_->truncate(sizeBytes); }
    void sync() override {
        real_->sync();
        table_->note("file");
    }
    void startWriteback() noexcept override { real_->startWriteback(); }
    [[nodiscard]] FileStatus status() override { return real_->status(); }
    [[nodiscard]] std::vector<platform::DataExtent> dataExtents() override { return real_->dataExtents(); }
    [[nodiscard]] ExtraMetadata extraMetadata() override {
        ExtraMetadata extra = real_->extraMetadata();
        streams_.addTo(extra);
        return extra;
    }
    void dropCache() noexcept override { real_->dropCache(); }
    [[nodiscard]] std::unique_ptr<File> openStream(std::string_view name) const override {
        return streams_.open(name);
    }
    [[nodiscard]] std::unique_ptr<File> createStream(std::string_view name) const override {
        return streams_.create(name);
    }

private:
    const std::unique_ptr<File> real_;
    const std::shared_ptr<StreamTable> table_;
    const Streams streams_;
};

class WholeVolume final : public platform::VolumeFlusher {
public:
    explicit WholeVolume(std::shared_ptr<StreamTable> table) : table_(std::move(table)) {}
    void flush() override {
        if (table_->wholeFlush == StreamTable::WholeFlush::Fails)
            throw Error(ErrorKind::Unavailable, "TEST-0010", "The disk has failed");
        table_->note("volume");
    }

private:
    const std::shared_ptr<StreamTable> table_;
};

class FolderWithStreams final : public Directory {
public:
    FolderWithStreams(std::unique_ptr<Directory> real, std::shared_ptr<StreamTable> table)
        : real_(std::move(real)), table_(std::move(table)), streams_(table_, real_->status()) {}

    [[nodiscard]] const std::string& displayPath() const noexcept override { return real_->displayPath(); }
    [[nodiscard]] platform::DirectoryListing list() const override { return real_->list(); }
    [[nodiscard]] FileStatus status() const override { return real_->status(); }
    [[nodiscard]] ExtraMetadata extraMetadata() const override {
        ExtraMetadata extra = real_->extraMetadata();
        streams_.addTo(extra);
        return extra;
    }
    [[nodiscard]] std::optional<FileStatus> statusOf(std::string_view name) const override {
        return real_->statusOf(name);
    }
    [[nodiscard]] ExtraMetadata extraMetadataOf(std::string_view name) const override {
        ExtraMetadata extra = real_->extraMetadataOf(name);
        Streams(table_, real_->statusOf(name).value()).addTo(extra);
        return extra;
    }
    [[nodiscard]] std::string readLink(std::string_view name) const override { return real_->readLink(name); }
    [[nodiscard]] std::unique_ptr<Directory> openDirectory(std::string_view name) const override {
        return std::make_unique<FolderWithStreams>(real_->openDirectory(name), table_);
    }
    [[nodiscard]] std::unique_ptr<File> openFile(std::string_view name,
                                                 platform::OpenMode mode) const override {
        return std::make_unique<FileWithStreams>(real_->openFile(name, mode), table_);
    }
    [[nodiscard]] std::unique_ptr<File> createFile(std::string_view name) const override {
        return std::make_unique<FileWithStreams>(real_->createFile(name), table_);
    }
    [[nodiscard]] std::unique_ptr<File> openForWriting(std::string_view name) const override {
        return std::make_unique<FileWithStreams>(real_->openForWriting(name), table_);
    }
    void createDirectory(std::string_view name) const override { real_->createDirectory(name); }
    void createSymlink(std::string_view name, std::string_view target, bool isFolder) const override {
        real_->createSymlink(name, target, isFolder);
    }
    void createSpecial(std::string_view name, const FileStatus& like) const override {
        real_->createSpecial(name, like);
    }
    void createHardLink(std::string_view name, const Directory& existingIn,
                        std::string_view existingName) const override {
        real_->createHardLink(name, *dynamic_cast<const FolderWithStreams&>(existingIn).real_, existingName);
    }
    void renameChild(std::string_view from, std::string_view to) const override {
        real_->renameChild(from, to);
    }
    void removeFile(std::string_view name) const override {
        if (const auto status = real_->statusOf(name); status && status->linkCount == 1) {
            const std::lock_guard lock(table_->mutex);
            table_->streams.erase(StreamTable::idOf(*status));
        }
        real_->removeFile(name);
    }
    void removeDirectory(std::string_view name) const override { real_->removeDirectory(name); }
    [[nodiscard]] std::vector<std::string> applyMetadata(
        std::string_view name, const platform::MetadataToApply& values) const override {
        return real_->applyMetadata(name, values);
    }
    void sync() const override {
        real_->sync();
        table_->note("folder");
    }
    [[nodiscard]] std::unique_ptr<platform::VolumeFlusher> volumeFlusher() const override {
        if (table_->wholeFlush == StreamTable::WholeFlush::Impossible) return nullptr;
        return std::make_unique<WholeVolume>(table_);
    }
    [[nodiscard]] std::unique_ptr<File> openStream(std::string_view name) const override {
        return streams_.open(name);
    }
    [[nodiscard]] std::unique_ptr<File> createStream(std::string_view name) const override {
        return streams_.create(name);
    }

private:
    const std::unique_ptr<Directory> real_;
    const std::shared_ptr<StreamTable> table_;
    const Streams streams_;
};

}  // namespace

std::unique_ptr<platform::Directory> StreamFileSystem::openDirectory(const std::string& path) const {
    return std::make_unique<FolderWithStreams>(real_.openDirectory(path), table);
}

}  // namespace test
