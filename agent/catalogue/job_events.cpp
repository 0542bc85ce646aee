// SPDX-License-Identifier: Apache-2.0
// job_events.cpp: what happened in a job, bounded.
#include "agent/catalogue/jobs.hpp"
#include "agent/catalogue/refusal.hpp"
#include "agent/catalogue/row_fields.hpp"
#include "platform/base/cut_text.hpp"

namespace catalogue {

namespace {

constexpr Words<EventLevel, 3> kLevelWords = {{
    {EventLevel::Info, "info"},
    {EventLevel::Warning, "warning"},
    {EventLevel::Error, "error"},
}};

}  // namespace

void Jobs::addEvents(JobId id, const std::vector<JobEvent>& events) {
    Transaction transaction(database_);
    require(id);
    Statement last = database_.prepare("SELECT coalesce(max(number), 0) FROM events WHERE job = ?");
    last.bind(id.value).step();
    std::int64_t number = last.integer(0);
    last.reset();
    for (const JobEvent& event : events) {
        ++number;
        database_.run("INSERT INTO events (job, number, time, level, text) VALUES (?, ?, ?, ?, ?)", id.value,
                      number, secondsOf(event.time), wordOf(kLevelWords, event.level),
                      base::startOf(event.text, kLongestEventBytes));
        const std::int64_t tooOld = number - (kMostEvents - kFirstEvents);
        if (tooOld > kFirstEvents)
            database_.run("DELETE FROM events WHERE job = ? AND number = ?", id.value, tooOld);
    }
    transaction.commit();
}

JobEvents Jobs::events(JobId id) {
    Statement select =
        database_.prepare("SELECT time, level, text, number FROM events WHERE job = ? ORDER BY number");
    select.bind(id.value);
    JobEvents found;
    std::uint64_t last = 0;
    while (select.step()) {
        found.events.push_back(
            {momentOf(select, 0), valueOf(kLevelWords, select, 1, database_), select.text(2)});
        last = countOf(select, 3);
    }
    found.leftOut = last - found.events.size();
    return found;
}

}  // namespace catalogue
