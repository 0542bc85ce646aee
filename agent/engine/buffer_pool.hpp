// SPDX-License-Identifier: Apache-2.0
// buffer_pool.hpp: reuses large buffers, because the first touch of fresh memory costs more than the work on
// it.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "platform/base/bytes.hpp"

namespace engine {

/// Hands out buffers of one size. Thread-safe; must outlive its buffers.
class BufferPool final {
public:
    explicit BufferPool(std::size_t bufferBytes) : bufferBytes_(bufferBytes) {}

    /// A buffer that goes back to the pool when it is destroyed.
    class Buffer final {
    public:
        Buffer() = default;
        Buffer(BufferPool& pool, std::unique_ptr<base::Byte[]> memory)
            : pool_(&pool), memory_(std::move(memory)) {}
        Buffer(Buffer&&) noexcept = default;
        Buffer& operator=(Buffer&& other) noexcept {
            giveBack();
            pool_ = other.pool_;
            memory_ = std::move(other.memory_);
            return *this;
        }
        ~Buffer() { giveBack(); }

        [[nodiscard]] base::MutableBytes bytes() const noexcept {
            return {memory_.get(), pool_->bufferBytes_};
        }

    private:
        void giveBack() noexcept {
            if (memory_) pool_->put(std::move(memory_));
        }

        BufferPool* pool_ = nullptr;
        std::unique_ptr<base::Byte[]> memory_;
    };

    Buffer take() {
        {
            const std::lock_guard lock(mutex_);
            if (!idle_.empty()) {
                auto memory = std::move(idle_.back());
                idle_.pop_back();
                return {*this, std::move(memory)};
            }
        }
        return {*this, std::make_unique_for_overwrite<base::Byte[]>(bufferBytes_)};
    }

private:
    void put(std::unique_ptr<base::Byte[]> memory) noexcept {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(memory));
    }

    const std::size_t bufferBytes_;
    std::mutex mutex_;  // guards idle_
    std::vector<std::unique_ptr<base::Byte[]>> idle_;
};

}  // namespace engine
