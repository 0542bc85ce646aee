// SPDX-License-Identifier: Apache-2.0
#include "agent/service/locked_vaults.hpp"

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace service {

namespace {

constexpr const char* kFileName = "/waits-for-password";
constexpr std::string_view kComment =
    "# The access keys of these vaults are encrypted under the logon password. Log in at the page, or run\n"
    "# 'hbr service unlock'.\n";
constexpr std::size_t kMostFileBytes = 64 * base::kKiB;
/// The book's folder shows by its times when a file in it was replaced, if the file system keeps them well.
constexpr std::chrono::seconds kReadAgain{60};

}  // namespace

LockedVaults::LockedVaults(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                           const std::string& configFolder, const std::string& stateFolder,
                           const config::UnlockKeeper& keeper)
    : fileSystem_(fileSystem),
      clock_(clock),
      bookFolder_(configFolder + "/vaults"),
      file_(stateFolder + kFileName),
      keeper_(keeper),
      book_(fileSystem, configFolder) {}

void LockedVaults::look() {
    auto found = find();
    if (isTold_ && found == names_) return;
    names_ = std::move(found);
    tell();
    isTold_ = true;
}

std::set<std::string> LockedVaults::find() {
    if (keeper_.key()) return {};
    const auto now = clock_.steady();
    const auto status = fileSystem_.status(bookFolder_);
    const bool isSame = read_ && now - *read_ < kReadAgain && status.has_value() == seen_.has_value() &&
                        (!status || status->modified == seen_->modified);
    if (isSame) return underPassword_;
    underPassword_.clear();
    for (const auto& vault : book_.list()) {
        if (vault.isUnderPassword) underPassword_.insert(vault.name);
    }
    seen_ = status;
    read_ = now;
    return underPassword_;
}

void LockedVaults::tell() const {
    const std::string unfinished = file_ + ".new";
    fileSystem_.removeFile(unfinished);
    if (names_.empty()) {
        fileSystem_.removeFile(file_);
        return;
    }
    std::string text(kComment);
    for (const std::string& name : names_) text += name + '\n';
    fileSystem_.createNew(unfinished)->write(base::asBytes(text));
    fileSystem_.replace(unfinished, file_);
}

std::set<std::string> vaultsThatWait(const platform::FileSystem& fileSystem, const std::string& stateFolder) {
    const std::string path = stateFolder + kFileName;
    std::set<std::string> names;
    if (!fileSystem.status(path)) return names;
    base::Bytes content(kMostFileBytes);
    const std::size_t count = fileSystem.openForReading(path)->read(content);
    for (const std::string_view line :
         base::split(base::asText(base::ByteView(content).first(count)), '\n')) {
        if (config::isVaultName(line)) names.emplace(line);
    }
    return names;
}

}  // namespace service
