// SPDX-License-Identifier: Apache-2.0
// token_commands.cpp: token create, list, revoke.
#include "agent/app/agent_api.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/text_table.hpp"
#include "platform/base/text.hpp"

namespace app {

using api::Method;

int createTokenCommand(Command& command) {
    base::JsonWriter json;
    json.beginObject().member("name", command.line.operands.front());
    json.member("scope", command.line.value("scope").value_or("read"));
    if (const auto days = command.line.number("days")) json.member("days", *days);
    json.endObject();
    const api::Answer answer = askAgent(command, Method::Post, "/tokens", json.text());
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    const auto made = json::JsonObject::parse(answer.body);
    command.print(made ? made->text("token").value_or("") : "");
    command.say("This is shown once. Programs send it as 'Authorization: Bearer TOKEN'.");
    return kDone;
}

int listTokensCommand(Command& command) {
    const api::Answer answer = askAgent(command, Method::Get, "/tokens");
    printAnswer(command, answer);
    if (command.isJson) return kDone;
    TextTable table({{"NAME"}, {"SCOPE"}, {"MADE"}, {"EXPIRES"}});
    for (const json::JsonObject& token : askForAll(command, "/tokens")) {
        table.add({base::printable(token.text("name").value_or("")), token.text("scope").value_or(""),
                   localMoment(token, "made"), localMoment(token, "expires")});
    }
    command.around.console.out(table.text());
    return kDone;
}

int revokeTokenCommand(Command& command) {
    printAnswer(command, askAgent(command, Method::Delete, "/tokens/" + command.line.operands.front()));
    command.say("The token is of no use any more.");
    return kDone;
}

}  // namespace app
