// SPDX-License-Identifier: Apache-2.0
// service_commands.cpp: service run, and service job, by which it starts its jobs.
#include <chrono>
#include <cstdlib>
#include <thread>

#include "agent/app/commands.hpp"
#include "agent/app/run.hpp"
#include "agent/service/job_file.hpp"
#include "agent/service/serve.hpp"
#include "platform/base/error.hpp"
#include "platform/known_paths.hpp"
#include "platform/process.hpp"
#include "platform/service_host.hpp"
#include "platform/system_log.hpp"

namespace app {

namespace {

/// The name by which systems know the service.
constexpr const char* kServiceName = "hbr";

/// Longer than the service waits: it is the one to use force, unless it is gone.
constexpr std::chrono::minutes kMostTimeToStop{2};

/// Stops the job when the service ends its input: because it is to, or because the service is gone.
void stopAtEndOfInput(const base::CancelToken& cancel) {
    std::thread([cancel] {
        platform::awaitEndOfInput();
        cancel.cancel();
        std::this_thread::sleep_for(kMostTimeToStop);
        std::_Exit(kInterrupted);
    }).detach();
}

}  // namespace

int runServiceCommand(Command& command) {
    service::ServeSettings settings;
    settings.stateFolder = command.around.fileSystem.absolutePath(platform::stateFolder());
    settings.jobs.program = {platform::programPath(), "service", "job"};
    return platform::runService(kServiceName, command.around.cancel,
                                [&](platform::ServiceHost& host, const base::CancelToken& /*stop*/) {
                                    const auto log = platform::openSystemLog(kServiceName);
                                    return service::serve(command.around.fileSystem, command.around.clock,
                                                          settings, host, *log);
                                });
}

int runServiceJob(Command& command) {
    const auto words = service::readJobFile(command.around.fileSystem, command.line.operands.front());
    if (!words.empty() && words.front() == "service") {
        throw base::Error(base::ErrorKind::Invalid, "JOB-0003", "A job cannot be a service",
                          "The service makes files of jobs; nothing is done with this one.");
    }
    stopAtEndOfInput(command.around.cancel);
    return runCommandLine(words, command.around);
}

}  // namespace app
