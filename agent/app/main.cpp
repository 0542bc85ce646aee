// SPDX-License-Identifier: Apache-2.0
// main.cpp: the edge between the system and the program; nothing gets past it.
#include "agent/app/run.hpp"
#include "platform/base/error.hpp"
#include "platform/known_paths.hpp"
#include "platform/process.hpp"

int main(int argumentCount, char** arguments) {
    try {
        platform::prepareStandardStreams();
        const base::CancelToken cancel;
        platform::cancelOnInterrupt(cancel);
        const auto console = app::makeConsole();
        const auto fileSystem = platform::makeFileSystem();
        const auto clock = platform::makeSystemClock();
        app::Surroundings around{
            *console, *fileSystem, *clock, platform::environmentVariable, platform::configFolder(), cancel};
        return app::runCommandLine(platform::programArguments(argumentCount, arguments), around);
    } catch (...) {
        return app::refuseToStart(base::currentError());
    }
}
