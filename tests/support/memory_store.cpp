// SPDX-License-Identifier: Apache-2.0
#include "tests/support/memory_store.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace test {

namespace {

bool isValidName(const std::string& name) {
    for (const std::string_view part : base::split(name, '/')) {
        if (part.empty() || part == "." || part == "..") return false;
        if (part.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") != std::string_view::npos) {
            return false;
        }
    }
    return !name.empty();
}

void requireValidName(const std::string& name) {
    if (isValidName(name)) return;
    throw base::Error(base::ErrorKind::Invalid, "STORE-0004", "'" + name + "' is no name of a vault object",
                      "Please report it.", base::Retry::Never);
}

class MemoryUpload final : public vault::ObjectUpload {
public:
    MemoryUpload(MemoryStore& store, std::string name) : store_(store), name_(std::move(name)) {}

    void write(base::ByteView bytes) override { base::append(content_, bytes); }
    vault::CreateResult commit() override { return store_.create(name_, content_); }

private:
    MemoryStore& store_;
    const std::string name_;
    base::Bytes content_;
};

class BorrowedStore final : public vault::ObjectStore {
public:
    explicit BorrowedStore(vault::ObjectStore& store) : store_(store) {}

    [[nodiscard]] std::string location() const override { return store_.location(); }
    vault::CreateResult create(const std::string& name, base::ByteView content) override {
        return store_.create(name, content);
    }
    [[nodiscard]] std::unique_ptr<vault::ObjectUpload> startUpload(const std::string& name) override {
        return store_.startUpload(name);
    }
    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override {
        return store_.read(name, limitBytes);
    }
    [[nodiscard]] bool readRange(const std::string& name, std::uint64_t offset,
                                 base::MutableBytes to) override {
        return store_.readRange(name, offset, to);
    }
    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name) override {
        return store_.sizeOf(name);
    }
    void list(const std::string& prefix,
              const std::function<void(const std::string& name, std::uint64_t sizeBytes)>& found) override {
        store_.list(prefix, found);
    }
    void remove(const std::string& name) override { store_.remove(name); }
    void sync() override { store_.sync(); }
    void sweepUnfinished(const std::function<bool(std::uint64_t ageSeconds)>& isOld) override {
        store_.sweepUnfinished(isOld);
    }
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return store_.freeBytes(); }
    void willRead(const std::vector<vault::ObjectRange>& ranges) override { store_.willRead(ranges); }
    [[nodiscard]] std::size_t readAheadBytes() const override { return store_.readAheadBytes(); }
    [[nodiscard]] std::size_t parallelUploads() const override { return store_.parallelUploads(); }

private:
    vault::ObjectStore& store_;
};

}  // namespace

vault::CreateResult MemoryStore::create(const std::string& name, base::ByteView content) {
    requireValidName(name);
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(name);
    if (found == objects_.end()) {
        objects_.emplace(name, std::make_shared<const base::Bytes>(content.begin(), content.end()));
        return vault::CreateResult::Created;
    }
    const bool isSame =
        std::equal(content.begin(), content.end(), found->second->begin(), found->second->end());
    return isSame ? vault::CreateResult::Created : vault::CreateResult::AlreadyThere;
}

std::unique_ptr<vault::ObjectUpload> MemoryStore::startUpload(const std::string& name) {
    requireValidName(name);
    return std::make_unique<MemoryUpload>(*this, name);
}

std::optional<base::Bytes> MemoryStore::read(const std::string& name, std::size_t limitBytes) {
    requireValidName(name);
    const auto content = find(name);
    if (!content) return std::nullopt;
    if (content->size() > limitBytes) {
        throw base::Error(base::ErrorKind::Corrupt, "STORE-0007",
                          "The vault object '" + name + "' is impossibly large");
    }
    return *content;
}

bool MemoryStore::readRange(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    requireValidName(name);
    const auto content = find(name);
    if (!content) return false;
    if (to.empty()) return true;
    if (offset > content->size() || to.size() > content->size() - offset) {
        throw base::Error(base::ErrorKind::Corrupt, "STORE-0006",
                          "The vault object '" + name + "' ends too soon");
    }
    std::memcpy(to.data(), content->data() + offset, to.size());
    return true;
}

std::optional<std::uint64_t> MemoryStore::sizeOf(const std::string& name) {
    requireValidName(name);
    const auto content = find(name);
    if (!content) return std::nullopt;
    return content->size();
}

void MemoryStore::list(const std::string& prefix,
                       const std::function<void(const std::string&, std::uint64_t)>& found) {
    // Walks a copy, so that the callback may call the store.
    for (const auto& [name, content] : objects()) {
        if (name.starts_with(prefix)) found(name, content->size());
    }
}

void MemoryStore::remove(const std::string& name) {
    requireValidName(name);
    const std::lock_guard lock(mutex_);
    objects_.erase(name);
}

std::vector<std::string> MemoryStore::names(const std::string& prefix) const {
    std::vector<std::string> result;
    for (const auto& [name, content] : objects()) {
        if (name.starts_with(prefix)) result.push_back(name);
    }
    return result;
}

base::Bytes MemoryStore::bytesOf(const std::string& name) const {
    const auto content = find(name);
    assert(content && "the test names an object that is not there");
    return content ? *content : base::Bytes();
}

void MemoryStore::replace(const std::string& name, base::Bytes content) {
    const std::lock_guard lock(mutex_);
    objects_[name] = std::make_shared<const base::Bytes>(std::move(content));
}

void MemoryStore::flipBit(const std::string& name, std::size_t atByte, unsigned bit) {
    base::Bytes content = bytesOf(name);
    content.at(atByte) = static_cast<base::Byte>(content.at(atByte) ^ (1U << bit));
    replace(name, std::move(content));
}

void MemoryStore::truncate(const std::string& name, std::size_t sizeBytes) {
    base::Bytes content = bytesOf(name);
    content.resize(std::min(sizeBytes, content.size()));
    replace(name, std::move(content));
}

void MemoryStore::swap(const std::string& a, const std::string& b) {
    const std::lock_guard lock(mutex_);
    std::swap(objects_.at(a), objects_.at(b));
}

MemoryStore::Objects MemoryStore::objects() const {
    const std::lock_guard lock(mutex_);
    return objects_;
}

void MemoryStore::setObjects(Objects objects) {
    const std::lock_guard lock(mutex_);
    objects_ = std::move(objects);
}

std::shared_ptr<const base::Bytes> MemoryStore::find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(name);
    return found == objects_.end() ? nullptr : found->second;
}

std::unique_ptr<vault::ObjectStore> borrowStore(vault::ObjectStore& store) {
    return std::make_unique<BorrowedStore>(store);
}

}  // namespace test
