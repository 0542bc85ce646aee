// SPDX-License-Identifier: Apache-2.0
#include "agent/app/agent_api.hpp"

#include <utility>

#include "agent/api/api.hpp"
#include "agent/app/nearest_name.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/known_paths.hpp"
#include "platform/process.hpp"

namespace app {

namespace {

constexpr const char* kRoot = "/api/v1";
constexpr const char* kPageItems = "1000";

json::JsonObject requireObject(const std::string& text) {
    auto object = json::JsonObject::parse(text);
    if (!object) {
        throw base::Error(base::ErrorKind::Internal, "CLI-0025",
                          "The agent answered with something else than JSON",
                          "Report it with the steps that led there.");
    }
    return std::move(*object);
}

}  // namespace

service::JobProcessSettings jobSettings(const std::string& stateFolder) {
    service::JobProcessSettings settings;
    settings.program = {platform::programPath(), "service", "job"};
    settings.folder = stateFolder + "/jobs";
    return settings;
}

base::Error errorOf(const api::Answer& answer) {
    const json::JsonObject problem = requireObject(answer.body);
    const auto kind = base::errorKindNamed(problem.text("kind").value_or(""));
    base::Error error(kind.value_or(base::ErrorKind::Internal), problem.text("code").value_or("CLI-0025"),
                      problem.text("title").value_or(""), problem.text("hint").value_or(""));
    const auto context = problem.object("context");
    if (!context) return error;
    for (const std::string& name : context->names()) error.addContext(name, context->text(name).value_or(""));
    return error;
}

api::Answer answerOfAgent(Command& command, api::Method method, const std::string& path,
                          const std::string& body, const Query& query) {
    platform::FileSystem& fileSystem = command.around.fileSystem;
    const std::string stateFolder = fileSystem.absolutePath(platform::stateFolder());
    service::FolderBrowser browser(fileSystem, jobSettings(stateFolder));
    api::ApiParts parts{fileSystem, command.around.clock,
                        fileSystem.absolutePath(command.around.configFolder), stateFolder};
    parts.lookIntoFolder = [&browser](const service::WantedFolder& wanted) { return browser.look(wanted); };
    api::Api agent(std::move(parts));
    api::Request request;
    request.method = method;
    request.path = kRoot + path;
    request.body = body;
    request.query = query;
    return agent.handle(request);
}

api::Answer askAgent(Command& command, api::Method method, const std::string& path, const std::string& body,
                     const Query& query) {
    api::Answer answer = answerOfAgent(command, method, path, body, query);
    if (answer.status >= 400) throw base::Error(errorOf(answer));
    return answer;
}

json::JsonObject askForObject(Command& command, api::Method method, const std::string& path,
                              const std::string& body, const Query& query) {
    return requireObject(askAgent(command, method, path, body, query).body);
}

std::vector<json::JsonObject> askForAll(Command& command, const std::string& path, Query query) {
    std::vector<json::JsonObject> all;
    query.try_emplace("limit", kPageItems);
    for (;;) {
        const json::JsonObject page = askForObject(command, api::Method::Get, path, {}, query);
        auto items = page.objects("items").value_or(std::vector<json::JsonObject>());
        std::ranges::move(items, std::back_inserter(all));
        const auto next = page.text("next");
        if (!next) return all;
        query["cursor"] = *next;
    }
}

void printAnswer(Command& command, const api::Answer& answer) {
    if (command.isJson && !answer.body.empty()) command.print(answer.body);
}

namespace {

/// What a list has, for sentences.
std::string itemOf(std::string_view list) {
    if (list == "/plans") return "plan";
    return list == "/policies" ? "policy" : "target of alerts";
}

}  // namespace

std::string pathOfNamed(Command& command, const std::string& list, const std::string& name) {
    std::vector<std::string> names;
    for (const json::JsonObject& item : askForAll(command, list)) {
        names.push_back(item.text("name").value_or(""));
        if (names.back() != name) continue;
        const auto number = item.number("id");
        return list + "/" + (number ? std::to_string(*number) : item.text("id").value_or(""));
    }
    const std::string near = nearestName(name, names);
    throw base::Error(base::ErrorKind::NotFound, "CLI-0024",
                      "There is no " + itemOf(list) + " named '" + base::printable(name) + "'" +
                          (near.empty() ? "" : "; did you mean '" + base::printable(near) + "'?"),
                      "The list of them shows their names.");
}

std::string localMoment(const json::JsonObject& object, const char* name) {
    const auto text = object.text(name);
    platform::Timestamp moment;
    if (!text || !platform::parseUtc(*text, moment)) return "-";
    return platform::formatLocal(moment);
}

}  // namespace app
