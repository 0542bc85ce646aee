// SPDX-License-Identifier: Apache-2.0
// job_notices.hpp: what of jobs and plans is for the system's log.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "agent/catalogue/jobs.hpp"
#include "agent/service/notices.hpp"

namespace service {

/// One line that says that a job starts, and how it ended, with its number.
std::string startText(const catalogue::Job& job);
std::string endText(const catalogue::Job& job, const catalogue::JobEnd& end);

/// The subject of tellSetBack().
inline constexpr const char* kSetBackSubject = "clock set back";

/// Tells how a job ended if it failed or has faults; one that completed is the end of what was wrong before.
/// A job that somebody cancelled is nothing.
void tellEnd(Notices& notices, const catalogue::Job& job, const catalogue::JobEnd& end);

/// Tells that runs of a plan were missed and one makes up for them, or, with 0, that one came in time.
void tellMissed(Notices& notices, const catalogue::Plan& plan, const std::string& text, std::uint64_t missed);

/// Tells that a plan's runs lie in the future: the clock was wrong before, or is now.
void tellSetBack(Notices& notices);

/// Tells that the clock jumped, or that it is trusted again.
void tellTrust(Notices& notices, bool isClockTrusted);

/// Tells that jobs of these vaults wait for the logon password, or that none does any more.
void tellLocked(Notices& notices, const std::set<std::string>& vaults);

}  // namespace service
