// SPDX-License-Identifier: Apache-2.0
// bounded_queue.hpp: the link between two stages of a pipeline.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace base {

/// A first-in first-out queue that makes a fast producer wait for a slow consumer.
///
/// Any number of threads may push and pop. After close(), push() refuses and pop() hands out what is left,
/// then nothing.
template <typename Item>
class BoundedQueue final {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// Waits for room. False when the queue was closed; the item is then dropped.
    bool push(Item item) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return isClosed_ || items_.size() < capacity_; });
        if (isClosed_) return false;
        items_.push_back(std::move(item));
        filled_.notify_one();
        return true;
    }

    /// Takes the item only when there is room at once; false (and the item untouched) otherwise.
    bool tryPush(Item& item) {
        const std::lock_guard lock(mutex_);
        if (isClosed_ || items_.size() >= capacity_) return false;
        items_.push_back(std::move(item));
        filled_.notify_one();
        return true;
    }

    /// Waits for an item; nothing once the queue is closed and empty.
    std::optional<Item> pop() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return isClosed_ || !items_.empty(); });
        return takeFront();
    }

    /// An item if one is there at once.
    std::optional<Item> tryPop() {
        const std::lock_guard lock(mutex_);
        return takeFront();
    }

    void close() {
        const std::lock_guard lock(mutex_);
        isClosed_ = true;
        room_.notify_all();
        filled_.notify_all();
    }

private:
    std::optional<Item> takeFront() {
        if (items_.empty()) return std::nullopt;
        std::optional<Item> item(std::move(items_.front()));
        items_.pop_front();
        room_.notify_one();
        return item;
    }

    const std::size_t capacity_;
    std::mutex mutex_;  // guards everything below
    std::condition_variable room_;
    std::condition_variable filled_;
    std::deque<Item> items_;
    bool isClosed_ = false;
};

}  // namespace base
