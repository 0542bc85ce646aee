// SPDX-License-Identifier: Apache-2.0
#include "agent/web/work_pool.hpp"

#include <utility>

#include "platform/base/worker_threads.hpp"

namespace web {

WorkPool::WorkPool(unsigned threads, std::size_t mostWaiting, Answering answer, std::function<void()> wake)
    : mostWaiting_(mostWaiting), answer_(std::move(answer)), wake_(std::move(wake)) {
    threads_ = base::startWorkers(threads, [this] { work(); });
}

WorkPool::~WorkPool() {
    {
        const std::lock_guard lock(mutex_);
        isEnding_ = true;
    }
    changed_.notify_all();
}

bool WorkPool::offer(Id id, HttpRequest request, const Peer& peer) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= mostWaiting_) return false;
        waiting_.push_back({id, std::move(request), peer});
    }
    changed_.notify_one();
    return true;
}

std::vector<WorkPool::Done> WorkPool::takeDone() {
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, {});
}

void WorkPool::work() noexcept {
    for (;;) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return isEnding_ || !waiting_.empty(); });
            if (isEnding_) return;
            task = std::move(waiting_.front());
            waiting_.pop_front();
        }
        HttpResponse response = answer_(task.request, task.peer);
        {
            const std::lock_guard lock(mutex_);
            done_.push_back({task.id, std::move(response)});
        }
        wake_();
    }
}

}  // namespace web
