// SPDX-License-Identifier: Apache-2.0
#include "agent/service/folder_browser.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "agent/service/job_words.hpp"
#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"

namespace service {

using std::chrono::milliseconds;

namespace {

using SteadyClock = std::chrono::steady_clock;

/// More than any part of a folder says; what says more has gone wrong.
constexpr std::size_t kMostOutputBytes = 64 * base::kMiB;

/// One of those that may look at once, for as long as this is there.
class Turn final {
public:
    Turn(std::atomic<unsigned>& running, unsigned most) : running_(running) {
        if (running_.fetch_add(1) < most) return;
        running_.fetch_sub(1);
        throw base::Error(base::ErrorKind::Unavailable, "JOB-0011",
                          std::to_string(most) + " folders of restore points are being looked into already",
                          "Try again in a few seconds.", base::Retry::Later);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { running_.fetch_sub(1); }

private:
    std::atomic<unsigned>& running_;
};

[[noreturn]] void throwTooLong(const std::string& vault, milliseconds mostTime) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(mostTime).count();
    throw base::Error(base::ErrorKind::Unavailable, "JOB-0010",
                      "The vault '" + vault + "' did not tell within " + std::to_string(seconds) +
                          " seconds what is in the folder",
                      "It is slow or cannot be reached: try again, or look with 'hbr browse'.",
                      base::Retry::Later);
}

std::string outputOf(platform::ChildProcess& child, const std::string& vault, milliseconds mostTime) {
    const auto end = SteadyClock::now() + mostTime;
    std::string output;
    std::array<base::Byte, 16 * base::kKiB> buffer{};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(end - SteadyClock::now());
        const auto got = child.readOutput(buffer, std::max(left, milliseconds(0)));
        if (!got || output.size() > kMostOutputBytes) throwTooLong(vault, mostTime);
        if (*got == 0) return output;
        output += base::asText(base::ByteView(buffer).first(*got));
    }
}

[[noreturn]] void throwWhatItSays(const json::JsonObject& said) {
    const auto kind = base::errorKindNamed(said.text("kind").value_or(""));
    throw base::Error(kind.value_or(base::ErrorKind::Internal), said.text("code").value_or("JOB-0001"),
                      said.text("message").value_or(""), said.text("hint").value_or(""));
}

/// Lines that are no JSON are sentences for people, such as warnings.
FolderPart partFrom(std::string_view output) {
    FolderPart part;
    while (!output.empty()) {
        const std::string line(output.substr(0, output.find('\n')));
        output.remove_prefix(std::min(output.size(), line.size() + 1));
        const auto said = line.starts_with('{') ? json::JsonObject::parse(line) : std::nullopt;
        const std::string type = said ? said->text("type").value_or("") : "";
        if (type == "object") part.entries.push_back(*said);
        if (type == "error") throwWhatItSays(*said);
        if (type != "result") continue;
        part.next = said->text("next");
        return part;
    }
    throw base::Error(base::ErrorKind::Unavailable, "JOB-0001",
                      "The process that looked into the folder ended without a word", "Try again.",
                      base::Retry::Later);
}

}  // namespace

FolderPart FolderBrowser::look(const WantedFolder& wanted) {
    const Turn turn(running_, kMostAtOnce);
    const std::string name = "browse-" + vault::randomId<vault::PointId>().hex();
    const auto words = browseWords(wanted.vault, wanted.point, wanted.folder, wanted.after, wanted.most);
    const StartedJob started(fileSystem_, settings_, name, words);
    return partFrom(outputOf(started.child(), wanted.vault, mostTime_));
}

}  // namespace service
