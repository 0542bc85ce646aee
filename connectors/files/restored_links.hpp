// SPDX-License-Identifier: Apache-2.0
// restored_links.hpp: brings the other names of restored files into being.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/files/files_restore.hpp"
#include "connectors/files/target_folder.hpp"

namespace connectors::files {

/// Where a file lies in the target.
struct RestoredPlace {
    std::shared_ptr<Folder> folder;
    std::string name;
};

/// A name that is to become another name of a restored file.
struct PendingLink {
    std::string key;
    std::shared_ptr<TargetFolder> folder;
    std::string name;
    bool replaces = false;  // what has the name now
};

/// Files with several names: a link is made as soon as the file is complete, and a file is forgotten with the
/// last of its names. Thread-safe.
class RestoredLinks final {
public:
    explicit RestoredLinks(std::shared_ptr<RestoreShared> shared) : shared_(std::move(shared)) {}

    /// A file with so many names is being restored; complete() or fail() follows.
    void expect(const std::string& key, std::uint32_t names);
    /// The file is there; makes the links that waited for it.
    void complete(const std::string& key, const RestoredPlace& place);
    /// The file cannot be had; links to it are faults.
    void fail(const std::string& key);

    /// Makes the link now, or keeps it until its file is complete or asked for by takeNeeds(). Throws Error
    /// (Unavailable, "FILES-0024") when its file could not be restored, and what linking throws.
    void add(const std::string& targetKey, PendingLink link);

    /// Gives the file these flags in finish(): a file that may not be changed takes no other name either.
    void addFlags(const std::string& key, RestoredPlace place, std::uint32_t flags);

    /// True for the key of a link that takeNeeds() made stand for its file.
    [[nodiscard]] bool isSubstitute(const std::string& key);
    /// That link, the first time that it is asked for.
    [[nodiscard]] std::optional<PendingLink> takeSubstitute(const std::string& key);

    /// Where the file lies if it is complete.
    [[nodiscard]] std::optional<RestoredPlace> placeOf(const std::string& targetKey);

    /// The files that links wait for and that nobody restores; each is to be restored as the first of these
    /// links, which is taken out. The key of that link then stands for the file in expect(), complete() and
    /// fail().
    std::vector<LinkNeed> takeNeeds();

    /// Reports the links that still wait as faults, and gives files with several names their flags.
    void finish();

private:
    enum class State { Unknown, Expected, Complete, Failed };

    struct File {
        State state = State::Unknown;
        std::uint32_t namesLeft = 0;  // 0: unknown
        RestoredPlace place;
        std::vector<PendingLink> waiting;
    };

    /// A link that stands for its file.
    struct Substitute {
        std::string fileKey;
        std::optional<PendingLink> link;  // until the file is offered
    };

    struct PendingFlags {
        std::string key;
        RestoredPlace place;
        std::uint32_t flags = 0;
    };

    static void link(const RestoredPlace& place, const PendingLink& pending);
    void linkOrReport(const RestoredPlace& place, const PendingLink& pending) noexcept;
    [[nodiscard]] const std::string& realKey(const std::string& key) const;
    void applyFlags(const PendingFlags& pending) noexcept;
    static base::Error lostError();

    const std::shared_ptr<RestoreShared> shared_;
    std::mutex mutex_;  // guards what follows
    std::map<std::string, File, std::less<>> files_;
    std::map<std::string, Substitute, std::less<>> substitutes_;  // by the key of the link
    std::vector<PendingFlags> flags_;
};

}  // namespace connectors::files
