// SPDX-License-Identifier: Apache-2.0
#include "agent/service/vault_listings.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/service/job_words.hpp"
#include "platform/base/error.hpp"

namespace service {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

/// No job of the catalogue has this number.
constexpr catalogue::JobId kNoJob{0};

/// How often what was listed is taken in.
constexpr milliseconds kWhileListing{1000};

/// Of more no sense can be made here, and they must not fill the memory.
constexpr std::size_t kMostPoints = 1'000'000;

}  // namespace

VaultListings::VaultListings(catalogue::Catalogue& catalogue, const platform::Clock& clock, JobStarter start,
                             std::function<void()> wake, std::function<void(const std::string& vault)> listed,
                             IsLocked isLocked)
    : catalogue_(catalogue),
      clock_(clock),
      start_(std::move(start)),
      wake_(std::move(wake)),
      listed_(std::move(listed)),
      isLocked_(std::move(isLocked)) {}

void VaultListings::want(const std::set<std::string>& vaults) {
    std::erase_if(vaults_, [&](const auto& known) { return !vaults.contains(known.first); });
    for (const std::string& vault : vaults) vaults_.try_emplace(vault, Vault{.next = clock_.steady()});
}

std::vector<VaultListings::Unreached> VaultListings::unreached() const {
    std::vector<Unreached> unreached;
    for (const auto& [name, vault] : vaults_)
        if (vault.failures != 0) unreached.push_back({name, clock_.steady() - vault.failsSince, vault.why});
    return unreached;
}

std::optional<bool> VaultListings::isReached(const std::string& vault) const {
    const auto found = vaults_.find(vault);
    return found == vaults_.end() ? std::nullopt : std::optional(found->second.isReached);
}

void VaultListings::reached(const std::string& vault) {
    const auto found = vaults_.find(vault);
    if (found == vaults_.end()) return;
    found->second.failures = 0;
    found->second.isReached = true;
}

void VaultListings::jobEnded(const std::string& vault) {
    if (running_ && running_->vault == vault) running_->isOvertaken = true;
}

void VaultListings::round() {
    if (running_) takeIn(*running_);
    if (running_) return;
    const auto now = clock_.steady();
    const auto due = std::ranges::find_if(
        vaults_, [&](const auto& vault) { return vault.second.next <= now && !isLocked(vault.first); });
    if (due != vaults_.end()) start(due->first);
}

void VaultListings::start(const std::string& vault) {
    try {
        auto job = start_(kNoJob, listingWords(vault), {}, wake_);
        running_ = std::make_unique<Listing>(Listing{vault, std::move(job), clock_.steady(), {}, false});
    } catch (const base::Error& error) {
        fail(vault, error.message());
    }
}

void VaultListings::takeIn(Listing& listing) {
    const auto end = listing.job->outcome();  // before its points: all of them can be taken then
    auto points = listing.job->takePoints();
    std::ranges::move(points, std::back_inserter(listing.points));
    if (end) {
        finish(listing, *end);
        running_.reset();
        return;
    }
    const bool isLate = clock_.steady() - listing.started >= kLongest;
    if (isLate || listing.points.size() > kMostPoints) listing.job->cancel();
}

void VaultListings::finish(Listing& listing, const catalogue::JobEnd& end) {
    const auto vault = vaults_.find(listing.vault);
    if (vault == vaults_.end()) return;  // no plan uses it any more
    if (end.state != catalogue::JobState::Completed) return fail(listing.vault, end.errorText);
    if (listing.isOvertaken) {
        vault->second.next = clock_.steady() + kAfterJob;
        return;
    }
    catalogue_.points().rebuild(listing.vault, listing.points);
    vault->second = {.next = clock_.steady() + kBetween, .isReached = true};
    listed_(listing.vault);
}

void VaultListings::fail(const std::string& name, const std::string& why) {
    Vault& vault = vaults_.at(name);
    if (vault.failures == 0) vault.failsSince = clock_.steady();
    vault.why = why.empty() ? "it took too long" : why;
    vault.isReached = false;
    nanoseconds wait = kFirstWait;
    for (unsigned i = 0; i < vault.failures && wait < kBetween; ++i) wait *= 2;
    vault.next = clock_.steady() + std::min<nanoseconds>(wait, kBetween);
    ++vault.failures;
}

milliseconds VaultListings::rest() const {
    if (running_) return kWhileListing;
    nanoseconds rest = kBetween;
    for (const auto& [name, vault] : vaults_) {
        if (!isLocked(name)) rest = std::min(rest, vault.next - clock_.steady());
    }
    return std::chrono::ceil<milliseconds>(std::max(rest, nanoseconds(0)));
}

void VaultListings::stop() {
    vaults_.clear();
    running_.reset();
}

}  // namespace service
