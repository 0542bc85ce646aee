// SPDX-License-Identifier: Apache-2.0
// memory_store.hpp: a vault's objects in memory, for tests that damage, copy and compare them.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/vault/object_store.hpp"

namespace test {

/// Keeps the contract of ObjectStore as the directory store does, down to its error codes. Thread-safe.
///
/// Vault owns its store, so tests keep the MemoryStore and give vaults a borrowStore() of it.
class MemoryStore final : public vault::ObjectStore {
public:
    /// Everything that the store holds; cheap to copy, because the contents are shared and never change.
    using Objects = std::map<std::string, std::shared_ptr<const base::Bytes>>;

    [[nodiscard]] std::string location() const override { return "memory"; }
    vault::CreateResult create(const std::string& name, base::ByteView content) override;
    [[nodiscard]] std::unique_ptr<vault::ObjectUpload> startUpload(const std::string& name) override;
    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name,
                                                  std::size_t limitBytes = 256 * base::kMiB) override;
    [[nodiscard]] bool readRange(const std::string& name, std::uint64_t offset,
                                 base::MutableBytes to) override;
    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name) override;
    void list(const std::string& prefix,
              const std::function<void(const std::string& name, std::uint64_t sizeBytes)>& found) override;
    void remove(const std::string& name) override;
    void sync() override {}
    void sweepUnfinished(const std::function<bool(std::uint64_t ageSeconds)>&) override {}
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return std::nullopt; }
    [[nodiscard]] std::size_t parallelUploads() const override { return parallelUploads_; }

    // What follows is for tests: it goes around the contract.

    /// As a store far away says it. Set it before the store is used.
    void setParallelUploads(std::size_t uploads) { parallelUploads_ = uploads; }

    /// The names that begin with `prefix`, sorted.
    [[nodiscard]] std::vector<std::string> names(const std::string& prefix = {}) const;
    [[nodiscard]] bool contains(const std::string& name) const { return find(name) != nullptr; }
    /// A copy of an object's bytes, which must be there.
    [[nodiscard]] base::Bytes bytesOf(const std::string& name) const;
    /// Puts these bytes under the name, whatever was there.
    void replace(const std::string& name, base::Bytes content);
    /// Flips one bit of an object.
    void flipBit(const std::string& name, std::size_t atByte, unsigned bit = 0);
    /// Keeps only the first bytes of an object.
    void truncate(const std::string& name, std::size_t sizeBytes);
    void swap(const std::string& a, const std::string& b);

    [[nodiscard]] Objects objects() const;
    void setObjects(Objects objects);

private:
    [[nodiscard]] std::shared_ptr<const base::Bytes> find(const std::string& name) const;

    mutable std::mutex mutex_;  // guards objects_
    Objects objects_;
    std::size_t parallelUploads_ = 1;
};

/// A store that passes every call on to `store`, which must outlive it.
std::unique_ptr<vault::ObjectStore> borrowStore(vault::ObjectStore& store);

}  // namespace test
