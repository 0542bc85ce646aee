// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/life_sign.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace vault {

namespace {

constexpr std::size_t kProbeBytes = 4 * base::kKiB;
/// So many other objects are tried before the disk is taken for dead.
constexpr std::size_t kMostWitnesses = 16;

class Examination final {
public:
    Examination(const platform::FileSystem& fileSystem, const LifeSignPlace& place)
        : fileSystem_(fileSystem), place_(place), objectPath_(place.root + '/' + place.object) {
        std::array<base::Byte, 16> random{};
        fillRandom(random);
        temporaryPath_ = place.temporaryFolder + '/' + base::encodeHex(random);
    }

    /// What tells against life; empty when nothing does.
    [[nodiscard]] std::string doubt() const {
        if (!showsObject()) return "it does not show what should be there";
        if (!readsAnother()) return "nothing else can be read there either";
        if (!keepsNewFile()) return "what was just written there does not come back";
        return {};
    }

private:
    [[nodiscard]] bool showsObject() const {
        const auto root = fileSystem_.status(place_.root);
        if (!root || root->type != platform::FileType::Directory) return false;
        const std::size_t slash = objectPath_.rfind('/');
        const std::vector<std::string> siblings = namesIn(objectPath_.substr(0, slash));
        if (std::ranges::find(siblings, objectPath_.substr(slash + 1)) == siblings.end()) return false;
        const auto object = fileSystem_.status(objectPath_);
        return object && object->type == platform::FileType::Regular;
    }

    [[nodiscard]] bool readsAnother() const {
        std::vector<std::string> witnesses = witnessPaths();
        for (std::size_t tries = 0; tries < kMostWitnesses && !witnesses.empty(); ++tries) {
            std::array<base::Byte, 8> random{};
            fillRandom(random);
            const auto at = static_cast<std::size_t>(base::loadLittleEndian<std::uint64_t>(random.data()) %
                                                     witnesses.size());
            if (canRead(witnesses[at])) return true;
            witnesses.erase(witnesses.begin() + static_cast<std::ptrdiff_t>(at));
        }
        return false;
    }

    [[nodiscard]] bool keepsNewFile() const {
        base::Bytes content(kProbeBytes);
        fillRandom(content);
        try {
            fileSystem_.createDirectories(place_.temporaryFolder);
            const auto file = fileSystem_.createNew(temporaryPath_);
            file->write(content);
            file->sync();
            file->dropCache();
        } catch (const base::Error& error) {
            forgetNewFile();
            // Full, or for reading only.
            return error.kind() == base::ErrorKind::Exhausted || error.kind() == base::ErrorKind::Denied;
        }
        const bool isKept = bytesOf(temporaryPath_) == content;
        forgetNewFile();
        return isKept;
    }

    [[nodiscard]] std::vector<std::string> namesIn(const std::string& folder) const {
        std::vector<std::string> names;
        const platform::DirectoryListing listing = fileSystem_.openDirectory(folder)->list();
        for (std::size_t i = 0; i < listing.size(); ++i) names.emplace_back(listing.name(i));
        return names;
    }

    /// Other objects, of several folders, since a folder is often one region of the disk.
    [[nodiscard]] std::vector<std::string> witnessPaths() const {
        std::vector<std::string> paths;
        const std::string own = objectPath_.substr(0, objectPath_.rfind('/'));
        for (const std::string& folder :
             {own, place_.root + "/journal", place_.root + "/index", place_.root + "/points"}) {
            if (!fileSystem_.status(folder)) continue;
            for (const std::string& name : namesIn(folder))
                paths.emplace_back(folder).append("/").append(name);
        }
        if (fileSystem_.status(place_.root + "/keys")) {
            for (const std::string& key : namesIn(place_.root + "/keys")) {
                for (const char* copy : {"/1", "/2"}) paths.push_back(place_.root + "/keys/" + key + copy);
            }
        }
        std::erase(paths, objectPath_);
        return paths;
    }

    [[nodiscard]] bool canRead(const std::string& path) const {
        try {
            return !bytesOf(path).empty();
        } catch (const base::Error&) {
            return false;  // no witness, or none that can speak
        }
    }

    /// The first bytes of a file, from the device where the system lets us.
    [[nodiscard]] base::Bytes bytesOf(const std::string& path) const {
        const auto file = fileSystem_.openForReading(path);
        file->dropCache();
        base::Bytes bytes(kProbeBytes);
        bytes.resize(file->readAt(0, bytes));
        return bytes;
    }

    void forgetNewFile() const {
        try {
            fileSystem_.removeFile(temporaryPath_);
        } catch (const base::Error&) {
            return;  // a leftover in tmp/ is swept later
        }
    }

    const platform::FileSystem& fileSystem_;
    const LifeSignPlace& place_;
    const std::string objectPath_;
    std::string temporaryPath_;
};

}  // namespace

void requireLife(const platform::FileSystem& fileSystem, const LifeSignPlace& place) {
    std::string why;
    try {
        why = Examination(fileSystem, place).doubt();
    } catch (const base::Error& error) {
        why = error.message();
    }
    if (why.empty()) return;
    throw base::Error(base::ErrorKind::Unavailable, "STORE-0010",
                      "The disk or the share of the vault in '" + base::printable(place.root) +
                          "' fails as a whole: " + why,
                      "Nothing of the vault is taken for damaged. Check the disk, its cables and the mount, "
                      "then try again.",
                      base::Retry::Later);
}

}  // namespace vault
