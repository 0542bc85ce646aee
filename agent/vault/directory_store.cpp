// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/directory_store.hpp"

#include <mutex>
#include <unordered_set>

#include "agent/vault/file_cache.hpp"
#include "agent/vault/life_sign.hpp"
#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace vault {

namespace {

constexpr std::string_view kTemporaryFolder = "tmp";
constexpr std::size_t kWritebackBytes = 4 * base::kMiB;
constexpr std::size_t kCompareBytes = 256 * base::kKiB;

std::string_view folderOf(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

class DirectoryStore final : public ObjectStore {
public:
    DirectoryStore(const platform::FileSystem& fileSystem, std::string path)
        : fileSystem_(fileSystem), root_(std::move(path)), open_(fileSystem) {}

    [[nodiscard]] std::string location() const override { return root_; }
    CreateResult create(const std::string& name, base::ByteView content) override;
    [[nodiscard]] std::unique_ptr<ObjectUpload> startUpload(const std::string& name) override;
    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override;
    [[nodiscard]] bool readRange(const std::string& name, std::uint64_t offset,
                                 base::MutableBytes to) override;
    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name) override;
    void list(const std::string& prefix,
              const std::function<void(const std::string&, std::uint64_t)>& found) override;
    void remove(const std::string& name) override;
    void sync() override;
    void sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) override;
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return fileSystem_.freeBytes(root_); }

    /// Gives a flushed temporary file its final name. Called by uploads.
    CreateResult publish(const std::string& temporary, const std::string& name);
    [[nodiscard]] std::string pathOf(std::string_view name) const { return root_ + '/' + std::string(name); }
    [[nodiscard]] const platform::FileSystem& fileSystem() const noexcept { return fileSystem_; }
    [[nodiscard]] std::string newTemporaryPath();
    /// Throws when the vault's folder has gone.
    void requireRoot() const { requireFolder(root_); }

private:
    /// Throws the error of a vault that has gone when the folder, one that is never removed, is not there.
    void requireFolder(const std::string& path) const;
    /// Makes the folder and those above it, but never the vault's own: one that has gone must not come back
    /// empty.
    void ensureFolder(std::string_view folder);
    void ensureChild(std::string_view parent, std::string_view child);
    bool hasSameContent(const std::string& a, const std::string& b);
    void listFolder(const platform::Directory& directory, const std::string& prefix,
                    const std::function<void(const std::string&, std::uint64_t)>& found);
    /// Fills `to`, without a thought of lost sectors; false when there is no such object.
    bool fill(const std::string& name, std::uint64_t offset, base::MutableBytes to);
    /// Opens an object's file; nullptr when there is none.
    std::shared_ptr<platform::File> openObject(const std::string& name);
    /// True for objects whose open files may be kept. An open file answers on after its object was removed by
    /// somebody else, which for a pack does no harm: its name is never used again. The journal's safety rests
    /// on reading by name (invariant I11).
    static bool mayStayOpen(std::string_view name) { return name.starts_with("packs/"); }

    const platform::FileSystem& fileSystem_;
    const std::string root_;
    FileCache open_;
    std::mutex mutex_;                          // guards everything below
    std::unordered_set<std::string> folders_;   // that are there for sure
    std::unordered_set<std::string> unsynced_;  // folders from which something was removed
};

/// For an upload whose file a prune removed, because it had not changed for longer than a session may be
/// silent.
base::Error sweptAway(const std::string& name) {
    return base::Error(base::ErrorKind::Busy, "STORE-0008",
                       "A prune took this run for dead and removed what it was writing",
                       "Run it again; what is still in the vault will be reused.", base::Retry::Later)
        .addContext("object", name);
}

class DirectoryUpload final : public ObjectUpload {
public:
    DirectoryUpload(DirectoryStore& store, std::string name)
        : store_(store),
          name_(std::move(name)),
          temporary_(store.newTemporaryPath()),
          file_(store.fileSystem().createNew(temporary_)) {}

    ~DirectoryUpload() override {
        if (isPublished_) return;
        try {
            file_.reset();
            store_.fileSystem().removeFile(temporary_);
        } catch (...) {
            // A leftover in tmp/ is swept later; a destructor has nobody to tell.
            static_cast<void>(base::currentError());
        }
    }

    void write(base::ByteView bytes) override {
        file_->write(bytes);
        unflushedBytes_ += bytes.size();
        if (unflushedBytes_ < kWritebackBytes) return;
        // The disk starts while the processors go on; the flush at the end then finds little left to do.
        file_->startWriteback();
        unflushedBytes_ = 0;
    }

    CreateResult commit() override {
        file_->sync();
        file_.reset();
        const CreateResult result = store_.publish(temporary_, name_);
        isPublished_ = result == CreateResult::Created;
        return result;
    }

private:
    DirectoryStore& store_;
    const std::string name_;
    const std::string temporary_;
    std::unique_ptr<platform::File> file_;
    std::size_t unflushedBytes_ = 0;
    bool isPublished_ = false;
};

CreateResult DirectoryStore::create(const std::string& name, base::ByteView content) {
    const auto upload = startUpload(name);
    upload->write(content);
    return upload->commit();
}

std::unique_ptr<ObjectUpload> DirectoryStore::startUpload(const std::string& name) {
    requireValidName(name);
    requireRoot();
    ensureFolder(kTemporaryFolder);
    try {
        return std::make_unique<DirectoryUpload>(*this, name);
    } catch (const base::Error& error) {
        if (error.kind() == base::ErrorKind::NotFound) requireFolder(pathOf(kTemporaryFolder));
        throw;
    }
}

std::string DirectoryStore::newTemporaryPath() {
    std::array<base::Byte, 16> random{};
    fillRandom(random);
    return pathOf(std::string(kTemporaryFolder) + '/' + base::encodeHex(random));
}

void DirectoryStore::requireFolder(const std::string& path) const {
    const auto status = fileSystem_.status(path);
    if (status && status->type == platform::FileType::Directory) return;
    throw base::Error(
        base::ErrorKind::Unavailable, "STORE-0005", "The vault folder '" + root_ + "' cannot be found",
        "Is its disk or share connected? What was stored before is safe; try again once it is back.",
        base::Retry::Later);
}

void DirectoryStore::ensureFolder(std::string_view folder) {
    if (folder.empty()) return;
    {
        const std::lock_guard lock(mutex_);
        if (folders_.contains(std::string(folder))) return;
    }
    const std::string_view parent = folderOf(folder);
    ensureFolder(parent);
    ensureChild(parent, parent.empty() ? folder : folder.substr(parent.size() + 1));
    const std::lock_guard lock(mutex_);
    folders_.emplace(folder);
}

void DirectoryStore::ensureChild(std::string_view parent, std::string_view child) {
    const std::string parentPath = parent.empty() ? root_ : pathOf(parent);
    requireFolder(parentPath);
    const std::string path = parentPath + '/' + std::string(child);
    const auto isThere = [&] {
        const auto found = fileSystem_.status(path);
        return found && found->type == platform::FileType::Directory;
    };
    if (isThere()) return;
    const auto directory = fileSystem_.openDirectory(parentPath);
    try {
        directory->createDirectory(child);
    } catch (const base::Error& error) {
        // Somebody else may have been quicker; then the name is flushed all the same, for us.
        if (error.kind() != base::ErrorKind::Exists || !isThere()) throw;
    }
    directory->sync();
}

CreateResult DirectoryStore::publish(const std::string& temporary, const std::string& name) {
    const std::string path = pathOf(name);
    ensureFolder(folderOf(name));
    try {
        fileSystem_.publish(temporary, path);
    } catch (const base::Error& error) {
        if (error.kind() == base::ErrorKind::NotFound && !fileSystem_.status(temporary)) {
            requireFolder(pathOf(kTemporaryFolder));
            throw sweptAway(name);
        }
        if (error.kind() != base::ErrorKind::Exists) throw;
        if (!hasSameContent(temporary, path)) return CreateResult::AlreadyThere;
        fileSystem_.removeFile(temporary);
    }
    fileSystem_.syncDirectory(pathOf(folderOf(name)));
    return CreateResult::Created;
}

bool DirectoryStore::hasSameContent(const std::string& a, const std::string& b) {
    const auto first = fileSystem_.openForReading(a);
    const auto second = fileSystem_.openForReading(b);
    base::Bytes firstPart(kCompareBytes);
    base::Bytes secondPart(kCompareBytes);
    const auto fill = [](platform::File& file, base::Bytes& to) {
        std::size_t filled = 0;
        while (filled < to.size()) {
            const std::size_t got = file.read(base::MutableBytes(to).subspan(filled));
            if (got == 0) break;
            filled += got;
        }
        return base::ByteView(to).first(filled);
    };
    for (;;) {
        const base::ByteView here = fill(*first, firstPart);
        const base::ByteView there = fill(*second, secondPart);
        if (!std::equal(here.begin(), here.end(), there.begin(), there.end())) return false;
        if (here.empty()) return true;
    }
}

std::shared_ptr<platform::File> DirectoryStore::openObject(const std::string& name) {
    requireValidName(name);
    try {
        return mayStayOpen(name) ? open_.open(pathOf(name)) : fileSystem_.openForReading(pathOf(name));
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::NotFound) throw;
        requireRoot();  // a vault that has gone is not a vault without this object
        return nullptr;
    }
}

std::optional<base::Bytes> DirectoryStore::read(const std::string& name, std::size_t limitBytes) {
    const auto sizeBytes = sizeOf(name);
    if (!sizeBytes) return std::nullopt;
    if (*sizeBytes > limitBytes) {
        throw base::Error(base::ErrorKind::Corrupt, "STORE-0007",
                          "The vault object '" + name + "' is impossibly large",
                          "Run 'hbr verify' to see what is affected, then 'hbr repair'.");
    }
    base::Bytes content(static_cast<std::size_t>(*sizeBytes));
    if (!readRange(name, 0, content)) return std::nullopt;
    return content;
}

/// A lost sector is damage of one object; a lost disk is none, though each of its sectors fails the same way.
bool DirectoryStore::readRange(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    const auto fillUnlessLost = [&]() -> std::optional<bool> {
        try {
            return fill(name, offset, to);
        } catch (const base::Error& error) {
            if (error.code() != platform::kDeviceFailureCode) throw;
            return std::nullopt;
        }
    };
    if (const auto isThere = fillUnlessLost()) return *isThere;
    open_.forget(pathOf(name));
    if (!sizeOf(name)) return false;  // removed by somebody else
    requireLife(fileSystem_, {root_, name, pathOf(kTemporaryFolder)});
    // Once more, now that the disk is known to work: it may have been away for a moment.
    if (const auto isThere = fillUnlessLost()) return *isThere;
    throw unreadablePart(name);
}

bool DirectoryStore::fill(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    const auto file = openObject(name);
    if (!file) return false;
    for (std::size_t filled = 0; filled < to.size();) {
        const std::size_t got = file->readAt(offset + filled, to.subspan(filled));
        if (got == 0) {
            throw base::Error(base::ErrorKind::Corrupt, "STORE-0006",
                              "The vault object '" + name + "' ends too soon",
                              "Run 'hbr verify' to see what is affected, then 'hbr repair'.");
        }
        filled += got;
    }
    return true;
}

std::optional<std::uint64_t> DirectoryStore::sizeOf(const std::string& name) {
    requireValidName(name);
    const auto status = fileSystem_.status(pathOf(name));
    if (status && status->type == platform::FileType::Regular) return status->sizeBytes;
    requireRoot();
    return std::nullopt;
}

void DirectoryStore::list(const std::string& prefix,
                          const std::function<void(const std::string&, std::uint64_t)>& found) {
    requireRoot();
    const std::string folder = prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
    try {
        listFolder(*fileSystem_.openDirectory(folder.empty() ? root_ : pathOf(folder)), prefix, found);
    } catch (const base::Error& error) {
        if (error.kind() != base::ErrorKind::NotFound) throw;
    }
}

void DirectoryStore::listFolder(const platform::Directory& directory, const std::string& prefix,
                                const std::function<void(const std::string&, std::uint64_t)>& found) {
    const platform::DirectoryListing listing = directory.list();
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const std::string name(listing.name(i));
        const auto status = directory.statusOf(name);
        if (!status || !isValidName(name) || (prefix.empty() && name == kTemporaryFolder)) continue;
        if (status->type == platform::FileType::Directory) {
            listFolder(*directory.openDirectory(name), prefix + name + '/', found);
        } else if (status->type == platform::FileType::Regular) {
            found(prefix + name, status->sizeBytes);
        }
    }
}

void DirectoryStore::remove(const std::string& name) {
    requireValidName(name);
    requireRoot();
    open_.forget(pathOf(name));
    if (!fileSystem_.removeFile(pathOf(name))) return;
    const std::lock_guard lock(mutex_);
    unsynced_.emplace(folderOf(name));
}

void DirectoryStore::sync() {
    std::unordered_set<std::string> folders;
    {
        const std::lock_guard lock(mutex_);
        folders.swap(unsynced_);
    }
    for (const std::string& folder : folders) fileSystem_.syncDirectory(pathOf(folder));
}

void DirectoryStore::sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) {
    requireRoot();
    ensureFolder(kTemporaryFolder);
    // A fresh file tells the time by the clock that stamped the others, which on a share is not ours.
    const std::string probe = newTemporaryPath();
    fileSystem_.createNew(probe).reset();
    const auto now = fileSystem_.status(probe);
    fileSystem_.removeFile(probe);
    if (!now) return;
    const auto directory = fileSystem_.openDirectory(pathOf(kTemporaryFolder));
    const platform::DirectoryListing listing = directory->list();
    for (std::size_t i = 0; i < listing.size(); ++i) {
        const auto status = directory->statusOf(listing.name(i));
        if (!status || status->type != platform::FileType::Regular) continue;
        const std::int64_t age = now->modified.seconds - status->modified.seconds;
        if (age > 0 && isOld(static_cast<std::uint64_t>(age))) {
            fileSystem_.removeFile(
                pathOf(std::string(kTemporaryFolder) + '/' + std::string(listing.name(i))));
        }
    }
}

}  // namespace

std::unique_ptr<ObjectStore> openDirectoryStore(const platform::FileSystem& fileSystem, std::string path) {
    const auto status = fileSystem.status(path);
    if (!status || status->type != platform::FileType::Directory) {
        throw base::Error(
            base::ErrorKind::NotFound, "STORE-0001", "There is no folder '" + base::printable(path) + "'",
            "Check the path; if the vault lies on another disk or a share, connect that first.");
    }
    return std::make_unique<DirectoryStore>(fileSystem, std::move(path));
}

std::unique_ptr<ObjectStore> createDirectoryStore(const platform::FileSystem& fileSystem, std::string path) {
    const auto status = fileSystem.status(path);
    if (status && status->type != platform::FileType::Directory) {
        throw base::Error(base::ErrorKind::Invalid, "STORE-0003", "'" + base::printable(path) + "' is a file",
                          "Name a folder that does not exist yet, or an empty one.");
    }
    if (status && fileSystem.openDirectory(path)->list().size() > 0) {
        throw base::Error(
            base::ErrorKind::Exists, "STORE-0002", "The folder '" + base::printable(path) + "' is not empty",
            "Choose an empty folder, or connect to a vault that is there with 'hbr vault connect'.");
    }
    if (!status) fileSystem.createDirectories(path);
    return std::make_unique<DirectoryStore>(fileSystem, std::move(path));
}

}  // namespace vault
