// SPDX-License-Identifier: Apache-2.0
#include "agent/service/point_deletion.hpp"

#include <algorithm>

#include "platform/base/given_name.hpp"

namespace service {

using catalogue::Job;
using catalogue::JobState;
using std::chrono::sys_seconds;

namespace {

/// So many failures in a row lead to the longest wait.
constexpr std::int64_t kRecentDeletions = 10;

std::chrono::seconds waitAfter(const std::vector<Job>& latest) {
    if (latest.front().state == JobState::Cancelled) return kLongestDeletionWait;
    if (latest.front().state != JobState::Failed) return kBetweenDeletions;
    std::chrono::minutes wait = kFirstDeletionWait;
    for (auto job = std::next(latest.begin()); job != latest.end() && job->state == JobState::Failed; ++job)
        wait *= 2;
    return std::min<std::chrono::seconds>(wait, kLongestDeletionWait);
}

/// When a vault may be tried again, by its latest deletions, the newest first.
sys_seconds turnOf(const std::vector<Job>& latest, sys_seconds now) {
    if (latest.empty()) return now;
    const auto& ended = latest.front().ended;
    if (!ended) return sys_seconds::max();  // its end is looked at
    if (*ended > now) return now;           // the clock was set back, and nobody waits for that long
    return *ended + waitAfter(latest);
}

/// Jobs bear a client's name: that of a plan that uses the vault, else of whoever made a point in it.
std::string clientOf(catalogue::Catalogue& catalogue, const std::string& vault) {
    for (const catalogue::Plan& plan : catalogue.plans().list()) {
        if (plan.settings.vault == vault) return plan.settings.client;
    }
    catalogue::PointFilter filter;
    filter.vault = vault;
    filter.isToBeDeleted = true;
    filter.most = 1;
    const auto points = catalogue.points().list(filter);
    const bool isName = !points.empty() && !base::faultOfName("client", points.front().client);
    return isName ? points.front().client : "hbr";
}

}  // namespace

sys_seconds queueDeletions(catalogue::Catalogue& catalogue, sys_seconds now) {
    auto jobs = catalogue.jobs();
    sys_seconds lookAgain = sys_seconds::max();
    for (const std::string& vault : catalogue.points().vaultsWithMarks()) {
        const auto latest =
            jobs.list({.kind = catalogue::JobKind::Prune, .vault = vault, .most = kRecentDeletions});
        const sys_seconds turn = turnOf(latest, now);
        if (turn > now) {
            lookAgain = std::min(lookAgain, turn);
            continue;
        }
        catalogue::NewJob job;
        job.kind = catalogue::JobKind::Prune;
        job.vault = vault;
        job.client = clientOf(catalogue, vault);
        jobs.add(job, now);
    }
    return lookAgain;
}

std::vector<vault::PointId> pointsToDelete(catalogue::Catalogue& catalogue, const std::string& vault) {
    catalogue::PointFilter filter;
    filter.vault = vault;
    filter.isToBeDeleted = true;
    std::vector<vault::PointId> ids;
    for (const auto& point : catalogue.points().list(filter)) ids.push_back(point.id);
    return ids;
}

}  // namespace service
