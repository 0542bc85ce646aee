// SPDX-License-Identifier: Apache-2.0
// api.hpp: all that people and their programs can ask of the agent, as agent/doc/openapi.json describes it.
//
// The page's server and the command line hand in requests alike, each in its own process: what is asked for
// goes through the catalogue, from which the service takes it. So there is one way to do a thing, and it
// works while no service runs.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/api/request.hpp"
#include "agent/config/unlock_key.hpp"
#include "agent/service/folder_browser.hpp"
#include "platform/clock.hpp"
#include "platform/file_system.hpp"
#include "platform/time_zone.hpp"

namespace api {

/// What the API works with. References are not owned and outlive it.
struct ApiParts {
    const platform::FileSystem& fileSystem;
    const platform::Clock& clock;
    std::string configFolder;  // absolute; the vault book lies there
    std::string stateFolder;   // absolute; the catalogue and what the service tells of jobs lie there
    std::function<platform::TimeZone()> timeZone = platform::systemTimeZone;
    /// A running service's; it learns there of a key that a registration made. Not owned.
    config::UnlockKeeper* unlockKeeper = nullptr;
    /// Lists a folder of a restore point, from any thread. Empty: that cannot be asked for.
    std::function<service::FolderPart(const service::WantedFolder& wanted)> lookIntoFolder = {};
};

/// Thread-safe.
class Api final {
public:
    explicit Api(ApiParts parts);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Never throws: what fails is an answer of its own, as problem.hpp writes it.
    [[nodiscard]] Answer handle(const Request& request) noexcept;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace api
