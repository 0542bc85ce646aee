// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_process.hpp"

#include <array>
#include <mutex>
#include <thread>
#include <utility>

#include "agent/service/job_file.hpp"
#include "agent/service/job_words.hpp"
#include "platform/base/error.hpp"
#include "platform/child_process.hpp"
#include "platform/handed_over_program.hpp"

namespace service {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::sys_seconds;

namespace {

/// Texts as lines of an input.
base::SecretBytes lines(const std::vector<base::SecretBytes>& texts) {
    std::size_t sizeBytes = 0;
    for (const base::SecretBytes& text : texts) sizeBytes += text.view().size() + 1;
    base::Bytes all;
    all.reserve(sizeBytes);  // growing would leave a copy behind
    for (const base::SecretBytes& text : texts) {
        base::append(all, text.view());
        all.push_back('\n');
    }
    base::SecretBytes secret{base::ByteView(all)};
    base::wipe(all.data(), all.size());
    return secret;
}

std::optional<config::UnlockKey> keyOf(const JobProcessSettings& settings) {
    return settings.unlockKey ? settings.unlockKey() : std::nullopt;
}

/// The job's file, and a line with the key, which is empty when there is none.
base::SecretBytes handedOver(const JobProcessSettings& settings, const std::string& path) {
    const auto key = keyOf(settings);
    return lines({base::SecretBytes(path), key ? key->hex() : base::SecretBytes()});
}

platform::ChildCommand commandOf(const JobProcessSettings& settings, const std::string& path) {
    platform::ChildCommand command;
    command.words = settings.program;
    if (const auto key = keyOf(settings)) {
        command.words.emplace_back("--key-on-input");
        command.input = lines({key->hex()});
    }
    command.words.push_back(path);
    command.errors = platform::ChildCommand::Errors::WithOutput;
    return command;
}

std::unique_ptr<platform::ChildProcess> startFor(const JobProcessSettings& settings, const std::string& path,
                                                 const std::vector<std::string>& words) {
    const bool isHandedOver = !settings.restoreSocket.empty() && isRestore(words);
    if (!isHandedOver) return platform::startChild(commandOf(settings, path));
    return platform::startHandedOver(settings.restoreSocket, handedOver(settings, path));
}

/// How often a job that is asked to stop is looked at.
constexpr milliseconds kLook{100};

class JobProcess final : public RunningJob {
public:
    JobProcess(const platform::FileSystem& fileSystem, const platform::Clock& clock,
               const JobProcessSettings& settings, const std::string& name,
               const std::vector<std::string>& words, const WantedPoint& wanted, std::function<void()> onEnd)
        : clock_(clock),
          patience_(settings.patience),
          onEnd_(std::move(onEnd)),
          started_(fileSystem, settings, name, words),
          child_(started_.child()),
          report_(wanted),
          reader_([this] { read(); }) {}

    ~JobProcess() override {
        child_.kill();
        reader_.join();
    }

    [[nodiscard]] JobProgress progress() const override {
        const std::lock_guard lock(mutex_);
        return report_.progress();
    }
    [[nodiscard]] std::vector<catalogue::JobEvent> takeEvents() override {
        const std::lock_guard lock(mutex_);
        return report_.takeEvents();
    }
    [[nodiscard]] std::vector<vault::PointRecord> takePoints() override {
        const std::lock_guard lock(mutex_);
        return report_.takePoints();
    }
    [[nodiscard]] std::optional<catalogue::JobEnd> outcome() const override {
        const std::lock_guard lock(mutex_);
        return outcome_;
    }
    void cancel() noexcept override {
        {
            const std::lock_guard lock(mutex_);
            if (askedToStop_) return;
            askedToStop_ = clock_.steady();
        }
        child_.askToStop();
    }

private:
    [[nodiscard]] sys_seconds now() const { return sys_seconds(std::chrono::seconds(clock_.now().seconds)); }

    /// Ends a job by force whose time to stop is over.
    void enforceStop() {
        std::optional<nanoseconds> asked;
        {
            const std::lock_guard lock(mutex_);
            asked = askedToStop_;
        }
        if (asked && clock_.steady() - *asked >= patience_) child_.kill();
    }

    // The reader's thread.

    void read() noexcept {
        try {
            readToTheEnd();
        } catch (...) {
            const base::Error error = base::currentError();
            child_.kill();
            const std::lock_guard lock(mutex_);
            outcome_ = failedWith(error);
        }
        onEnd_();
    }

    void readToTheEnd() {
        std::array<base::Byte, 16 * base::kKiB> buffer{};
        for (;;) {
            const auto got = child_.readOutput(buffer, kLook);
            if (got == 0U) break;
            if (got) {
                const std::lock_guard lock(mutex_);
                report_.add(base::asText(base::ByteView(buffer).first(*got)), now());
            }
            enforceStop();
        }
        std::optional<int> exitCode;
        while (!(exitCode = child_.wait(kLook))) enforceStop();
        const std::lock_guard lock(mutex_);
        outcome_ = report_.finish(*exitCode, askedToStop_.has_value(), now());
    }

    const platform::Clock& clock_;
    const milliseconds patience_;
    const std::function<void()> onEnd_;
    const StartedJob started_;
    platform::ChildProcess& child_;

    mutable std::mutex mutex_;  // guards what follows
    JobReport report_;
    std::optional<catalogue::JobEnd> outcome_;
    std::optional<nanoseconds> askedToStop_;  // on the steady clock

    std::thread reader_;  // last: it uses all of the above
};

}  // namespace

StartedJob::StartedJob(const platform::FileSystem& fileSystem, const JobProcessSettings& settings,
                       const std::string& name, const std::vector<std::string>& words)
    : fileSystem_(fileSystem), path_(settings.folder + "/" + name) {
    fileSystem_.createDirectories(settings.folder);
    writeJobFile(fileSystem_, path_, words);
    try {
        child_ = startFor(settings, path_, words);
    } catch (...) {
        removeFile();
        throw;
    }
}

StartedJob::~StartedJob() {
    child_.reset();
    removeFile();
}

void StartedJob::removeFile() const noexcept {
    try {
        fileSystem_.removeFile(path_);
    } catch (...) {
        // The service sweeps the folder when it starts; a destructor has nobody to tell.
        static_cast<void>(base::currentError());
    }
}

JobStarter jobProcesses(const platform::FileSystem& fileSystem, const platform::Clock& clock,
                        JobProcessSettings settings) {
    return [&fileSystem, &clock, settings = std::move(settings)](
               catalogue::JobId id, const std::vector<std::string>& words, const WantedPoint& wanted,
               std::function<void()> onEnd) -> std::unique_ptr<RunningJob> {
        WantedPoint kept = wanted;
        kept.sources = vault::sourcesOfPoint(fileSystem, wanted.sources);
        return std::make_unique<JobProcess>(fileSystem, clock, settings, std::to_string(id.value), words,
                                            kept, std::move(onEnd));
    };
}

void sweepJobFiles(const platform::FileSystem& fileSystem, const std::string& folder) {
    if (!fileSystem.status(folder)) return;
    const platform::DirectoryListing listing = fileSystem.openDirectory(folder)->list();
    for (std::size_t i = 0; i < listing.size(); ++i) {
        try {
            fileSystem.removeFile(folder + "/" + std::string(listing.name(i)));
        } catch (const base::Error&) {
            continue;  // what is left over is no reason for no backups
        }
    }
}

}  // namespace service
