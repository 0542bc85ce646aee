// SPDX-License-Identifier: Apache-2.0
#include "connectors/files/restored_links.hpp"

#include <utility>

#include "platform/base/error.hpp"

namespace connectors::files {

using base::Error;
using base::ErrorKind;

Error RestoredLinks::lostError() {
    return {ErrorKind::Unavailable, "FILES-0024",
            "The file has several names, and the one that carries its content could not be restored",
            "See the fault of that name, or restore from another restore point."};
}

const std::string& RestoredLinks::realKey(const std::string& key) const {
    const auto substitute = substitutes_.find(key);
    return substitute == substitutes_.end() ? key : substitute->second.fileKey;
}

void RestoredLinks::expect(const std::string& key, std::uint32_t names) {
    const std::lock_guard lock(mutex_);
    File& file = files_[realKey(key)];
    file.state = State::Expected;
    file.namesLeft = names > 0 ? names - 1 : 0;
}

void RestoredLinks::complete(const std::string& key, const RestoredPlace& place) {
    std::vector<PendingLink> waiting;
    {
        const std::lock_guard lock(mutex_);
        const auto found = files_.find(realKey(key));
        if (found == files_.end()) return;
        found->second.state = State::Complete;
        found->second.place = place;
        waiting.swap(found->second.waiting);
        if (waiting.size() >= found->second.namesLeft) {
            files_.erase(found);
        } else {
            found->second.namesLeft -= static_cast<std::uint32_t>(waiting.size());
        }
    }
    for (const PendingLink& pending : waiting) linkOrReport(place, pending);
}

void RestoredLinks::fail(const std::string& key) {
    std::vector<PendingLink> waiting;
    {
        const std::lock_guard lock(mutex_);
        const auto found = files_.find(realKey(key));
        if (found == files_.end()) return;
        found->second.state = State::Failed;
        waiting.swap(found->second.waiting);
    }
    for (const PendingLink& pending : waiting) shared_->report.addFault(pending.key, lostError());
}

void RestoredLinks::add(const std::string& targetKey, PendingLink pending) {
    RestoredPlace place;
    {
        const std::lock_guard lock(mutex_);
        File& file = files_[targetKey];
        if (file.state == State::Failed) throw lostError();
        if (file.state != State::Complete) {
            file.waiting.push_back(std::move(pending));
            return;
        }
        place = file.place;
        if (file.namesLeft <= 1) {
            files_.erase(targetKey);
        } else {
            --file.namesLeft;
        }
    }
    link(place, pending);
}

void RestoredLinks::addFlags(const std::string& key, RestoredPlace place, std::uint32_t flags) {
    const std::lock_guard lock(mutex_);
    flags_.push_back({key, std::move(place), flags});
}

bool RestoredLinks::isSubstitute(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return substitutes_.contains(key);
}

std::optional<PendingLink> RestoredLinks::takeSubstitute(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = substitutes_.find(key);
    return found == substitutes_.end() ? std::nullopt : std::exchange(found->second.link, std::nullopt);
}

std::optional<RestoredPlace> RestoredLinks::placeOf(const std::string& targetKey) {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(targetKey);
    if (found == files_.end() || found->second.state != State::Complete) return std::nullopt;
    return found->second.place;
}

void RestoredLinks::link(const RestoredPlace& place, const PendingLink& pending) {
    const auto folder = pending.folder->folder()->open();
    const auto existingIn = place.folder->open();
    pending.folder->touch();
    if (!pending.replaces) {
        folder->createHardLink(pending.name, *existingIn, place.name);
        return;
    }
    // Under a name of its own first, so that there is no moment without either.
    const std::string temporary = pending.folder->shared().temporaryName();
    folder->createHardLink(temporary, *existingIn, place.name);
    try {
        folder->renameChild(temporary, pending.name);
        // Renaming one name of a file to another of the same file does nothing and leaves both.
        if (folder->statusOf(temporary)) folder->removeFile(temporary);
    } catch (const Error&) {
        folder->removeFile(temporary);
        throw;
    }
}

void RestoredLinks::linkOrReport(const RestoredPlace& place, const PendingLink& pending) noexcept {
    try {
        link(place, pending);
    } catch (...) {
        shared_->report.addFault(pending.key, base::currentError());
    }
}

void RestoredLinks::applyFlags(const PendingFlags& pending) noexcept {
    try {
        platform::ExtraMetadata extra;
        const auto folder = pending.place.folder->open();
        extra.attributes = folder->extraMetadataOf(pending.place.name).attributes;
        extra.flags = pending.flags;
        platform::MetadataToApply values;
        values.extra = &extra;
        for (const std::string& sentence : folder->applyMetadata(pending.place.name, values)) {
            shared_->report.warn(pending.key, sentence);
        }
    } catch (...) {
        shared_->report.addFault(pending.key, base::currentError());
    }
}

std::vector<LinkNeed> RestoredLinks::takeNeeds() {
    std::vector<LinkNeed> needs;
    const std::lock_guard lock(mutex_);
    for (auto& [key, file] : files_) {
        if (file.state != State::Unknown || file.waiting.empty()) continue;
        needs.push_back({key, file.waiting.front().key});
        std::string linkKey = file.waiting.front().key;
        substitutes_.emplace(std::move(linkKey), Substitute{key, std::move(file.waiting.front())});
        file.waiting.erase(file.waiting.begin());
        file.state = State::Expected;
    }
    return needs;
}

void RestoredLinks::finish() {
    std::map<std::string, File, std::less<>> files;
    std::map<std::string, Substitute, std::less<>> substitutes;
    std::vector<PendingFlags> flags;
    {
        const std::lock_guard lock(mutex_);
        files.swap(files_);
        substitutes.swap(substitutes_);
        flags.swap(flags_);
    }
    for (const PendingFlags& pending : flags) applyFlags(pending);
    for (const auto& [key, substitute] : substitutes) {
        // The restore point does not hold the file that it was to become.
        if (substitute.link) shared_->report.addFault(key, lostError());
    }
    for (const auto& [key, file] : files) {
        for (const PendingLink& pending : file.waiting) shared_->report.addFault(pending.key, lostError());
    }
}

}  // namespace connectors::files
