// SPDX-License-Identifier: Apache-2.0
// mount_host.cpp: mounts through FUSE and serves requests on several threads.
//
// The threads wait in epoll for the kernel's device, which wakes one of them a request, and for an event that
// says that the mount ends. So ending needs no signals and no cancelled threads, and works while somebody
// still stands in a folder.
//
// A program that looks through a tree asks its next question a few microseconds after the answer to the last
// one, while waking a thread on a processor that has gone to sleep takes ten times as long, in a virtual
// machine even longer. So one thread that has answered keeps looking for a moment before it waits. On the
// only processor it would keep the program that asks from running.
#include "platform/mount_host.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "platform/base/worker_threads.hpp"
#include "platform/linux/descriptor.hpp"
#include "platform/linux/fuse_requests.hpp"
#include "platform/linux/system_error.hpp"
#include "platform/process.hpp"

namespace platform {

namespace {

using linux::Descriptor;

/// How long an unnoticed signal may go unnoticed: one that hits between a look at the token and the wait.
constexpr int kLookMs = 250;

/// How long a thread looks for the next request before it sleeps. Longer gained nothing.
constexpr std::chrono::microseconds kWatch{50};

base::Error badFolder(const char* code, base::ErrorKind kind, const std::string& folder, const char* why) {
    return base::Error(kind, code, "Cannot mount at '" + folder + "' - " + why,
                       "Make an empty folder and name it.");
}

void requireEmptyFolder(const std::string& folder) {
    const auto files = makeFileSystem();
    std::optional<FileStatus> status;
    try {
        status = files->status(folder);
    } catch (const base::Error&) {
        // A mount whose program died answers nothing but errors.
        throw base::Error(base::ErrorKind::Unavailable, "MOUNT-0006",
                          "Cannot mount at '" + folder + "' - a mount that died is in the way",
                          "Unmount it with 'fusermount3 -u " + folder + "' or 'umount " + folder + "'.");
    }
    if (!status) throw badFolder("MOUNT-0001", base::ErrorKind::NotFound, folder, "there is no such folder");
    if (status->type != FileType::Directory)
        throw badFolder("MOUNT-0002", base::ErrorKind::Invalid, folder, "it is no folder");
    if (files->openDirectory(folder)->list().size() != 0)
        throw badFolder("MOUNT-0003", base::ErrorKind::Invalid, folder, "it is not empty");
}

void requireFuse() {
    if (::access("/dev/fuse", F_OK) == 0) return;
    throw base::Error(base::ErrorKind::Unsupported, "MOUNT-0004",
                      "This machine cannot mount a vault - it has no /dev/fuse",
                      "Load the kernel's module with 'modprobe fuse'; a container must be given the device.");
}

/// What libfuse had to say last. It reports through one function of the process, so it is kept in one place.
std::mutex messageMutex;  // guards lastMessage
std::string lastMessage;

void keepMessage(enum fuse_log_level /*level*/, const char* format, va_list values) {
    std::array<char, 512> text = {};
    std::vsnprintf(text.data(), text.size(), format, values);
    const std::lock_guard lock(messageMutex);
    lastMessage = text.data();
    while (!lastMessage.empty() && lastMessage.back() == '\n') lastMessage.pop_back();
    if (lastMessage.starts_with("fuse: ")) lastMessage.erase(0, 6);
}

base::Error mountRefused(const std::string& folder) {
    const std::lock_guard lock(messageMutex);
    return base::Error(
        base::ErrorKind::Denied, "MOUNT-0005",
        "Cannot mount at '" + folder + "'" + (lastMessage.empty() ? "" : " - " + lastMessage),
        "Mount as root, or install the package 'fuse3'; --allow-other needs 'user_allow_other' "
        "in /etc/fuse.conf.");
}

/// A FUSE session, mounted as long as it lives.
class Session final {
public:
    Session(MountedTree& tree, const MountOptions& options) : requests_(tree, options.isForEverybody) {
        ::fuse_set_log_func(keepMessage);
        std::string mountOptions = "ro,subtype=hbr,fsname=" + escaped(options.source);
        if (options.isForEverybody) mountOptions += ",allow_other";
        std::vector<std::string> words = {"hbr", "-o", mountOptions};
        std::vector<char*> pointers;
        for (std::string& word : words) pointers.push_back(word.data());
        struct fuse_args arguments = FUSE_ARGS_INIT(static_cast<int>(pointers.size()), pointers.data());
        session_ = ::fuse_session_new(&arguments, &linux::fuseOperations(), sizeof(linux::fuseOperations()),
                                      &requests_);
        ::fuse_opt_free_args(&arguments);
        if (session_ == nullptr) throw mountRefused(options.folder);
        if (::fuse_session_mount(session_, options.folder.c_str()) != 0) {
            ::fuse_session_destroy(session_);
            throw mountRefused(options.folder);
        }
    }
    ~Session() {
        ::fuse_session_unmount(session_);
        ::fuse_session_destroy(session_);
    }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] struct fuse_session* get() const noexcept { return session_; }

private:
    /// A comma would end the option.
    static std::string escaped(const std::string& text) {
        std::string safe;
        for (const char letter : text) {
            if (letter == ',' || letter == '\\') safe += '\\';
            safe += letter;
        }
        return safe;
    }

    linux::FuseRequests requests_;
    struct fuse_session* session_ = nullptr;
};

void addTo(int epoll, int descriptor, std::uint32_t events) {
    struct epoll_event event = {};
    event.events = events;
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
        throw linux::fileError(errno, "Could not wait for", "/dev/fuse");
}

/// Threads started meanwhile take no signals: these are for the thread that waits for them.
class WithoutSignals final {
public:
    WithoutSignals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    WithoutSignals(const WithoutSignals&) = delete;
    WithoutSignals& operator=(const WithoutSignals&) = delete;

private:
    sigset_t before_{};
};

/// What libfuse puts a request into; it makes the room itself.
struct RequestBuffer {
    RequestBuffer() = default;
    ~RequestBuffer() { ::free(content.mem); }
    RequestBuffer(const RequestBuffer&) = delete;
    RequestBuffer& operator=(const RequestBuffer&) = delete;

    struct fuse_buf content = {};
};

/// Threads that answer until the mount ends.
class Servers final {
public:
    Servers(struct fuse_session* session, unsigned threads)
        : session_(session), end_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!end_) throw linux::fileError(errno, "Could not make", "an event");
        const int device = ::fuse_session_fd(session_);
        ::fcntl(device, F_SETFL, ::fcntl(device, F_GETFL) | O_NONBLOCK);
        const WithoutSignals withoutSignals;
        threads_ = base::startWorkers(threads, [this] { serve(); });
    }
    ~Servers() { stop(); }
    Servers(const Servers&) = delete;
    Servers& operator=(const Servers&) = delete;

    /// Returns when somebody unmounts or the token is cancelled. Throws the first failure of a thread, which
    /// ends the mount too: nobody would know otherwise that it has fewer threads, or none.
    void wait(const base::CancelToken& cancel) {
        struct pollfd end = {end_.get(), POLLIN, 0};
        while (!cancel.isCancelled() && ::poll(&end, 1, kLookMs) <= 0) {
        }
        const std::lock_guard lock(mutex_);
        if (failure_) throw base::Error(*failure_);
    }

private:
    void stop() noexcept {
        ::fuse_session_exit(session_);
        wakeAll();
        for (std::jthread& thread : threads_) thread.join();
        threads_.clear();
    }

    void wakeAll() noexcept {
        const std::uint64_t one = 1;
        static_cast<void>(linux::retryInterrupted([&] { return ::write(end_.get(), &one, sizeof one); }));
    }

    void serve() noexcept {
        try {
            answerRequests();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure_) failure_ = base::currentError();
        }
        wakeAll();
    }

    /// Returns when the mount ends.
    void answerRequests() {
        const Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
        if (!epoll) throw linux::fileError(errno, "Could not wait for", "/dev/fuse");
        addTo(epoll.get(), ::fuse_session_fd(session_), EPOLLIN | EPOLLEXCLUSIVE);
        addTo(epoll.get(), end_.get(), EPOLLIN);
        RequestBuffer buffer;
        while (!::fuse_session_exited(session_)) {
            struct epoll_event event = {};
            if (::epoll_wait(epoll.get(), &event, 1, -1) <= 0) continue;
            int taken = ::fuse_session_receive_buf(session_, &buffer.content);
            for (; taken > 0; taken = watchFor(buffer)) {
                ::fuse_session_process_buf(session_, &buffer.content);
            }
            if (taken == 0) return;
            if (taken != -EAGAIN && taken != -EINTR)
                throw linux::fileError(-taken, "Could not take a request from", "/dev/fuse");
        }
    }

    /// Looks for a request for a moment, if no other thread does. Returns what receiving it returned.
    int watchFor(RequestBuffer& buffer) {
        using Clock = std::chrono::steady_clock;
        if (!mayWatch_ || isWatched_.exchange(true, std::memory_order_acquire)) return -EAGAIN;
        const auto end = Clock::now() + kWatch;
        int taken = 0;
        do {
            taken = ::fuse_session_receive_buf(session_, &buffer.content);
        } while (taken == -EAGAIN && Clock::now() < end && !::fuse_session_exited(session_));
        isWatched_.store(false, std::memory_order_release);
        return taken;
    }

    struct fuse_session* const session_;
    const bool mayWatch_ = processorCount() > 1;
    const Descriptor end_;
    std::atomic<bool> isWatched_ = false;  // some thread looks for the next request instead of sleeping
    std::mutex mutex_;                     // guards failure_
    std::optional<base::Error> failure_;
    std::vector<std::jthread> threads_;
};

}  // namespace

void runMount(MountedTree& tree, const MountOptions& options, const std::function<void()>& onMounted,
              const base::CancelToken& cancel) {
    requireEmptyFolder(options.folder);
    requireFuse();
    const Session session(tree, options);
    Servers servers(session.get(), options.threads);
    onMounted();
    servers.wait(cancel);
}

}  // namespace platform
