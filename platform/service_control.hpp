// SPDX-License-Identifier: Apache-2.0
// service_control.hpp: makes a program known to the system as a service, and lets the system forget it.
#pragma once

#include <string>
#include <vector>

namespace platform {

/// What the system is to know of a service.
struct ServiceRegistration {
    std::string name;         // short, without blanks and slashes
    std::string displayName;  // what lists of services show
    std::string description;  // some lines for people
    /// The whole path of the program, then its arguments.
    std::vector<std::string> commandLine;
};

/// Registers a service of Windows, which starts with the system, some minutes after what it needs (delayed
/// automatic start), as LocalSystem with a SID of the service's own and the privileges that backups need.
/// After a failure, which any exit code but 0 is, it is started again after 1, 5 and then always 15 minutes;
/// a day without failure begins anew with 1. A shutdown waits up to 3 minutes for it. Makes it a source of
/// the event log, whose sentences are in its program (system_log.hpp). Does not start it.
///
/// Returns one sentence for each setting that this version of Windows does not know; the service works
/// without. Throws Error and leaves nothing behind: Exists ("SERVICE-0006"), Denied ("SERVICE-0004") without
/// the rights of an Administrator, Busy ("SERVICE-0007") while one of that name is being removed, Invalid
/// ("SERVICE-0009") for a name or program that cannot be one, Unavailable ("SERVICE-0010") for all else; the
/// source of the event log may be refused by itself ("LOG-0001" and "LOG-0002").
///
/// On Linux a service is registered by a unit file, which the installation brings and not the program: there
/// this and the next two throw Error (Unsupported, "SERVICE-0008").
std::vector<std::string> installService(const ServiceRegistration& service);

/// Sets everything that installService() sets anew, whoever changed it since. What runs goes on; some
/// settings count from the next start. Throws as that does, and NotFound ("SERVICE-0005").
std::vector<std::string> repairService(const ServiceRegistration& service);

/// Asks the service to stop, if it runs, and takes it off the system's list, which happens when it has
/// stopped, and off that of the event log's sources. Does not wait for that. Throws Error: NotFound
/// ("SERVICE-0005"), and as above.
void removeService(const std::string& name);

}  // namespace platform
