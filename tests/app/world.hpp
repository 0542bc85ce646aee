// SPDX-License-Identifier: Apache-2.0
// world.hpp: a console, a clock and a folder of settings for commands under test.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/app/command.hpp"
#include "agent/app/run.hpp"
#include "tests/platform/temporary_folder.hpp"
#include "tests/support/manual_clock.hpp"

namespace test {

/// Keeps what is printed and answers what a test says. Thread-safe but for its settings.
class FakeConsole final : public app::Console {
public:
    void out(std::string_view data) override {
        const std::lock_guard lock(mutex_);
        data_ += data;
        changed_.notify_all();
    }
    void flush() override {}
    void err(std::string_view talk) noexcept override {
        const std::lock_guard lock(mutex_);
        talk_ += talk;
        changed_.notify_all();
    }
    [[nodiscard]] bool isWatched() const override { return watched; }
    [[nodiscard]] bool isColoured() const override { return coloured; }
    [[nodiscard]] unsigned columns() const override { return width; }
    std::optional<base::SecretBytes> askSecret(const std::string&) override {
        const auto answer = nextAnswer();
        return answer ? std::optional<base::SecretBytes>(*answer) : std::nullopt;
    }
    std::optional<std::string> askLine(const std::string&) override { return nextAnswer(); }

    [[nodiscard]] std::string data() const {
        const std::lock_guard lock(mutex_);
        return data_;
    }
    [[nodiscard]] std::string talk() const {
        const std::lock_guard lock(mutex_);
        return talk_;
    }
    /// Waits until something of the kind was printed.
    std::string waitForData() { return waitFor(data_); }
    std::string waitForTalk() { return waitFor(talk_); }

    bool watched = false;
    bool coloured = false;
    unsigned width = 100;
    std::deque<std::string> answers;  // none: there is no terminal to ask on

private:
    std::string waitFor(const std::string& text) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !text.empty(); });
        return text;
    }
    std::optional<std::string> nextAnswer() {
        if (answers.empty()) return std::nullopt;
        std::string answer = answers.front();
        answers.pop_front();
        return answer;
    }

    mutable std::mutex mutex_;  // guards data_ and talk_
    std::condition_variable changed_;
    std::string data_;
    std::string talk_;
};

/// Everything around a command, with an empty folder.
class World final {
public:
    World()
        : around{console,
                 *folder.files,
                 clock,
                 [this](const std::string& name) -> std::optional<std::string> {
                     const auto found = environment.find(name);
                     return found == environment.end() ? std::nullopt : std::optional(found->second);
                 },
                 folder / "config",
                 {}} {}

    int run(const std::vector<std::string>& words) { return app::runCommandLine(words, around); }

    TemporaryFolder folder;
    FakeConsole console;
    ManualClock clock;
    std::map<std::string, std::string> environment;
    app::Surroundings around;
};

/// A command as parsed from words, in a world of its own.
class TypedCommand final {
public:
    explicit TypedCommand(const std::vector<std::string>& words)
        : line_(app::parseCommandLine(words)), command(line_, world.around) {}

private:
    app::CommandLine line_;

public:
    World world;
    app::Command command;
};

/// Runs something that must throw, and hands the error out.
template <typename Work>
base::Error errorOf(const Work& work) {
    try {
        work();
    } catch (const base::Error& error) {
        return error;
    }
    return base::Error(base::ErrorKind::Internal, "NONE", "Nothing was thrown");
}

}  // namespace test
