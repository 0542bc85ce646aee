// SPDX-License-Identifier: Apache-2.0
#include "agent/service/search_updates.hpp"

#include <algorithm>
#include <utility>

#include "agent/service/job_words.hpp"
#include "platform/base/error.hpp"

namespace service {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

SearchUpdates::SearchUpdates(const platform::Clock& clock, JobStarter start, std::function<void()> wake,
                             Damaged damaged, IsLocked isLocked)
    : clock_(clock),
      start_(std::move(start)),
      wake_(std::move(wake)),
      damaged_(std::move(damaged)),
      isLocked_(std::move(isLocked)) {}

bool SearchUpdates::isWaiting(const std::map<std::string, Vault>::value_type& vault) const {
    return vault.second.due && !(isLocked_ && isLocked_(vault.first));
}

void SearchUpdates::want(const std::set<std::string>& vaults) {
    std::erase_if(vaults_, [&](const auto& known) { return !vaults.contains(known.first); });
    for (const std::string& vault : vaults)
        vaults_.try_emplace(vault, Vault{clock_.steady() + kAfterChange, 0});
}

void SearchUpdates::vaultChanged(const std::string& name) {
    const auto vault = vaults_.find(name);
    if (vault == vaults_.end()) return;
    // One that failed keeps its growing wait: the vault may be gone.
    if (vault->second.failures == 0 && !vault->second.due) vault->second.due = clock_.steady() + kAfterChange;
}

void SearchUpdates::round(bool areJobsRunning) {
    if (running_) takeIn();
    askForDamage();
    if (running_) return;
    const auto now = clock_.steady();
    const auto latest = areJobsRunning ? now - kLongestDelay : now;
    const auto due = std::ranges::find_if(
        vaults_, [&](const auto& vault) { return isWaiting(vault) && *vault.second.due <= latest; });
    if (due != vaults_.end()) start(due->first);
}

void SearchUpdates::askForDamage() {
    if (clock_.steady() < nextLook_) return;
    nextLook_ = clock_.steady() + kBetweenLooks;
    for (const std::string& vault : damaged_())
        if (!running_ || running_->vault != vault) vaultChanged(vault);
}

void SearchUpdates::start(const std::string& vault) {
    // What changes from now on is for the next one.
    vaults_.at(vault).due.reset();
    try {
        running_ = Update{vault, start_(kSearchUpdate, searchUpdateWords(vault), {}, wake_)};
    } catch (const base::Error&) {
        fail(vault);
    }
}

void SearchUpdates::takeIn() {
    const auto end = running_->job->outcome();
    (void)running_->job->takeEvents();  // nobody reads them; they must not fill the memory
    if (!end) return;
    const std::string vault = running_->vault;
    running_.reset();
    if (!vaults_.contains(vault)) return;  // no plan uses it any more
    if (end->state != catalogue::JobState::Completed) return fail(vault);
    vaults_.at(vault).failures = 0;
}

void SearchUpdates::fail(const std::string& name) {
    Vault& vault = vaults_.at(name);
    nanoseconds wait = kFirstWait;
    for (unsigned i = 0; i < vault.failures && wait < kMostWait; ++i) wait *= 2;
    vault.due = clock_.steady() + std::min<nanoseconds>(wait, kMostWait);
    ++vault.failures;
}

milliseconds SearchUpdates::rest() const {
    nanoseconds rest = nextLook_ - clock_.steady();
    if (!running_) {
        for (const auto& vault : vaults_)
            if (isWaiting(vault)) rest = std::min(rest, *vault.second.due - clock_.steady());
    }
    return std::chrono::ceil<milliseconds>(std::max(rest, nanoseconds(0)));
}

void SearchUpdates::stop() {
    vaults_.clear();
    running_.reset();
}

}  // namespace service
