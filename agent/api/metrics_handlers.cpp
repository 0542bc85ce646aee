// SPDX-License-Identifier: Apache-2.0
// metrics_handlers.cpp: how all plans and vaults stand, as Prometheus reads it.
#include <map>
#include <string_view>

#include "agent/alerts/alert_book.hpp"
#include "agent/api/call.hpp"
#include "agent/api/output.hpp"
#include "platform/base/text.hpp"
#include "platform/process.hpp"

namespace api {

namespace {

using catalogue::JobState;
using catalogue::RunStanding;

std::string escapedLabel(std::string_view value) {
    std::string text;
    for (const char letter : base::isUtf8(value) ? std::string(value) : base::printable(value)) {
        if (letter == '\\' || letter == '"') text += '\\';
        text += letter == '\n' ? std::string("\\n") : std::string(1, letter);
    }
    return text;
}

/// The text format, version 0.0.4: all samples of one metric stand together.
class Metrics final {
public:
    void begin(const char* name, const char* help) {
        name_ = name;
        text_ += std::string("# HELP ") + name + ' ' + help + "\n# TYPE " + name + " gauge\n";
    }
    void add(const std::string& labels, std::int64_t value) {
        text_ += name_ + labels + ' ' + std::to_string(value) + '\n';
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string name_;
    std::string text_;
};

std::string label(const char* name, std::string_view value) {
    return std::string("{") + name + "=\"" + escapedLabel(value) + "\"}";
}

std::int64_t secondsOf(std::chrono::sys_seconds moment) { return moment.time_since_epoch().count(); }

std::int64_t statusOf(JobState state) {
    switch (state) {
        case JobState::Completed:
            return 0;
        case JobState::PartiallyCompleted:
            return 1;
        case JobState::Failed:
            return 2;
        case JobState::Cancelled:
        case JobState::Queued:
        case JobState::Running:
            break;
    }
    return 3;
}

/// One metric of all plans that have it.
template <typename Value>
void addOfPlans(Metrics& metrics, const char* name, const char* help, const std::vector<RunStanding>& plans,
                const Value& value) {
    metrics.begin(name, help);
    for (const RunStanding& plan : plans)
        if (const std::optional<std::int64_t> told = value(plan))
            metrics.add(label("plan", plan.plan.name), *told);
}

/// The same of their last runs that have ended.
template <typename Value>
void addOfRuns(Metrics& metrics, const char* name, const char* help, const std::vector<RunStanding>& plans,
               const Value& value) {
    addOfPlans(metrics, name, help, plans, [&](const RunStanding& plan) -> std::optional<std::int64_t> {
        return plan.last ? std::optional(static_cast<std::int64_t>(value(*plan.last))) : std::nullopt;
    });
}

void addPlans(Metrics& metrics, const Call& call) {
    const Policies policies = policiesById(call.catalogue);
    const auto plans = call.catalogue.standings().ofRuns();
    addOfPlans(metrics, "hbr_last_success_timestamp_seconds", "When the newest backup of a plan was begun",
               plans, [](const RunStanding& plan) {
                   return plan.plan.lastGood ? std::optional(secondsOf(*plan.plan.lastGood)) : std::nullopt;
               });
    using Last = catalogue::EndedRun;
    addOfRuns(metrics, "hbr_last_run_status", "0 completed, 1 partially completed, 2 failed, 3 cancelled",
              plans, [](const Last& run) { return statusOf(run.state); });
    addOfRuns(metrics, "hbr_run_duration_seconds", "How long the last run took", plans,
              [](const Last& run) { return run.took.count(); });
    addOfRuns(metrics, "hbr_run_read_bytes", "What the last run read", plans,
              [](const Last& run) { return run.readBytes; });
    addOfRuns(metrics, "hbr_run_new_bytes", "What of it the vault did not have", plans,
              [](const Last& run) { return run.newBytes; });
    addOfRuns(metrics, "hbr_run_stored_bytes", "What the last run stored", plans,
              [](const Last& run) { return run.storedBytes; });
    addOfRuns(metrics, "hbr_run_objects", "Files and folders of the last run", plans,
              [](const Last& run) { return run.objects; });
    addOfRuns(metrics, "hbr_run_faults", "What the last run could not read", plans,
              [](const Last& run) { return run.faults; });
    // Many plans share a policy, and working out its next run takes longer than all else here.
    std::map<catalogue::PolicyId, std::optional<std::int64_t>> next;
    addOfPlans(metrics, "hbr_next_run_timestamp_seconds", "When a plan runs next by itself", plans,
               [&](const RunStanding& plan) -> std::optional<std::int64_t> {
                   const auto ask = [&]() -> std::optional<std::int64_t> {
                       const auto run = nextRunOf(plan.plan.policy, plan.plan.pause, policies, call);
                       return run ? std::optional(secondsOf(*run)) : std::nullopt;
                   };
                   if (!plan.plan.policy) return std::nullopt;
                   if (plan.plan.pause) return ask();
                   const auto known = next.find(*plan.plan.policy);
                   if (known != next.end()) return known->second;
                   return next[*plan.plan.policy] = ask();
               });
}

void addVaults(Metrics& metrics, const Call& call) {
    const auto vaults = call.catalogue.standings().ofVaults();
    metrics.begin("hbr_vault_points", "Restore points that are to stay");
    for (const auto& [name, vault] : vaults)
        metrics.add(label("vault", name), static_cast<std::int64_t>(vault.points));
    metrics.begin("hbr_vault_stored_bytes", "What the backups of a vault's restore points stored");
    for (const auto& [name, vault] : vaults)
        metrics.add(label("vault", name), static_cast<std::int64_t>(vault.storedBytes));
    metrics.begin("hbr_verify_last_success_timestamp_seconds", "When a job last found a vault whole");
    for (const auto& [name, vault] : vaults)
        if (vault.verified) metrics.add(label("vault", name), secondsOf(*vault.verified));
}

void addAgent(Metrics& metrics, const Call& call) {
    metrics.begin("hbr_open_alerts", "What is wrong at this moment");
    metrics.add("", alerts::AlertBook(call.catalogue.database()).countOpen());
    metrics.begin("hbr_build_info", "Which program this is");
    metrics.add(label("version", HBR_VERSION), 1);
    if (const auto bytes = platform::residentBytes()) {
        metrics.begin("process_resident_memory_bytes", "Memory of the process that answers");
        metrics.add("", static_cast<std::int64_t>(*bytes));
    }
}

}  // namespace

Answer getMetrics(const Call& call) {
    Metrics metrics;
    addPlans(metrics, call);
    addVaults(metrics, call);
    addAgent(metrics, call);
    Answer answer;
    answer.contentType = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = metrics.text();
    return answer;
}

}  // namespace api
