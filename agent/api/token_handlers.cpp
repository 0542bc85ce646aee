// SPDX-License-Identifier: Apache-2.0
// token_handlers.cpp: tokens by which programs use the API.
#include "agent/api/call.hpp"
#include "agent/api/input.hpp"
#include "agent/api/output.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/config/token_book.hpp"
#include "platform/base/given_name.hpp"
#include "platform/base/text.hpp"

namespace api {

namespace {

constexpr unsigned kMostDays = 3650;

config::TokenBook bookOf(const Call& call) { return {call.parts.fileSystem, call.parts.configFolder}; }

/// All but what it is known by.
void writeToken(base::JsonWriter& json, const config::Token& token) {
    json.member("name", token.name).member("scope", toString(token.scope));
    writeMoment(json, "made", token.made);
    writeMoment(json, "expires", token.expires);
}

}  // namespace

Answer listTokens(const Call& call) {
    return listAnswer(
        [&](base::JsonWriter& json) {
            for (const config::Token& token : bookOf(call).list()) {
                json.beginObject();
                writeToken(json, token);
                json.endObject();
            }
        },
        std::nullopt);
}

Answer addToken(const Call& call) {
    std::vector<scheduler::RefusedField> refused;
    Input input(call.body(), refused);
    input.allowOnly({"name", "scope", "days"});
    config::Token token;
    token.name = input.text("name");
    if (const auto fault = base::faultOfName("token", token.name)) input.refuse("name", *fault);
    const auto scope = config::scopeNamed(input.text("scope"));
    if (!scope) input.refuse("scope", "It is 'read', 'operate', 'restore' or 'admin'.");
    const unsigned days = input.numberOr("days", 0);
    if (input.has("days") && (days < 1 || days > kMostDays))
        input.refuse("days",
                     "Give a number of days from 1 to 3650, or none for a token that does not expire.");
    catalogue::refuse(refused);
    token.scope = *scope;
    token.made = call.now;
    if (days != 0) token.expires = call.now + std::chrono::days(days);
    std::string text = bookOf(call).add(token.name, token.scope, token.made, token.expires);
    base::JsonWriter json;
    json.beginObject();
    writeToken(json, token);
    json.member("token", text).endObject();
    base::wipe(text.data(), text.size());
    return answerWith(json, 201);
}

Answer revokeToken(const Call& call) {
    const std::string& name = call.fromPath.at(0);
    if (!bookOf(call).remove(name)) catalogue::throwNotThere("token '" + base::printable(name) + "'");
    Answer answer;
    answer.status = 204;
    return answer;
}

}  // namespace api
