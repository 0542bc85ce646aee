// SPDX-License-Identifier: Apache-2.0
// work_queue.hpp: what the workers of a backup take their work from.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

namespace engine {

/// Two bounded queues behind one door: whole jobs, and parts of jobs that have begun. Parts go first, because
/// they hold memory. Thread-safe.
template <typename Job, typename Part>
class WorkQueue final {
public:
    using Work = std::variant<Job, Part>;

    WorkQueue(std::size_t jobs, std::size_t parts) : jobCapacity_(jobs), partCapacity_(parts) {}

    /// Waits for room. False when the queue was closed.
    bool pushJob(Job job) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return isClosed_ || jobs_.size() < jobCapacity_; });
        if (isClosed_) return false;
        jobs_.push_back(std::move(job));
        filled_.notify_one();
        return true;
    }

    /// Takes the part only when there is room at once, else leaves it untouched: the caller then does it
    /// itself.
    bool tryPushPart(Part& part) {
        const std::lock_guard lock(mutex_);
        if (isClosed_ || parts_.size() >= partCapacity_) return false;
        parts_.push_back(std::move(part));
        filled_.notify_one();
        return true;
    }

    /// Waits for work; nothing once the queue is closed and empty.
    std::optional<Work> pop() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return isClosed_ || !jobs_.empty() || !parts_.empty(); });
        if (!parts_.empty()) {
            std::optional<Work> work(std::in_place, std::move(parts_.front()));
            parts_.pop_front();
            return work;
        }
        if (jobs_.empty()) return std::nullopt;
        std::optional<Work> work(std::in_place, std::move(jobs_.front()));
        jobs_.pop_front();
        room_.notify_one();
        return work;
    }

    /// A part if one waits, for a worker that would otherwise wait for others.
    std::optional<Part> tryPopPart() {
        const std::lock_guard lock(mutex_);
        if (parts_.empty()) return std::nullopt;
        std::optional<Part> part(std::move(parts_.front()));
        parts_.pop_front();
        return part;
    }

    void close() {
        const std::lock_guard lock(mutex_);
        isClosed_ = true;
        room_.notify_all();
        filled_.notify_all();
    }

private:
    const std::size_t jobCapacity_;
    const std::size_t partCapacity_;
    std::mutex mutex_;  // guards everything below
    std::condition_variable room_;
    std::condition_variable filled_;
    std::deque<Job> jobs_;
    std::deque<Part> parts_;
    bool isClosed_ = false;
};

}  // namespace engine
