// SPDX-License-Identifier: Apache-2.0
// sandbox.hpp: a folder to back up, a folder to restore into, and both in one line each.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "connectors/files/file_metadata.hpp"
#include "connectors/files/files_backup.hpp"
#include "connectors/files/files_compare.hpp"
#include "connectors/files/files_restore.hpp"
#include "connectors/files/object_key.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/recorded_tree.hpp"

namespace test {

/// Made anew for each test.
class Sandbox final {
public:
    /// Far in the future, so that every file has settled.
    static constexpr std::int64_t kLater = 4'000'000'000;

    Sandbox() : clock(kLater) {
        files().createDirectories(source());
        options.selection.sources = {source()};
    }

    [[nodiscard]] const platform::FileSystem& files() const { return *folder.files; }
    [[nodiscard]] std::string source() const { return files().absolutePath(folder / "source"); }
    [[nodiscard]] std::string target() const { return files().absolutePath(folder / "target"); }

    /// The folder with this path below the source or the target, made when it is missing.
    [[nodiscard]] std::unique_ptr<platform::Directory> in(const std::string& path) const {
        files().createDirectories(folder / path);
        return files().openDirectory(folder / path);
    }

    void makeFolder(const std::string& path) const { files().createDirectories(folder / path); }
    /// Makes a file; the path begins with "source/" or "target/".
    void write(const std::string& path, std::string_view content) const {
        const std::size_t cut = path.rfind('/');
        writeFile(*in(path.substr(0, cut)), path.substr(cut + 1), content);
    }
    /// What the file holds, or "(missing)".
    [[nodiscard]] std::string read(const std::string& path) const {
        if (!files().status(folder / path)) return "(missing)";
        return readAll(*files().openForReading(folder / path));
    }
    /// The status of the very file, not of what a link points to.
    [[nodiscard]] platform::FileStatus status(const std::string& path) const {
        const std::size_t cut = path.rfind('/');
        return files().openDirectory(folder / path.substr(0, cut))->statusOf(path.substr(cut + 1)).value();
    }
    [[nodiscard]] bool exists(const std::string& path) const {
        const std::size_t cut = path.rfind('/');
        const std::string above = folder / path.substr(0, cut);
        return files().status(above) && files().openDirectory(above)->statusOf(path.substr(cut + 1));
    }
    void setModified(const std::string& path, platform::Timestamp time) const {
        platform::MetadataToApply values;
        values.modified = time;
        const std::size_t cut = path.rfind('/');
        static_cast<void>(in(path.substr(0, cut))->applyMetadata(path.substr(cut + 1), values));
    }
    /// Every name below the folder, as paths below it, in order.
    [[nodiscard]] std::vector<std::string> list(const std::string& path) const {
        std::vector<std::string> found;
        if (files().status(folder / path)) addNames(*files().openDirectory(folder / path), "", found);
        return found;
    }

    /// The key of something below the source.
    [[nodiscard]] std::string key(const std::string& path) const {
        return connectors::files::keyOf(files(), files().absolutePath(source() + "/" + path));
    }

    [[nodiscard]] RecordedTree backUp(const RecordedTree* previous = nullptr) const {
        RecordedTree tree(previous);
        backUpInto(tree);
        return tree;
    }
    void backUpInto(RecordedTree& tree) const {
        connectors::files::FilesBackup(files(), options, clock).run(tree, {});
        tree.finish();
    }

    /// Options that put what lies in the source right into the target.
    [[nodiscard]] connectors::files::RestoreOptions restoreOptions() const {
        connectors::files::RestoreOptions restore;
        restore.targetFolder = target();
        restore.stripComponents = files().splitPath(source()).size();
        restore.runId = "run" + std::to_string(++runs_);
        restore.onWarning = [this](std::string_view key, const std::string& sentence) {
            warnings.emplace_back(key, sentence);
        };
        return restore;
    }
    PlaybackResult restore(const RecordedTree& tree, const connectors::files::RestoreOptions& how,
                           const Playback& playback = {}) const {
        auto made = std::make_unique<connectors::files::FilesRestore>(files(), how);
        connectors::files::FilesRestore& target =
            playback.diesAfter ? neverDestroyed(std::move(made)) : *made;
        return play(tree, target, playback, [&target] {
            std::vector<std::pair<std::string, std::string>> needs;
            for (const auto& need : target.missingLinkTargets()) needs.emplace_back(need.targetKey, need.key);
            return needs;
        });
    }
    PlaybackResult restore(const RecordedTree& tree) const { return restore(tree, restoreOptions()); }

    /// What differs, as "path below the source: difference".
    [[nodiscard]] std::vector<std::string> compare(const RecordedTree& tree) const {
        std::vector<std::string> found;
        connectors::files::FilesCompare target(
            files(), restoreOptions(),
            [&](std::string_view key, connectors::files::Difference difference, const std::string&) {
                found.push_back(pathBelowSource(key) + ": " + std::string(toString(difference)));
            });
        for (const auto& [key, error] : play(tree, target).faults) {
            found.push_back(pathBelowSource(key) + ": " + error.code());
        }
        return found;
    }

    [[nodiscard]] std::string pathBelowSource(std::string_view key) const {
        const std::string above = this->key("");
        if (key.size() <= above.size()) return ".";
        std::string path(key.substr(above.size() + 1));
        for (char& letter : path) {
            if (letter == '\0') letter = '/';
        }
        return path;
    }
    /// Every recorded path below the source.
    [[nodiscard]] std::vector<std::string> paths(const RecordedTree& tree) const {
        std::vector<std::string> found;
        const std::string above = key("");
        for (const std::string& each : tree.keys()) {
            if (each.size() > above.size() && connectors::files::isAtOrBelow(each, above)) {
                found.push_back(pathBelowSource(each));
            }
        }
        return found;
    }

    const TemporaryFolder folder;
    ManualClock clock;
    connectors::files::FilesBackupOptions options;
    mutable std::vector<std::pair<std::string, std::string>> warnings;  // of restores

private:
    static void addNames(const platform::Directory& in, const std::string& path,
                         std::vector<std::string>& found) {
        platform::DirectoryListing listing = in.list();
        listing.sortByName();
        for (std::size_t i = 0; i < listing.size(); ++i) {
            const std::string name(listing.name(i));
            found.push_back(path + name);
            if (in.statusOf(name)->type != platform::FileType::Directory) continue;
            addNames(*in.openDirectory(name), path + name + "/", found);
        }
    }

    mutable unsigned runs_ = 0;
};

using Names = std::vector<std::string>;

}  // namespace test
