// SPDX-License-Identifier: Apache-2.0
#include "tests/support/faulty_store.hpp"

#include <type_traits>
#include <utility>

namespace test {

class FaultyStore::Upload final : public vault::ObjectUpload {
public:
    Upload(FaultyStore& store, std::string name, std::unique_ptr<vault::ObjectUpload> inner)
        : store_(store), name_(std::move(name)), inner_(std::move(inner)) {}

    void write(base::ByteView bytes) override { inner_->write(bytes); }
    vault::CreateResult commit() override;

private:
    FaultyStore& store_;
    const std::string name_;
    std::unique_ptr<vault::ObjectUpload> inner_;
};

void FaultyStore::setFault(Fault fault) {
    const std::lock_guard lock(mutex_);
    fault_ = std::move(fault);
    changes_ = 0;
    hasFailed_ = false;
}

void FaultyStore::clearFault() {
    const std::lock_guard lock(mutex_);
    fault_.reset();
    changes_ = 0;
    hasFailed_ = false;
}

std::uint64_t FaultyStore::changes() const {
    const std::lock_guard lock(mutex_);
    return changes_;
}

bool FaultyStore::hasFailed() const {
    const std::lock_guard lock(mutex_);
    return hasFailed_;
}

bool FaultyStore::strikes(StoreCall call) {
    const std::lock_guard lock(mutex_);
    if (fault_ && hasFailed_ && fault_->lasts == Fault::Lasts::ForEver) throw base::Error(fault_->error);
    if (!changesStore(call)) return false;
    const std::uint64_t change = changes_++;
    if (!fault_ || change != fault_->atChange) return false;
    hasFailed_ = true;
    if (fault_->when == Fault::When::Before) throw base::Error(fault_->error);
    return true;
}

template <typename Work>
auto FaultyStore::pass(StoreCall call, const std::string& name, Work work) {
    if (hook_) hook_(call, name);
    const bool failsAfter = strikes(call);
    const auto failIfDue = [&] {
        if (!failsAfter) return;
        const std::lock_guard lock(mutex_);
        throw base::Error(fault_->error);
    };
    if constexpr (std::is_void_v<decltype(work())>) {
        work();
        failIfDue();
    } else {
        auto result = work();
        failIfDue();
        return result;
    }
}

vault::CreateResult FaultyStore::Upload::commit() {
    return store_.pass(StoreCall::Commit, name_, [&] { return inner_->commit(); });
}

vault::CreateResult FaultyStore::create(const std::string& name, base::ByteView content) {
    return pass(StoreCall::Create, name, [&] { return inner_.create(name, content); });
}

std::unique_ptr<vault::ObjectUpload> FaultyStore::startUpload(const std::string& name) {
    return pass(StoreCall::StartUpload, name, [&]() -> std::unique_ptr<vault::ObjectUpload> {
        return std::make_unique<Upload>(*this, name, inner_.startUpload(name));
    });
}

std::optional<base::Bytes> FaultyStore::read(const std::string& name, std::size_t limitBytes) {
    return pass(StoreCall::Read, name, [&] { return inner_.read(name, limitBytes); });
}

bool FaultyStore::readRange(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    return pass(StoreCall::ReadRange, name, [&] { return inner_.readRange(name, offset, to); });
}

std::optional<std::uint64_t> FaultyStore::sizeOf(const std::string& name) {
    return pass(StoreCall::SizeOf, name, [&] { return inner_.sizeOf(name); });
}

void FaultyStore::list(const std::string& prefix,
                       const std::function<void(const std::string&, std::uint64_t)>& found) {
    pass(StoreCall::List, prefix, [&] { inner_.list(prefix, found); });
}

void FaultyStore::remove(const std::string& name) {
    pass(StoreCall::Remove, name, [&] { inner_.remove(name); });
}

void FaultyStore::sync() {
    pass(StoreCall::Sync, {}, [&] { inner_.sync(); });
}

void FaultyStore::willRead(const std::vector<vault::ObjectRange>& ranges) {
    const std::lock_guard lock(mutex_);
    announced_.insert(announced_.end(), ranges.begin(), ranges.end());
}

std::vector<vault::ObjectRange> FaultyStore::announced() const {
    const std::lock_guard lock(mutex_);
    return announced_;
}

void FaultyStore::sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) {
    if (sweepError_) throw base::Error(*sweepError_);
    inner_.sweepUnfinished(isOld);
}

}  // namespace test
