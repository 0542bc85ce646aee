// SPDX-License-Identifier: Apache-2.0
// job_words.hpp: what a plan wants, as the command line that does it.
//
// A job is the program itself with the words that a person would type, so that whatever the service does can
// be tried by hand, and there is one way to make a backup.
#pragma once

#include <string>
#include <vector>

#include "agent/catalogue/plans.hpp"

namespace service {

/// The words, without the program, of a plan's backup. Its points bear catalogue::planMark(). Throws Error
/// (Invalid, "JOB-0002") for an option that the connector does not have: options reach the catalogue from
/// outside, and must not become other options of the program.
std::vector<std::string> backupWords(const catalogue::Plan& plan);

}  // namespace service
