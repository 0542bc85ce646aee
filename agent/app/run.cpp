// SPDX-License-Identifier: Apache-2.0
#include "agent/app/run.hpp"

#include <algorithm>

#include "agent/app/help_text.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace app {

namespace {

base::JsonWriter errorAsJson(const base::Error& error, int exitCode) {
    base::JsonWriter json;
    json.beginObject().member("type", "error").member("schema", 1);
    json.member("code", error.code()).member("kind", base::toString(error.kind()));
    json.member("message", error.message()).member("hint", error.hint());
    json.key("context").beginObject();
    for (const auto& [key, value] : error.context()) json.member(key, value);
    json.endObject().member("exitCode", exitCode).endObject();
    return json;
}

/// One sentence about what happened, with its code, where it happened, and what to do.
std::string errorAsText(const base::Error& error, bool isColoured) {
    const std::string name = isColoured ? "\x1b[31mhbr:\x1b[0m " : "hbr: ";
    return name + base::printable(error.describe()) + '\n';
}

void tell(const base::Error& error, int exitCode, bool isJson, Surroundings& around) noexcept {
    try {
        around.console.err(errorAsText(error, around.console.isColoured()));
        if (isJson) around.console.out(errorAsJson(error, exitCode).text() + '\n');
        around.console.flush();
    } catch (...) {
        // Nobody reads standard output any more; the exit code says the rest.
        static_cast<void>(base::currentError());
    }
}

int runParsed(const CommandLine& line, Surroundings& around) {
    if (line.wantsVersion) {
        around.console.out(versionText());
        return kDone;
    }
    if (line.has("help")) {
        around.console.out(line.verb != nullptr
                               ? verbHelp(*line.verb)
                               : (line.helpNoun.empty() ? programHelp() : nounHelp(line.helpNoun)));
        return kDone;
    }
    Command command(line, around);
    return line.verb->run(command);
}

}  // namespace

int refuseToStart(const base::Error& error) noexcept {
    try {
        platform::writeStandard(platform::StandardStream::Error, errorAsText(error, false));
    } catch (...) {
        // Nobody reads it; the exit code says the rest.
        static_cast<void>(base::currentError());
    }
    return exitCodeOf(error.kind());
}

int runCommandLine(const std::vector<std::string>& words, Surroundings& around) noexcept {
    // A line that cannot be parsed may still have asked for JSON.
    const bool isJson = std::find(words.begin(), words.end(), "--json") != words.end();
    try {
        const CommandLine line = parseCommandLine(words);
        const int exitCode = runParsed(line, around);
        around.console.flush();
        return exitCode;
    } catch (...) {
        const base::Error error = base::currentError();
        const int exitCode = exitCodeOf(error.kind());
        tell(error, exitCode, isJson, around);
        return exitCode;
    }
}

}  // namespace app
