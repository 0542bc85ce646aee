// SPDX-License-Identifier: Apache-2.0
// standard_error_log.hpp: a system log that is lines on standard error.
#pragma once

#include <memory>
#include <string>

#include "platform/system_log.hpp"

namespace platform {

/// Who reads the lines: "hbr: error: A job failed: ..." is for a person, "<3>event=12 A job failed: ..." for
/// the journal, which takes the priority before the line off.
enum class LogReader { Person, Journal };

std::unique_ptr<SystemLog> makeStandardErrorLog(std::string name, LogReader reader);

}  // namespace platform
