// SPDX-License-Identifier: Apache-2.0
// model_test.cpp: two clients do random things to one vault - back up, forget, prune, verify, restore, die at
// a random write, meet damage and repair it, and come in between each other's calls - and a plain map tells
// what must be true. HBR_MODEL_SEED and HBR_MODEL_STEPS run it again, or longer.
#include <algorithm>
#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <optional>
#include <random>

#include "agent/vault/prune.hpp"
#include "agent/vault/repair.hpp"
#include "platform/base/text.hpp"
#include "tests/support/damaged_vault.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/made_tree.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_store.hpp"

namespace {

using test::Fault;
using test::MadeTree;
using vault::PointId;
using vault::Vault;

constexpr std::size_t kSizes[] = {0, 1, 700, 5'000, 40'000, 150'000, 300'000};
constexpr std::size_t kMostFiles = 14;
constexpr std::size_t kMostPoints = 10;
const vault::StageProgress kNobodyWatches = [](const std::string&, std::uint64_t, std::uint64_t) {};

std::uint64_t numberFromEnvironment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : base::parseUnsigned(text).value();
}

/// Throws where BOOST_REQUIRE could not be used: steps run on threads of the engine, too.
void require(bool holds, const std::string& sentence) {
    if (!holds) throw std::runtime_error(sentence);
}

struct Client {
    Client(vault::ObjectStore& shared, std::string clientName) : store(shared), name(std::move(clientName)) {}

    test::FaultyStore store;
    std::string name;
    MadeTree tree;
    std::unique_ptr<Vault> vault;  // stays open over many steps, so that it goes stale
};

/// The vault, the clients, and what the vault has promised.
class Model final {
public:
    explicit Model(std::uint64_t seed) : random_(seed) {
        keys_.emplace(test::makeVault(store_)->keys());
        for (std::size_t i = 0; i < kMostFiles / 2; ++i) changeTree(clients_[0].tree);
        clients_[1].tree = clients_[0].tree;
    }

    /// One random step of a random client.
    void step() {
        history.clear();
        Client& client = clients_[random_.below(clients_.size())];
        const std::uint64_t choice = random_.below(100);
        if (choice < 12) {
            dieIn(client);
        } else if (choice < 18) {
            meetDamage(client);
        } else if (choice < 30) {
            interrupted(client);
        } else if (choice < 35) {
            client.vault.reset();
        } else if (choice < 50 && !promises_.empty()) {
            restoreOne(client);
        } else if (choice < 53) {
            checkAll();
        } else {
            work(client);
        }
    }

    /// Nothing is missing, nothing is too much, and everything restores.
    void checkAll() {
        note("checks");
        const auto vault = test::openVault(store_, *keys_);
        requireSound(*vault);
        const vault::VaultState state = vault->state();
        require(state.points.size() == promises_.size(), "the vault lists other points than it promised");
        for (const vault::PointRecord& point : state.points) {
            require(promises_.contains(point.id), "a point is listed that was never made");
            require(test::restoresTo(*vault, point, promises_.at(point.id)), "a point restores otherwise");
        }
    }

    std::map<std::string, std::uint64_t> counts;  // of steps, by kind

    std::string history;  // what the step did, for the failure's sentence

private:
    void note(const std::string& what) {
        ++counts[what];
        history += what + ' ';
    }

    Vault& open(Client& client) {
        if (!client.vault) client.vault = test::openVault(client.store, *keys_);
        return *client.vault;
    }

    void changeTree(MadeTree& tree) {
        if (tree.size() > kMostFiles) tree.erase(std::next(tree.begin(), index(tree.size())));
        // Few names and few contents, so that what was removed comes back and clients share much.
        tree["file " + std::to_string(random_.below(20))] = {random_.below(60U) + 1,
                                                             kSizes[random_.below(std::size(kSizes))]};
    }

    std::ptrdiff_t index(std::size_t size) { return static_cast<std::ptrdiff_t>(random_.below(size)); }

    /// What a client does most of the time. Throws what the store throws.
    void work(Client& client) {
        const std::uint64_t choice = random_.below(10);
        if (promises_.size() > kMostPoints || (choice < 2 && promises_.size() > 2)) {
            forget(client);
        } else if (choice < 4) {
            prune(client);
        } else {
            backUp(client);
        }
    }

    void backUp(Client& client) {
        note("backups");
        for (std::uint64_t i = random_.below(4); i > 0; --i) changeTree(client.tree);
        attempted_ = client.tree;
        const auto outcome = test::backUp(open(client), clock_, client.tree, client.name);
        promises_[outcome.point.id] = client.tree;
        attempted_.reset();
    }

    void forget(Client& client) {
        note("forgotten");
        const auto chosen = std::next(promises_.begin(), index(promises_.size()));
        const auto [point, tree] = *chosen;
        forgotten_[point] = tree;
        promises_.erase(chosen);
        vault::forgetPoints(open(client), {point});
    }

    void prune(Client& client) {
        note("prunes");
        vault::PruneOptions options;
        options.allowedWaste = random_.below(2) == 0 ? 0 : 0.3;
        clock_.advance(std::chrono::hours(random_.below(3) == 0 && !isNested_ ? 100 : 1));
        vault::prune(open(client), clock_, options, kNobodyWatches, {});
    }

    void restoreOne(Client& client) {
        note("restores");
        const auto& [id, tree] = *std::next(promises_.begin(), index(promises_.size()));
        const vault::VaultState state = open(client).refresh();
        const vault::PointRecord* const point = state.findPoint(id);
        require(point != nullptr, "a promised point is not listed");
        require(test::restoresTo(open(client), *point, tree), "a point restores otherwise");
    }

    /// The process dies at one of its next writes; the next one goes on.
    void dieIn(Client& client) {
        note("deaths");
        open(client);
        const auto when = random_.below(2) == 0 ? Fault::When::Before : Fault::When::After;
        Fault fault;
        fault.atChange = random_.below(12);
        fault.when = when;
        client.store.setFault(fault);
        try {
            work(client);
        } catch (const base::Error& error) {
            require(client.store.hasFailed(), "a step failed by itself: " + error.message());
        }
        client.vault.reset();
        client.store.clearFault();
        learnWhatCounts();
    }

    /// While one client works, the other does something in between two of its calls to the store.
    void interrupted(Client& client) {
        note("interruptions");
        Client& other = &client == clients_.data() ? clients_[1] : clients_[0];
        open(client);
        open(other);
        std::atomic<std::uint64_t> callsLeft = random_.below(60) + 1;
        std::exception_ptr failure;
        const std::uint64_t choice = random_.below(2);
        client.store.setHook([&](test::StoreCall, const std::string&) {
            if (callsLeft.load() == 0 || callsLeft.fetch_sub(1) != 1) return;
            const std::optional<MadeTree> mine = attempted_;
            isNested_ = true;
            try {
                choice == 0 ? prune(other) : backUp(other);
            } catch (...) {
                failure = std::current_exception();
            }
            isNested_ = false;
            attempted_ = mine;
        });
        random_.below(3) == 0 && promises_.size() > 2 ? prune(client) : backUp(client);
        client.store.setHook({});
        if (failure) std::rethrow_exception(failure);
    }

    /// After a death, what was not acknowledged may have happened or not. The journal tells, once.
    void learnWhatCounts() {
        const auto vault = test::openVault(store_, *keys_);
        const vault::VaultState state = vault->state();
        for (const auto& promise : promises_)
            require(state.findPoint(promise.first) != nullptr, "a promised point is gone");
        for (const vault::PointRecord& point : state.points) {
            if (promises_.contains(point.id)) continue;
            const auto before = forgotten_.find(point.id);
            const bool wasForgotten = before != forgotten_.end();
            require(wasForgotten || attempted_, "a point is listed that was never made");
            const MadeTree& tree = wasForgotten ? before->second : *attempted_;
            require(test::restoresTo(*vault, point, tree), "an unacknowledged point restores otherwise");
            promises_[point.id] = tree;
        }
        if (attempted_) abandoned_.push_back(*attempted_);
        attempted_.reset();
    }

    /// An object is damaged, and the vault repaired; the repair itself may die and run again.
    void meetDamage(Client& client) {
        note("damages");
        for (Client& each : clients_) each.vault.reset();
        // Of two copies of a key that look whole and differ, a repair cannot tell which is right, and says
        // so.
        auto names = store_.names();
        std::erase_if(names, [](const std::string& name) { return name.starts_with("keys/"); });
        const auto& damages = test::allDamages();
        const std::string& name = names[random_.below(names.size())];
        const test::Damage& damage = damages[random_.below(damages.size())];
        lastDamage_ = name + " " + damage.what;
        damage.apply(store_, name);
        if (random_.below(3) == 0) {
            Fault fault;
            fault.atChange = random_.below(8);
            client.store.setFault(fault);
            try {
                repair(client.store);
            } catch (const base::Error& error) {
                require(client.store.hasFailed(), lastDamage_ + ": repair failed: " + error.message());
            }
            client.store.clearFault();
        }
        const vault::RepairReport report = repair(store_);
        const vault::RepairReport second = repair(store_);
        for (const vault::Problem& problem : second.problems)
            require(false,
                    lastDamage_ + ": a second repair finds " + problem.object + ": " + problem.sentence);
        letGoWhatIsLost(report);
    }

    vault::RepairReport repair(vault::ObjectStore& store) {
        const auto vault = test::openVault(store, *keys_, Vault::JournalNeed::Optional);
        return test::repairAll(*vault);
    }

    /// Points that the report calls damaged are forgotten; all others must be as promised. A journal that was
    /// lost may bring points back that had been forgotten and not yet pruned.
    void letGoWhatIsLost(const vault::RepairReport& report) {
        const auto vault = test::openVault(store_, *keys_);
        std::vector<PointId> lost;
        for (const vault::PointDamage& point : report.damagedPoints) lost.push_back(point.point);
        for (const auto& promise : promises_) {
            require(vault->state().findPoint(promise.first) != nullptr,
                    lastDamage_ + ": a promised point is gone after a repair");
        }
        for (const vault::PointRecord& point : vault->state().points) {
            if (promises_.contains(point.id)) continue;
            require(forgotten_.contains(point.id) || isAbandoned(*vault, point, lost),
                    lastDamage_ + ": a point is listed that was never made");
            lost.push_back(point.id);
        }
        vault::forgetPoints(*vault, lost);
        for (const PointId& id : lost) promises_.erase(id);
        checkAll();
    }

    /// A backup that died behind the point's own object may be found by it when the journal is lost.
    bool isAbandoned(Vault& vault, const vault::PointRecord& point, const std::vector<PointId>& lost) const {
        if (std::find(lost.begin(), lost.end(), point.id) != lost.end()) return true;
        return std::any_of(abandoned_.begin(), abandoned_.end(),
                           [&](const MadeTree& tree) { return test::restoresTo(vault, point, tree); });
    }

    void requireSound(Vault& vault) const {
        const auto report = test::verifyAt(vault, vault::VerifyDepth::Data);
        for (const vault::Problem& problem : report.problems)
            require(false, "verify finds " + problem.object + ": " + problem.sentence);
        require(report.damagedPoints.empty(), "verify finds a damaged point");
    }

    test::MemoryStore store_;
    test::ManualClock clock_;
    std::optional<vault::VaultKeys> keys_;
    test::Random random_;
    std::array<Client, 2> clients_{Client(store_, "first"), Client(store_, "second")};
    std::map<PointId, MadeTree> promises_;   // points that were acknowledged
    std::map<PointId, MadeTree> forgotten_;  // and those that may be gone
    std::vector<MadeTree> abandoned_;        // what backups that died were about
    std::optional<MadeTree> attempted_;      // what a backup that has not ended is about
    bool isNested_ = false;
    std::string lastDamage_;
};

/// Takes random steps and fails the test, with how to run them again, when one of them goes wrong.
void runModel(std::uint64_t seed, std::uint64_t steps) {
    std::cout << "HBR_MODEL_SEED=" << seed << " HBR_MODEL_STEPS=" << steps << "\n" << std::flush;
    Model model(seed);
    for (std::uint64_t step = 0; step < steps; ++step) {
        try {
            model.step();
        } catch (const std::exception& error) {
            const auto* const known = dynamic_cast<const base::Error*>(&error);
            BOOST_FAIL("seed " << seed << ", step " << step << " (" << model.history
                               << "): " << (known != nullptr ? known->message() : error.what())
                               << ". Run it again with HBR_MODEL_SEED=" << seed
                               << " HBR_MODEL_STEPS=" << step + 1);
        }
    }
    BOOST_REQUIRE_NO_THROW(model.checkAll());
    for (const auto& [what, count] : model.counts) BOOST_TEST_MESSAGE(what << ": " << count);
    for (const char* const what :
         {"backups", "forgotten", "prunes", "restores", "deaths", "interruptions", "damages"}) {
        BOOST_TEST((steps < 500 || model.counts[what] > 0), what);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ModelOfTheVault)

BOOST_AUTO_TEST_CASE(random_steps_leave_the_vault_as_a_plain_map_says) {
    runModel(numberFromEnvironment("HBR_MODEL_SEED", 1), numberFromEnvironment("HBR_MODEL_STEPS", 4000));
}

BOOST_AUTO_TEST_CASE(steps_that_no_run_before_has_taken_do_so_as_well) {
    if (std::getenv("HBR_MODEL_SEED") != nullptr) return;
    runModel(std::random_device{}(), numberFromEnvironment("HBR_MODEL_STEPS", 4000) / 2);
}

BOOST_AUTO_TEST_SUITE_END()
