// SPDX-License-Identifier: Apache-2.0
// job_words.hpp: what a job is to do, as the command line that does it.
//
// A job is the program itself with the words that a person would type, so that whatever the service does can
// be tried by hand, and there is one way to make a backup.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/catalogue/plans.hpp"
#include "agent/catalogue/restores.hpp"
#include "agent/vault/point_record.hpp"

namespace service {

/// The words, without the program, of a plan's backup. Its points bear catalogue::planMark(). Throws Error
/// (Invalid, "JOB-0002") for an option that the connector does not have: options reach the catalogue from
/// outside, and must not become other options of the program.
std::vector<std::string> backupWords(const catalogue::Plan& plan);

/// The words of a restore from a vault.
std::vector<std::string> restoreWords(const std::string& vault, const catalogue::RestoreRequest& request);

/// True for the words of a restore, which needs rights that other jobs do without.
bool isRestore(const std::vector<std::string>& words) noexcept;

/// The words of what lists a folder in a restore point, some entries at a time: those behind the entry
/// `after`, the first ones when that is empty. Folder and entry are keys; the empty one is the root.
std::vector<std::string> browseWords(const std::string& vault, const vault::PointId& point,
                                     const std::string& folder, const std::string& after, std::uint64_t most);

/// The words of a job that deletes points from a vault and gives their room back; without points it only
/// gives back what there is.
std::vector<std::string> deletionWords(const std::string& vault, const std::vector<vault::PointId>& points);

/// The words of what lists all points of a vault, as the vault keeps them.
std::vector<std::string> listingWords(const std::string& vault);

/// The words of what brings the index of a vault's paths up to date.
std::vector<std::string> searchUpdateWords(const std::string& vault);

}  // namespace service
