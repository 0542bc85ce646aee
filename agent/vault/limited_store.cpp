// SPDX-License-Identifier: Apache-2.0
#include "agent/vault/limited_store.hpp"

#include <utility>

namespace vault {

namespace {

using base::Transfer;

/// Hands bytes on piece by piece.
void writeThrough(Transfer& transfer, ObjectUpload& upload, base::ByteView bytes) {
    while (!bytes.empty()) {
        const std::size_t piece = transfer.next(bytes.size());
        upload.write(bytes.first(piece));
        bytes = bytes.subspan(piece);
    }
}

class LimitedUpload final : public ObjectUpload {
public:
    LimitedUpload(std::unique_ptr<ObjectUpload> inner, base::RateLimiter* limiter)
        : inner_(std::move(inner)), transfer_(limiter, Transfer::kUnknownSize) {}

    void write(base::ByteView bytes) override { writeThrough(transfer_, *inner_, bytes); }
    CreateResult commit() override { return inner_->commit(); }

private:
    const std::unique_ptr<ObjectUpload> inner_;
    Transfer transfer_;
};

class LimitedStore final : public ObjectStore {
public:
    LimitedStore(std::unique_ptr<ObjectStore> inner, base::TransferLimits limits)
        : inner_(std::move(inner)), limits_(limits) {}

    [[nodiscard]] std::string location() const override { return inner_->location(); }

    CreateResult create(const std::string& name, base::ByteView content) override {
        const auto upload = inner_->startUpload(name);
        Transfer transfer(limits_.upload, content.size());
        writeThrough(transfer, *upload, content);
        return upload->commit();
    }

    [[nodiscard]] std::unique_ptr<ObjectUpload> startUpload(const std::string& name) override {
        return std::make_unique<LimitedUpload>(inner_->startUpload(name), limits_.upload);
    }

    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override {
        const auto sizeBytes = inner_->sizeOf(name);
        if (!sizeBytes) return std::nullopt;
        if (*sizeBytes > limitBytes) return inner_->read(name, limitBytes);  // which refuses it
        base::Bytes content(static_cast<std::size_t>(*sizeBytes));
        if (!readRange(name, 0, content)) return std::nullopt;
        return content;
    }

    [[nodiscard]] bool readRange(const std::string& name, std::uint64_t offset,
                                 base::MutableBytes to) override {
        if (to.empty()) return inner_->readRange(name, offset, to);
        Transfer transfer(limits_.download, to.size());
        while (!to.empty()) {
            const std::size_t piece = transfer.next(to.size());
            if (!inner_->readRange(name, offset, to.first(piece))) return false;
            offset += piece;
            to = to.subspan(piece);
        }
        return true;
    }

    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name) override {
        return inner_->sizeOf(name);
    }
    void list(const std::string& prefix,
              const std::function<void(const std::string&, std::uint64_t)>& found) override {
        inner_->list(prefix, found);
    }
    void remove(const std::string& name) override { inner_->remove(name); }
    void sync() override { inner_->sync(); }
    void sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) override {
        inner_->sweepUnfinished(isOld);
    }
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return inner_->freeBytes(); }
    [[nodiscard]] std::size_t parallelUploads() const override { return inner_->parallelUploads(); }
    // Announcements stay here: a store that fetched by itself would fetch past the limit.

private:
    const std::unique_ptr<ObjectStore> inner_;
    const base::TransferLimits limits_;
};

}  // namespace

std::unique_ptr<ObjectStore> limitStore(std::unique_ptr<ObjectStore> store, base::TransferLimits limits) {
    if (limits.upload == nullptr && limits.download == nullptr) return store;
    return std::make_unique<LimitedStore>(std::move(store), limits);
}

}  // namespace vault
