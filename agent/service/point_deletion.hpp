// SPDX-License-Identifier: Apache-2.0
// point_deletion.hpp: sees to it that points which are marked for deletion leave their vaults.
//
// The marks in the catalogue say what is to be done, and its jobs what was tried: nothing is kept in memory,
// and a service that was killed at any moment goes on from there. A vault has one such job at a time, which
// takes all points that are marked when it starts; those that are gone already are none of its trouble.
#pragma once

#include <chrono>
#include <vector>

#include "agent/catalogue/catalogue.hpp"

namespace service {

/// After a deletion that was done, the next one of the vault waits so long: what is marked meanwhile goes
/// together, for giving room back reads much.
inline constexpr std::chrono::hours kBetweenDeletions{1};
/// After one that failed, whatever the error: points in use, a vault that cannot be reached or that lets
/// nothing be deleted. Doubled with each failure up to the longest, which also follows one that a person
/// cancelled.
inline constexpr std::chrono::minutes kFirstDeletionWait{10};
inline constexpr std::chrono::hours kLongestDeletionWait{24};

/// Queues a job (catalogue::JobKind::Prune) for each vault that has marked points and whose turn it is. Tells
/// when there is a turn again; sys_seconds::max() when nothing is to be deleted or is being deleted.
std::chrono::sys_seconds queueDeletions(catalogue::Catalogue& catalogue, std::chrono::sys_seconds now);

/// The points of a vault that are marked.
std::vector<vault::PointId> pointsToDelete(catalogue::Catalogue& catalogue, const std::string& vault);

}  // namespace service
