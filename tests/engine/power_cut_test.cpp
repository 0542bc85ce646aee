// SPDX-License-Identifier: Apache-2.0
// power_cut_test.cpp: the power goes at every single change that a backup makes on disk, and every such call
// fails once. What was acknowledged before is whole afterwards, and work goes on.
#include <boost/test/unit_test.hpp>

#include "agent/vault/directory_store.hpp"
#include "agent/vault/prune.hpp"
#include "agent/vault/verify.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/power_cut_file_system.hpp"

namespace {

using test::MadeTree;
using vault::Vault;

const std::string kFolder = "/disk/vault";
const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

/// A vault on a disk, with one restore point that was acknowledged.
class Machine final {
public:
    explicit Machine(std::uint64_t seed = 5) : random_(seed) {
        tree_ = test::makeTree(random_, 6);
        const auto vault = Vault::create(vault::createDirectoryStore(disk_, kFolder),
                                         base::SecretBytes("correct horse"), clock_.now(), {4, 1, 1});
        keys_.emplace(vault->keys());
        promise(test::backUp(*vault, clock_, tree_, "a").point);
        test::change(tree_, random_);
    }

    [[nodiscard]] test::PowerCutFileSystem& disk() noexcept { return disk_; }
    [[nodiscard]] test::Random& random() noexcept { return random_; }

    [[nodiscard]] std::unique_ptr<Vault> open() {
        return Vault::open(vault::openDirectoryStore(disk_, kFolder), *keys_, Vault::JournalNeed::Required);
    }

    /// A backup, then a prune of what is forgotten.
    void work() {
        const auto vault = open();
        promise(test::backUp(*vault, clock_, tree_, "a").point);
        if (promises_.size() < 3) return;
        const vault::PointId oldest = promises_.front().first.id;
        promises_.erase(promises_.begin());
        vault::forgetPoints(*vault, {oldest});
        vault::PruneOptions options;
        options.allowedWaste = 0;
        vault::prune(*vault, clock_, options, kNobodyWatches, {});
    }

    void requireKept(const std::string& when) {
        const auto vault = open();
        const auto report = vault::verify(*vault, {vault::VerifyDepth::Data, 1}, kNobodyWatches, {});
        for (const vault::Problem& problem : report.problems) {
            BOOST_ERROR(when << ": " << problem.object << ": " << problem.sentence);
        }
        BOOST_TEST_REQUIRE(report.isSound(), when);
        for (const auto& [point, tree] : promises_) {
            BOOST_REQUIRE_MESSAGE(test::restoresTo(*vault, point, tree),
                                  when << ": a restore point is not whole");
        }
    }

private:
    void promise(const vault::PointRecord& point) { promises_.emplace_back(point, tree_); }

    test::PowerCutFileSystem disk_;
    test::ManualClock clock_;
    test::Random random_;
    MadeTree tree_;
    std::optional<vault::VaultKeys> keys_;
    std::vector<std::pair<vault::PointRecord, MadeTree>> promises_;
};

/// Works until `work` gets through; `arm` says at which call something happens.
template <typename Arm>
std::uint64_t atEveryCall(const Arm& arm) {
    for (std::uint64_t call = 0;; ++call) {
        Machine machine;
        machine.work();  // a second point, so that the third makes a prune
        arm(machine, call);
        try {
            machine.work();
        } catch (const base::Error&) {
            BOOST_TEST(machine.disk().hasFailed());
        }
        const bool hasFailed = machine.disk().hasFailed();
        const std::string when = "at change " + std::to_string(call);
        machine.disk().cutPower(machine.random());
        machine.requireKept(when);
        machine.work();
        machine.requireKept(when + ", after going on");
        if (!hasFailed) return call;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(PowerCut)

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_a_power_cut_anywhere) {
    BOOST_TEST(atEveryCall([](Machine& machine, std::uint64_t call) { machine.disk().dieAt(call); }) > 30U);
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_five_hundred_power_cuts_at_random_moments) {
    // One machine after the other lives through ten of them, so that cuts meet what earlier ones left. What
    // was not flushed is dropped and reordered at random.
    std::uint64_t cuts = 0;
    for (std::uint64_t seed = 0; cuts < 500; ++seed) {
        Machine machine(seed);
        for (int cut = 0; cut < 10; ++cut) {
            machine.disk().dieAt(machine.random().below(60));
            try {
                machine.work();
            } catch (const base::Error&) {
                BOOST_TEST(machine.disk().hasFailed());
            }
            if (machine.disk().hasFailed()) ++cuts;
            machine.disk().cutPower(machine.random());
            machine.requireKept("seed " + std::to_string(seed) + ", cut " + std::to_string(cut));
        }
        machine.work();
        machine.requireKept("seed " + std::to_string(seed) + ", after going on");
    }
}

BOOST_AUTO_TEST_CASE(what_was_acknowledged_survives_every_call_failing_once_and_a_power_cut_after) {
    for (const auto& error : {base::Error(base::ErrorKind::Exhausted, "TEST-0007", "No space left"),
                              base::Error(base::ErrorKind::Unavailable, "TEST-0008", "Input/output error", {},
                                          base::Retry::Later)}) {
        const auto arm = [&](Machine& machine, std::uint64_t call) {
            machine.disk().failOnceAt(call, error);
        };
        BOOST_TEST(atEveryCall(arm) > 30U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
