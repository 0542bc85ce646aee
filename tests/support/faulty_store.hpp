// SPDX-License-Identifier: Apache-2.0
// faulty_store.hpp: an object store that fails, or lets a test step in, at a chosen call.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/vault/object_store.hpp"
#include "platform/base/error.hpp"

namespace test {

/// What a caller asks of the store. The first four change it; an upload counts when it is committed.
enum class StoreCall { Create, Commit, Remove, Sync, StartUpload, Read, ReadRange, SizeOf, List };

[[nodiscard]] constexpr bool changesStore(StoreCall call) noexcept { return call <= StoreCall::Sync; }

/// How a store fails.
struct Fault {
    enum class When { Before, After };  // the inner call took effect
    enum class Lasts { Once, ForEver };

    std::uint64_t atChange = std::numeric_limits<std::uint64_t>::max();  // 0 is the first changing call
    When when = When::Before;
    Lasts lasts = Lasts::ForEver;
    base::Error error =
        base::Error(base::ErrorKind::Unavailable, "TEST-0001", "The store has gone", {}, base::Retry::Later);
};

/// Wraps a store that must outlive it. Thread-safe.
///
/// A fault that lasts for ever lets no further call through, reads neither: the process is dead as far as the
/// store can tell.
class FaultyStore final : public vault::ObjectStore {
public:
    using Hook = std::function<void(StoreCall call, const std::string& name)>;

    explicit FaultyStore(vault::ObjectStore& inner) : inner_(inner) {}

    /// Fails from now on as `fault` says; changing calls are counted anew.
    void setFault(Fault fault);
    /// Lets every call through again.
    void clearFault();
    /// Called before every call, outside of any lock; may use the wrapped store. Empty for none. Set it
    /// while nobody uses the store.
    void setHook(Hook hook) { hook_ = std::move(hook); }

    /// What a sweep throws from now on; the fault above leaves sweeps alone. Set it while nobody uses the
    /// store.
    void setSweepError(base::Error error) { sweepError_ = std::move(error); }

    /// Changing calls since the last setFault() or clearFault().
    [[nodiscard]] std::uint64_t changes() const;
    /// True once the fault has struck.
    [[nodiscard]] bool hasFailed() const;

    [[nodiscard]] std::string location() const override { return inner_.location(); }
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
    void sync() override;
    void sweepUnfinished(const std::function<bool(std::uint64_t ageSeconds)>& isOld) override;
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return inner_.freeBytes(); }
    void willRead(const std::vector<vault::ObjectRange>& ranges) override;
    [[nodiscard]] std::size_t readAheadBytes() const override { return readAheadBytes_; }

    /// Makes this a store that wants to be told what will be read. Set it while nobody uses the store.
    void setReadAhead(std::size_t bytes) { readAheadBytes_ = bytes; }
    /// Everything that was announced, in order.
    [[nodiscard]] std::vector<vault::ObjectRange> announced() const;
    [[nodiscard]] std::size_t parallelUploads() const override { return inner_.parallelUploads(); }

private:
    class Upload;

    /// Runs the hook and `work`, with the fault before or after it.
    template <typename Work>
    auto pass(StoreCall call, const std::string& name, Work work);
    /// True when this call must fail after it took effect; throws when it must fail before.
    bool strikes(StoreCall call);

    vault::ObjectStore& inner_;
    Hook hook_;
    std::optional<base::Error> sweepError_;
    std::size_t readAheadBytes_ = 0;
    mutable std::mutex mutex_;  // guards everything below
    std::optional<Fault> fault_;
    std::uint64_t changes_ = 0;
    bool hasFailed_ = false;
    std::vector<vault::ObjectRange> announced_;
};

}  // namespace test
