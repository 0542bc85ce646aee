// SPDX-License-Identifier: Apache-2.0
#include "platform/known_paths.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "platform/base/error.hpp"
#include "platform/process.hpp"

namespace platform {

namespace {

/// The user's home folder, without a '/' at its end. Throws Error.
std::string homeFolder() {
    std::optional<std::string> home = environmentVariable("HOME");
    if (!home || home->empty() || home->front() != '/') {
        std::array<char, 16384> texts;
        struct passwd entry = {};
        struct passwd* found = nullptr;
        const bool isKnown = ::getpwuid_r(::geteuid(), &entry, texts.data(), texts.size(), &found) == 0 &&
                             found != nullptr && found->pw_dir != nullptr && found->pw_dir[0] == '/';
        if (!isKnown) {
            throw base::Error(base::ErrorKind::NotFound, "PATHS-0001", "This user has no home folder",
                              "Set HBR_CONFIG_DIR and HBR_STATE_DIR to folders that hbr may use.");
        }
        home = found->pw_dir;
    }
    while (home->size() > 1 && home->back() == '/') home->pop_back();
    return *home;
}

struct FolderRule {
    const char* ownVariable;
    const char* machineFolder;
    const char* xdgVariable;
    const char* belowHome;
};

std::string folderBy(const FolderRule& rule) {
    if (const auto own = environmentVariable(rule.ownVariable); own && !own->empty()) return *own;
    if (::geteuid() == 0) return rule.machineFolder;
    // The XDG rules say that a relative path counts as not set.
    const auto xdg = environmentVariable(rule.xdgVariable);
    if (xdg && !xdg->empty() && xdg->front() == '/') return *xdg + "/hbr";
    return homeFolder() + rule.belowHome;
}

}  // namespace

std::string configFolder() {
    return folderBy({"HBR_CONFIG_DIR", "/etc/hbr", "XDG_CONFIG_HOME", "/.config/hbr"});
}

std::string stateFolder() {
    return folderBy({"HBR_STATE_DIR", "/var/lib/hbr", "XDG_STATE_HOME", "/.local/state/hbr"});
}

}  // namespace platform
