// SPDX-License-Identifier: Apache-2.0
#include "platform/system_log.hpp"

namespace platform {

std::string_view titleOf(LogEvent event) noexcept {
    switch (event) {
        case LogEvent::ServiceStarted:
            return "The service started";
        case LogEvent::ServiceStopped:
            return "The service stopped";
        case LogEvent::ServiceFailed:
            return "The service failed";
        case LogEvent::JobCompleted:
            return "A job completed";
        case LogEvent::JobPartiallyCompleted:
            return "A job completed in part";
        case LogEvent::JobFailed:
            return "A job failed";
        case LogEvent::JobCancelled:
            return "A job was cancelled";
        case LogEvent::JobMissed:
            return "A job was missed";
        case LogEvent::AlertRaised:
            return "Alert";
        case LogEvent::AlertResolved:
            return "Alert resolved";
        case LogEvent::CatalogueDamaged:
            return "The catalogue is damaged";
        case LogEvent::VaultDamaged:
            return "A vault is damaged";
    }
    return {};
}

}  // namespace platform
