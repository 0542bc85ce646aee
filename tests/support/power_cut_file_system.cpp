// SPDX-License-Identifier: Apache-2.0
#include "tests/support/power_cut_file_system.hpp"

#include <algorithm>

namespace test {

namespace {

using base::Error;
using base::ErrorKind;
using platform::FileStatus;

std::string folderOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

[[noreturn]] void refuseUnused() {
    throw Error(ErrorKind::Internal, "TEST-0004", "A vault's store needs no such call");
}

Error notThere(const std::string& path) {
    return Error(ErrorKind::NotFound, "TEST-0005", "There is no '" + path + "'");
}

}  // namespace

/// An open file; appends and reads.
class PowerCutFileSystem::OpenFile final : public platform::File {
public:
    OpenFile(const PowerCutFileSystem& fileSystem, std::shared_ptr<Node> node)
        : fileSystem_(fileSystem), node_(std::move(node)) {}

    std::size_t read(base::MutableBytes) override { refuseUnused(); }
    std::size_t readAt(std::uint64_t offset, base::MutableBytes to) override {
        const std::lock_guard lock(fileSystem_.mutex_);
        fileSystem_.requireAlive();
        if (offset >= node_->bytes.size()) return 0;
        const std::size_t left = node_->bytes.size() - static_cast<std::size_t>(offset);
        const std::size_t got = fileSystem_.readable(*node_, offset, std::min(to.size(), left));
        std::copy_n(node_->bytes.begin() + static_cast<std::ptrdiff_t>(offset), got, to.begin());
        return got;
    }
    void write(base::ByteView bytes) override {
        const std::lock_guard lock(fileSystem_.mutex_);
        const bool fails = fileSystem_.change();
        base::append(node_->bytes, fails ? bytes.first(bytes.size() / 2) : bytes);
        if (fails) throw Error(fileSystem_.failure_);
    }
    void writeAt(std::uint64_t, base::ByteView) override { refuseUnused(); }
    void seek(std::uint64_t) override { refuseUnused(); }
    void truncate(std::uint64_t) override { refuseUnused(); }
    void sync() override {
        const std::lock_guard lock(fileSystem_.mutex_);
        if (fileSystem_.change()) throw Error(fileSystem_.failure_);
        node_->durableBytes = node_->bytes;
    }
    void startWriteback() noexcept override {}
    [[nodiscard]] FileStatus status() override {
        const std::lock_guard lock(fileSystem_.mutex_);
        FileStatus status;
        status.type = platform::FileType::Regular;
        status.sizeBytes = node_->bytes.size();
        return status;
    }
    [[nodiscard]] std::vector<platform::DataExtent> dataExtents() override { refuseUnused(); }
    [[nodiscard]] platform::ExtraMetadata extraMetadata() override { refuseUnused(); }
    void dropCache() noexcept override {}

private:
    const PowerCutFileSystem& fileSystem_;
    const std::shared_ptr<Node> node_;
};

/// An open folder; lists and tells.
class PowerCutFileSystem::OpenFolder final : public platform::Directory {
public:
    OpenFolder(const PowerCutFileSystem& fileSystem, std::string path)
        : fileSystem_(fileSystem), path_(std::move(path)) {}

    [[nodiscard]] const std::string& displayPath() const noexcept override { return path_; }
    [[nodiscard]] platform::DirectoryListing list() const override {
        const std::lock_guard lock(fileSystem_.mutex_);
        fileSystem_.requireAlive();
        platform::DirectoryListing listing;
        for (const auto& [path, node] : fileSystem_.names_) {
            if (path == "/" || folderOf(path) != path_) continue;
            listing.add(path.substr(path.rfind('/') + 1),
                        node->isFolder ? platform::FileType::Directory : platform::FileType::Regular);
        }
        return listing;
    }
    [[nodiscard]] FileStatus status() const override { return *fileSystem_.status(path_); }
    [[nodiscard]] std::optional<FileStatus> statusOf(std::string_view name) const override {
        return fileSystem_.status(path_ + '/' + std::string(name));
    }
    [[nodiscard]] std::unique_ptr<platform::Directory> openDirectory(std::string_view name) const override {
        return fileSystem_.openDirectory(path_ + '/' + std::string(name));
    }
    [[nodiscard]] std::unique_ptr<platform::File> openFile(std::string_view name,
                                                           platform::OpenMode) const override {
        return fileSystem_.openForReading(path_ + '/' + std::string(name));
    }
    [[nodiscard]] platform::ExtraMetadata extraMetadata() const override { refuseUnused(); }
    [[nodiscard]] platform::ExtraMetadata extraMetadataOf(std::string_view) const override { refuseUnused(); }
    [[nodiscard]] std::string readLink(std::string_view) const override { refuseUnused(); }
    [[nodiscard]] std::unique_ptr<platform::File> createFile(std::string_view) const override {
        refuseUnused();
    }
    [[nodiscard]] std::unique_ptr<platform::File> openForWriting(std::string_view) const override {
        refuseUnused();
    }
    void createDirectory(std::string_view name) const override {
        const std::lock_guard lock(fileSystem_.mutex_);
        if (fileSystem_.change()) throw Error(fileSystem_.failure_);
        const std::string path = path_ + '/' + std::string(name);
        if (fileSystem_.find(path)) throw Error(ErrorKind::Exists, "TEST-0006", "'" + path + "' is there");
        auto folder = std::make_shared<Node>();
        folder->isFolder = true;
        fileSystem_.names_.emplace(path, std::move(folder));
    }
    void createSymlink(std::string_view, std::string_view, bool) const override { refuseUnused(); }
    void createSpecial(std::string_view, const FileStatus&) const override { refuseUnused(); }
    void createHardLink(std::string_view, const Directory&, std::string_view) const override {
        refuseUnused();
    }
    void renameChild(std::string_view, std::string_view) const override { refuseUnused(); }
    void removeFile(std::string_view) const override { refuseUnused(); }
    void removeDirectory(std::string_view) const override { refuseUnused(); }
    [[nodiscard]] std::vector<std::string> applyMetadata(std::string_view,
                                                         const platform::MetadataToApply&) const override {
        refuseUnused();
    }
    void sync() const override { fileSystem_.syncDirectory(path_); }

private:
    const PowerCutFileSystem& fileSystem_;
    const std::string path_;
};

void PowerCutFileSystem::dieAt(std::uint64_t call) {
    const std::lock_guard lock(mutex_);
    diesAt_ = call;
    changes_ = 0;
    hasFailed_ = false;
}

void PowerCutFileSystem::failOnceAt(std::uint64_t call, const Error& error) {
    const std::lock_guard lock(mutex_);
    failsOnceAt_ = call;
    failure_ = error;
    changes_ = 0;
    hasFailed_ = false;
}

std::uint64_t PowerCutFileSystem::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

bool PowerCutFileSystem::hasFailed() const {
    const std::lock_guard lock(mutex_);
    return hasFailed_;
}

void PowerCutFileSystem::damage(const std::string& path, const std::function<void(base::Bytes&)>& change) {
    const std::lock_guard lock(mutex_);
    if (!change) {
        names_.erase(path);
        durableNames_.erase(path);
        return;
    }
    Node& node = *names_.at(path);
    change(node.bytes);
    node.durableBytes = node.bytes;
}

void PowerCutFileSystem::loseSector(const std::string& path, std::uint64_t sector) {
    const std::lock_guard lock(mutex_);
    names_.at(path)->lostSectors.insert(sector);
}

void PowerCutFileSystem::stopReadingAfter(std::uint64_t reads) {
    const std::lock_guard lock(mutex_);
    readsLeft_ = reads;
}

void PowerCutFileSystem::loseAllThatIsThere() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, node] : names_) node->isLost = true;
}

void PowerCutFileSystem::readAgain() {
    const std::lock_guard lock(mutex_);
    readsLeft_ = std::numeric_limits<std::uint64_t>::max();
    for (const auto& [path, node] : names_) {
        node->isLost = false;
        node->lostSectors.clear();
    }
}

std::uint64_t PowerCutFileSystem::failedReads() const {
    const std::lock_guard lock(mutex_);
    return failedReads_;
}

std::map<std::string, base::Bytes> PowerCutFileSystem::files() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, base::Bytes> files;
    for (const auto& [path, node] : names_) {
        if (!node->isFolder) files.emplace(path, node->bytes);
    }
    return files;
}

/// As a disk does: up to the lost sector first, and only then an error.
std::size_t PowerCutFileSystem::readable(const Node& node, std::uint64_t offset,
                                         std::size_t wantedBytes) const {
    std::uint64_t end = offset + wantedBytes;
    const auto lost = node.lostSectors.lower_bound(offset / kSectorBytes);
    if (lost != node.lostSectors.end()) end = std::min(end, std::max(offset, *lost * kSectorBytes));
    if (readsLeft_ == 0 || node.isLost) end = offset;
    if (end == offset && wantedBytes > 0) {
        ++failedReads_;
        throw Error(ErrorKind::Unavailable, platform::kDeviceFailureCode, "Input/output error");
    }
    if (readsLeft_ != std::numeric_limits<std::uint64_t>::max()) --readsLeft_;
    return static_cast<std::size_t>(end - offset);
}

void PowerCutFileSystem::requireAlive() const {
    if (changes_ > diesAt_) throw Error(ErrorKind::Unavailable, "TEST-0003", "The machine is off");
}

bool PowerCutFileSystem::change() const {
    const std::uint64_t call = changes_++;
    if (call >= diesAt_) {
        changes_ = diesAt_ + 1;
        hasFailed_ = true;
        requireAlive();
    }
    if (call != failsOnceAt_) return false;
    hasFailed_ = true;
    return true;
}

void PowerCutFileSystem::cutPower(Random& random) {
    const std::lock_guard lock(mutex_);
    Names left;
    Names all = names_;
    all.insert(durableNames_.begin(), durableNames_.end());
    for (const auto& [path, ignored] : all) {
        const auto now = names_.find(path);
        const auto durable = durableNames_.find(path);
        const auto nodeNow = now == names_.end() ? nullptr : now->second;
        const auto nodeDurable = durable == durableNames_.end() ? nullptr : durable->second;
        const auto node = random.below(2) == 0 ? nodeNow : nodeDurable;
        if (node) left.emplace(path, node);
    }
    for (const auto& [path, node] : left) {
        if (node->bytes != node->durableBytes && random.below(2) == 0) {
            node->bytes.resize(static_cast<std::size_t>(random.below(node->bytes.size() + 1)));
        } else if (node->bytes != node->durableBytes) {
            node->bytes = node->durableBytes;
        }
        node->durableBytes = node->bytes;
    }
    names_ = left;
    durableNames_ = left;
    diesAt_ = std::numeric_limits<std::uint64_t>::max();
    failsOnceAt_ = diesAt_;
}

std::shared_ptr<PowerCutFileSystem::Node> PowerCutFileSystem::find(const std::string& path) const {
    const auto found = names_.find(path);
    return found == names_.end() ? nullptr : found->second;
}

std::unique_ptr<platform::Directory> PowerCutFileSystem::openDirectory(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    requireAlive();
    const auto node = find(path);
    if (!node || !node->isFolder) throw notThere(path);
    return std::make_unique<OpenFolder>(*this, path);
}

std::optional<FileStatus> PowerCutFileSystem::status(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    requireAlive();
    const auto node = find(path);
    if (!node) return std::nullopt;
    FileStatus status;
    status.type = node->isFolder ? platform::FileType::Directory : platform::FileType::Regular;
    status.sizeBytes = node->bytes.size();
    return status;
}

void PowerCutFileSystem::createDirectories(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    if (change()) throw Error(failure_);
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (!find(part)) {
            auto folder = std::make_shared<Node>();
            folder->isFolder = true;
            names_.emplace(part, folder);
            durableNames_.emplace(part, folder);
        }
        if (end == std::string::npos) return;
    }
}

std::unique_ptr<platform::File> PowerCutFileSystem::openForReading(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    requireAlive();
    const auto node = find(path);
    if (!node) throw notThere(path);
    return std::make_unique<OpenFile>(*this, node);
}

std::unique_ptr<platform::File> PowerCutFileSystem::createNew(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    if (change()) throw Error(failure_);
    if (!find(folderOf(path))) throw notThere(folderOf(path));
    if (find(path)) throw Error(ErrorKind::Exists, "TEST-0006", "'" + path + "' is there");
    auto node = std::make_shared<Node>();
    names_.emplace(path, node);
    return std::make_unique<OpenFile>(*this, node);
}

void PowerCutFileSystem::publish(const std::string& from, const std::string& to) const {
    const std::lock_guard lock(mutex_);
    if (change()) throw Error(failure_);
    const auto node = find(from);
    if (!node || !find(folderOf(to))) throw notThere(node ? folderOf(to) : from);
    if (find(to)) throw Error(ErrorKind::Exists, "TEST-0006", "'" + to + "' is there");
    names_.emplace(to, node);
    names_.erase(from);
}

void PowerCutFileSystem::replace(const std::string&, const std::string&) const { refuseUnused(); }

bool PowerCutFileSystem::removeFile(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    if (change()) throw Error(failure_);
    return names_.erase(path) != 0;
}

bool PowerCutFileSystem::removeDirectory(const std::string&) const { refuseUnused(); }

void PowerCutFileSystem::syncDirectory(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    if (change()) throw Error(failure_);
    std::erase_if(durableNames_,
                  [&](const auto& name) { return folderOf(name.first) == path && !find(name.first); });
    for (const auto& [name, node] : names_) {
        if (folderOf(name) == path) durableNames_.insert_or_assign(name, node);
    }
}

std::vector<std::string> PowerCutFileSystem::splitPath(const std::string& absolutePath) const {
    std::vector<std::string> parts;
    for (std::size_t start = 1; start < absolutePath.size();) {
        const std::size_t end = std::min(absolutePath.find('/', start), absolutePath.size());
        parts.push_back(absolutePath.substr(start, end - start));
        start = end + 1;
    }
    return parts;
}

std::string PowerCutFileSystem::joinPath(const std::vector<std::string>& components) const {
    std::string path;
    for (const std::string& part : components) path += '/' + part;
    return path.empty() ? "/" : path;
}

}  // namespace test
