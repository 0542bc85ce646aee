// SPDX-License-Identifier: Apache-2.0
// agent_api.hpp: asks this machine's agent, by the handlers that the page uses, too.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/api/request.hpp"
#include "agent/app/command.hpp"
#include "agent/json/json_object.hpp"
#include "agent/service/job_process.hpp"
#include "platform/base/error.hpp"

namespace app {

/// How processes of jobs are started.
service::JobProcessSettings jobSettings(const std::string& stateFolder);

using Query = std::map<std::string, std::string>;

/// `path` is below /api/v1. An answer may tell of an error.
api::Answer answerOfAgent(Command& command, api::Method method, const std::string& path,
                          const std::string& body = {}, const Query& query = {});

/// The Error that an answer tells; its status is 400 or more.
base::Error errorOf(const api::Answer& answer);

/// Throws the Error that the answer tells, if it tells one.
api::Answer askAgent(Command& command, api::Method method, const std::string& path,
                     const std::string& body = {}, const Query& query = {});

/// The same, for answers that are an object.
json::JsonObject askForObject(Command& command, api::Method method, const std::string& path,
                              const std::string& body = {}, const Query& query = {});

/// All items of a list, page by page. `query` narrows it down.
std::vector<json::JsonObject> askForAll(Command& command, const std::string& path, Query query = {});

/// An answer's body with --json, as a line.
void printAnswer(Command& command, const api::Answer& answer);

/// The path of what a person calls so: "/policies/7", "/plans/ab..". `list` is "/policies" or "/plans".
/// Throws Error (NotFound, "CLI-0024") when nothing has the name.
std::string pathOfNamed(Command& command, const std::string& list, const std::string& name);

/// A moment of the API as this machine's clocks show it; "-" for none.
std::string localMoment(const json::JsonObject& object, const char* name);

}  // namespace app
