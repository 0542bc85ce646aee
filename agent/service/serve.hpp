// SPDX-License-Identifier: Apache-2.0
// serve.hpp: the body of the service: a catalogue, the work loop, and the end of both.
#pragma once

#include <functional>
#include <string>

#include "agent/service/job_process.hpp"
#include "agent/service/search_updates.hpp"
#include "platform/service_host.hpp"
#include "platform/system_log.hpp"

namespace service {

struct ServeSettings {
    std::string configFolder;  // absolute; the vault book lies there, and what opens secrets
    const config::UnlockKeeper* unlockKeeper = nullptr;  // not owned, and needed
    std::string stateFolder;  // absolute; the catalogue and files of running jobs lie there
    std::string client;       // what this machine's backups are called by; alerts say so
    JobProcessSettings jobs;  // its folder is set from the one above
    unsigned mostRunning = 2;
    SearchUpdates::Damaged damagedIndexes = [] { return std::set<std::string>(); };  // as in WorkLoopParts
    std::function<std::string()> note;  // what each status says besides; nothing when there is none
    /// Hears of starts and ends, of jobs and of the service, for a log of the service's own.
    std::function<void(const std::string& line)> record = [](const std::string&) {};
};

/// Runs until the host is asked to stop, then ends the jobs; returns 0. Throws Error: Busy ("JOB-0007") when
/// another service works with the folder, and what the catalogue throws when it cannot be used. Later trouble
/// with it, such as a full disk, is shown as the service's status, and tried again.
int serve(const platform::FileSystem& fileSystem, const platform::Clock& clock, ServeSettings settings,
          platform::ServiceHost& host, platform::SystemLog& log);

/// True while a service works with the folder.
bool isServing(const platform::FileSystem& fileSystem, const std::string& stateFolder);

}  // namespace service
