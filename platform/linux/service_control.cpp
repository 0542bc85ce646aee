// SPDX-License-Identifier: Apache-2.0
#include "platform/service_control.hpp"

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace platform {

namespace {

base::Error unitError(const std::string& verb, const std::string& name) {
    const std::string unit = base::printable(name) + ".service";
    return {base::ErrorKind::Unsupported, "SERVICE-0008",
            "Could not " + verb + " the service '" + base::printable(name) +
                "' - on Linux a unit file of systemd does that, not the program",
            "Put '" + unit +
                "' into /etc/systemd/system or take it away, run 'systemctl daemon-reload', and use "
                "'systemctl enable --now' or 'systemctl disable --now' with its name.",
            base::Retry::Never};
}

}  // namespace

std::vector<std::string> installService(const ServiceRegistration& service) {
    throw unitError("install", service.name);
}

std::vector<std::string> repairService(const ServiceRegistration& service) {
    throw unitError("repair", service.name);
}

void removeService(const std::string& name) { throw unitError("remove", name); }

}  // namespace platform
