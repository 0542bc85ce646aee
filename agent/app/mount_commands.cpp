// SPDX-License-Identifier: Apache-2.0
// mount_commands.cpp: mount.
#include <algorithm>

#include "agent/app/commands.hpp"
#include "agent/app/vault_access.hpp"
#include "agent/mount/vault_tree.hpp"
#include "platform/base/text.hpp"
#include "platform/mount_host.hpp"
#include "platform/process.hpp"

namespace app {

int mountVault(Command& command) {
    const OpenedVault opened = openVault(command, vault::Vault::JournalNeed::Optional);
    platform::MountOptions options;
    options.folder = command.around.fileSystem.absolutePath(command.line.operands[0]);
    options.source = opened.path;
    options.isForEverybody = command.line.has("allow-other");
    const unsigned processors = platform::processorCount();
    options.threads = std::max(2U, processors);
    mount::VaultTree tree(*opened.vault, command.around.clock, processors);
    const auto onMounted = [&] {
        if (command.isJson) {
            base::JsonWriter json;
            json.beginObject().member("type", "mounted").member("schema", 1).member("folder", options.folder);
            command.print(json.endObject());
        }
        command.say("The vault is mounted at '" + base::printable(options.folder) + "'. Ctrl-C unmounts it.");
    };
    platform::runMount(tree, options, onMounted, command.around.cancel);
    if (command.isJson) {
        base::JsonWriter json;
        json.beginObject().member("type", "result").member("schema", 1).member("folder", options.folder);
        json.member("peakMemoryBytes", platform::peakMemoryBytes());
        command.print(json.endObject());
    }
    command.say("Unmounted.");
    return kDone;
}

}  // namespace app
