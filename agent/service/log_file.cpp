// SPDX-License-Identifier: Apache-2.0
#include "agent/service/log_file.hpp"

#include <utility>

#include "platform/base/text.hpp"

namespace service {

namespace {

constexpr const char* kName = "agent.log";

std::string asideName(unsigned number) { return std::string(kName) + '.' + std::to_string(number); }

}  // namespace

LogFile::LogFile(const platform::FileSystem& fileSystem, const platform::Clock& clock, std::string folder,
                 LogFileBounds bounds)
    : fileSystem_(fileSystem), clock_(clock), folder_(std::move(folder)), bounds_(bounds) {}

std::optional<base::Error> LogFile::add(std::string_view line) noexcept {
    try {
        const std::string text = platform::formatUtc(clock_.now()) + ' ' + base::printable(line) + '\n';
        const std::lock_guard lock(mutex_);
        auto trouble = tried(text);
        const bool wasInTrouble = std::exchange(isInTrouble_, trouble.has_value());
        return wasInTrouble ? std::nullopt : std::move(trouble);
    } catch (const std::exception&) {
        return std::nullopt;  // memory ran out
    }
}

std::optional<base::Error> LogFile::tried(const std::string& text) {
    try {
        write(text);
        return std::nullopt;
    } catch (...) {
        base::Error error = base::currentError();
        file_.reset();  // the next line opens it again: the folder may be another one by then
        return error;
    }
}

void LogFile::write(const std::string& text) {
    if (!file_) open();
    if (sizeBytes_ > 0 && sizeBytes_ + text.size() > bounds_.mostBytes) {
        putAside();
        open();
    }
    try {
        file_->writeAt(sizeBytes_, base::asBytes(text));
    } catch (...) {
        // What a full disk took of the line would run into the next one.
        file_->truncate(sizeBytes_);
        throw;
    }
    sizeBytes_ += text.size();
}

void LogFile::open() {
    fileSystem_.createDirectories(folder_);
    directory_ = fileSystem_.openDirectory(folder_);
    const bool exists = directory_->statusOf(kName).has_value();
    file_ = exists ? directory_->openForWriting(kName) : directory_->createFile(kName);
    sizeBytes_ = file_->status().sizeBytes;
}

void LogFile::putAside() {
    file_.reset();  // Windows gives no other name to what is open
    if (bounds_.mostAside == 0) {
        directory_->removeFile(kName);
        return;
    }
    for (unsigned number = bounds_.mostAside; number > 1; --number) {
        if (directory_->statusOf(asideName(number - 1)))
            directory_->renameChild(asideName(number - 1), asideName(number));
    }
    directory_->renameChild(kName, asideName(1));
}

}  // namespace service
