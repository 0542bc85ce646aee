// SPDX-License-Identifier: Apache-2.0
#include "agent/app/console.hpp"

#include <cstdio>
#include <mutex>

#include "platform/base/error.hpp"
#include "platform/process.hpp"

namespace app {

namespace {

constexpr std::size_t kHeldBackBytes = 64 * base::kKiB;

class ProcessConsole final : public Console {
public:
    ProcessConsole()
        : isWatched_(platform::isTerminal(platform::StandardStream::Error) &&
                     platform::environmentVariable("TERM").value_or("") != "dumb"),
          canAsk_(platform::isTerminal(platform::StandardStream::Error) &&
                  platform::isTerminal(platform::StandardStream::Input)),
          isColoured_(isWatched_ && platform::environmentVariable("NO_COLOR").value_or("").empty()) {}

    void out(std::string_view data) override {
        const std::lock_guard lock(mutex_);
        held_ += data;
        if (held_.size() >= kHeldBackBytes) writeHeld();
    }

    void flush() override {
        const std::lock_guard lock(mutex_);
        writeHeld();
    }

    void err(std::string_view talk) noexcept override {
        try {
            platform::writeStandard(platform::StandardStream::Error, talk);
        } catch (const base::Error&) {
            return;  // nobody is left to tell
        }
    }

    [[nodiscard]] bool isWatched() const override { return isWatched_; }
    [[nodiscard]] bool isColoured() const override { return isColoured_; }
    [[nodiscard]] unsigned columns() const override { return platform::terminalColumns(); }

    std::optional<base::SecretBytes> askSecret(const std::string& prompt) override {
        if (!canAsk_) return std::nullopt;
        return platform::askSecret(prompt);
    }

    std::optional<std::string> askLine(const std::string& prompt) override {
        if (!canAsk_) return std::nullopt;
        err(prompt);
        std::string line;
        for (int letter = std::getchar(); letter != EOF && letter != '\n'; letter = std::getchar()) {
            line += static_cast<char>(letter);
        }
        return line;
    }

private:
    void writeHeld() {
        if (held_.empty()) return;
        const std::string data = std::exchange(held_, {});
        platform::writeStandard(platform::StandardStream::Output, data);
    }

    const bool isWatched_;
    const bool canAsk_;
    const bool isColoured_;
    std::mutex mutex_;  // guards held_ and the order of writes to standard output
    std::string held_;
};

}  // namespace

std::unique_ptr<Console> makeConsole() { return std::make_unique<ProcessConsole>(); }

}  // namespace app
