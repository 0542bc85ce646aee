// SPDX-License-Identifier: Apache-2.0
// secrets.cpp: seals secrets on Linux with AES-256-GCM under a key file that only its owner can read.
//
// A sealed secret is one byte of format version (1) and a box (sealed_box.hpp), which is bound to the version
// and the purpose. The key file is 32 random bytes.
#include "platform/secrets.hpp"

#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <optional>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/file_system.hpp"
#include "platform/random.hpp"
#include "platform/sealed_box.hpp"

namespace platform {

namespace {

constexpr base::Byte kFormatVersion = 1;
constexpr std::size_t kKeyBytes = kBoxKeyBytes;
constexpr std::size_t kOverheadBytes = 1 + kBoxOverheadBytes;
constexpr std::size_t kMostSecretBytes = base::kMiB;
constexpr std::uint32_t kOthersBits = 077;

using Key = base::Secret<kKeyBytes>;

base::Error cannotOpen() {
    return {base::ErrorKind::Denied, "SECRET-0001", "The sealed secret cannot be opened here",
            "It was sealed on another machine, by another user or for another purpose, or it is damaged. "
            "Enter the secret again."};
}

base::Bytes associatedData(const std::string& purpose) {
    base::Bytes data(1 + purpose.size(), kFormatVersion);
    std::copy(purpose.begin(), purpose.end(), data.begin() + 1);
    return data;
}

/// Keeps the key in a file of its own, below the folder given.
class KeyFile final {
public:
    explicit KeyFile(std::string folder)
        : folder_(std::move(folder)), path_(folder_ + "/secret.key"), files_(makeFileSystem()) {}

    /// The key, made on first use. Throws Error.
    Key readOrCreate() {
        if (const std::optional<Key> key = read()) return *key;
        create();
        if (const std::optional<Key> key = read()) return *key;
        throw damaged("vanished again");
    }

    /// Nothing when there is no key yet. Throws Error when it is damaged or open to others.
    std::optional<Key> read() {
        if (!files_->status(path_)) return std::nullopt;
        const std::unique_ptr<File> file = files_->openForReading(path_);
        const FileStatus status = file->status();
        if ((status.mode & kOthersBits) != 0 || (status.ownerId != 0 && status.ownerId != ::geteuid())) {
            throw base::Error(
                base::ErrorKind::Denied, "SECRET-0004",
                "The key file '" + base::printable(path_) + "' belongs or is open to other users",
                "Give it to the user that runs hbr with mode 600, and enter the secrets anew if "
                "somebody else may have read it.");
        }
        Key key;
        if (status.sizeBytes != kKeyBytes || !readWhole(*file, key.fill())) throw damaged("has a wrong size");
        return key;
    }

private:
    static bool readWhole(File& file, base::MutableBytes to) {
        while (!to.empty()) {
            const std::size_t count = file.read(to);
            if (count == 0) return false;
            to = to.subspan(count);
        }
        return true;
    }

    /// Several processes may do this at once: one key wins, and all use that.
    void create() {
        files_->createDirectories(folder_);
        Key key;
        fillRandom(key.fill());
        base::Byte tail[8];
        fillRandom(tail);
        const std::string unfinished = path_ + ".new-" + base::encodeHex(tail);
        const std::unique_ptr<File> file = files_->createNew(unfinished);
        try {
            file->write(key.view());
            file->sync();
            files_->publish(unfinished, path_);
        } catch (const base::Error& error) {
            files_->removeFile(unfinished);
            if (error.kind() != base::ErrorKind::Exists) throw;
        }
        files_->syncDirectory(folder_);
    }

    [[nodiscard]] base::Error damaged(const char* what) const {
        return {base::ErrorKind::Corrupt, "SECRET-0005",
                "The key file '" + base::printable(path_) + "' " + what,
                "Restore it from a copy; or remove it, and enter all secrets again."};
    }

    const std::string folder_;
    const std::string path_;
    const std::unique_ptr<FileSystem> files_;
};

class KeyFileSecretStore final : public SecretStore {
public:
    explicit KeyFileSecretStore(const std::string& folder) : file_(folder) {}

    [[nodiscard]] base::Bytes seal(base::ByteView secret, const std::string& purpose) override;
    [[nodiscard]] base::SecretBytes open(base::ByteView sealedSecret, const std::string& purpose) override;

private:
    std::mutex mutex_;  // guards file_ and key_
    KeyFile file_;
    std::optional<Key> key_;
};

base::Bytes KeyFileSecretStore::seal(base::ByteView secret, const std::string& purpose) {
    const std::lock_guard lock(mutex_);
    if (secret.size() > kMostSecretBytes) {
        throw base::Error(base::ErrorKind::Invalid, "SECRET-0006", "The secret is too long to be sealed",
                          "Give a secret of at most 1 MiB.");
    }
    if (!key_) key_ = file_.readOrCreate();
    const base::Bytes box = sealBox(key_->view(), secret, associatedData(purpose));
    base::Bytes sealed(1 + box.size());
    sealed[0] = kFormatVersion;
    std::copy(box.begin(), box.end(), sealed.begin() + 1);
    return sealed;
}

base::SecretBytes KeyFileSecretStore::open(base::ByteView sealedSecret, const std::string& purpose) {
    const std::lock_guard lock(mutex_);
    const bool isPlausible = sealedSecret.size() >= kOverheadBytes && sealedSecret[0] == kFormatVersion &&
                             sealedSecret.size() - kOverheadBytes <= kMostSecretBytes;
    if (!isPlausible) throw cannotOpen();
    // Without a key file nothing was sealed here, and opening makes none.
    if (!key_) key_ = file_.read();
    if (!key_) throw cannotOpen();
    auto secret = openBox(key_->view(), sealedSecret.subspan(1), associatedData(purpose));
    if (!secret) throw cannotOpen();
    return std::move(*secret);
}

}  // namespace

std::unique_ptr<SecretStore> makeSecretStore(const std::string& folder) {
    return std::make_unique<KeyFileSecretStore>(folder);
}

}  // namespace platform
