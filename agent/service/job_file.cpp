// SPDX-License-Identifier: Apache-2.0
#include "agent/service/job_file.hpp"

#include <algorithm>

#include "agent/config/settings_text.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/new_file.hpp"
#include "platform/read_fully.hpp"

namespace service {

namespace {

constexpr std::string_view kFirstLine = "hbr-job 1";
constexpr std::string_view kWord = "word";

}  // namespace

void writeJobFile(const platform::FileSystem& fileSystem, const std::string& path,
                  const std::vector<std::string>& words) {
    config::Settings lines;
    for (const std::string& word : words) lines.emplace_back(kWord, word);
    platform::writeNewFile(fileSystem, path, base::asBytes(config::formatSettings(kFirstLine, lines)));
}

std::vector<std::string> readJobFile(const platform::FileSystem& fileSystem, const std::string& path) {
    const auto file = fileSystem.openForReading(path);
    base::Bytes content(static_cast<std::size_t>(file->status().sizeBytes));
    content.resize(platform::readFully(*file, 0, content));
    const auto lines = config::parseSettings(kFirstLine, base::asText(content));
    const bool isGood =
        lines && std::ranges::all_of(*lines, [](const auto& line) { return line.first == kWord; });
    if (!isGood) {
        throw base::Error(base::ErrorKind::Invalid, "JOB-0003",
                          "'" + base::printable(path) + "' holds no job",
                          "The service makes such files for its jobs; nothing is done with this one.");
    }
    std::vector<std::string> words;
    for (const auto& line : *lines) words.push_back(line.second);
    return words;
}

}  // namespace service
