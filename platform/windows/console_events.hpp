// SPDX-License-Identifier: Apache-2.0
// console_events.hpp: undoes what cancelOnInterrupt() does, for services.
#pragma once

namespace platform::windows {

/// Console events cancel nothing from here on. A service must not listen to them: Windows tells it of
/// everybody who logs off, which is no reason to stop, and has controls of its own for a stop and a shutdown.
void leaveConsoleEvents() noexcept;

}  // namespace platform::windows
