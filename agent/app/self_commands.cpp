// SPDX-License-Identifier: Apache-2.0
// self_commands.cpp: what the program says of itself: completion, man, version.
#include "agent/app/command.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/completion.hpp"
#include "agent/app/help_text.hpp"
#include "agent/app/man_page.hpp"

namespace app {

int printCompletion(Command& command) {
    command.around.console.out(completionScript(command.line.operands[0]));
    return kDone;
}

int printManPage(Command& command) {
    command.around.console.out(manPage());
    return kDone;
}

int printVersion(Command& command) {
    if (!command.isJson) {
        command.around.console.out(versionText());
        return kDone;
    }
    base::JsonWriter json;
    json.beginObject()
        .member("type", "result")
        .member("schema", 1)
        .member("version", HBR_VERSION)
        .endObject();
    command.print(json);
    return kDone;
}

}  // namespace app
