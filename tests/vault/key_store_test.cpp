// SPDX-License-Identifier: Apache-2.0
// key_store_test.cpp: passwords that open a vault, and the recovery kit that needs none.
#include "agent/vault/key_store.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <functional>

#include "agent/vault/random.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/random_bytes.hpp"
#include "tests/support/sample_vault.hpp"

namespace {

const base::SecretBytes kFirst("first password");
const base::SecretBytes kSecond("second password");
constexpr platform::Timestamp kNow{1'795'000'000, 0};

auto hasCode(const char* code) {
    return [code](const base::Error& error) { return error.code() == code; };
}

/// A store with a key under each of two passwords.
struct TwoPasswords {
    TwoPasswords()
        : keys(vault::randomId<vault::VaultId>(), vault::makeMasterKey()),
          first(vault::addPassword(store, keys, kFirst, "laptop", kNow, test::kNoCost)),
          second(vault::addPassword(store, keys, kSecond, "safe", kNow, test::kNoCost)) {}

    [[nodiscard]] bool opensWith(const base::SecretBytes& password) {
        const vault::VaultKeys opened = vault::unlock(store, password);
        return opened.vaultId() == keys.vaultId() &&
               base::asText(opened.master().view()) == base::asText(keys.master().view());
    }

    test::MemoryStore store;
    vault::VaultKeys keys;
    vault::KeyInfo first;
    vault::KeyInfo second;
};

/// The twelve groups of a kit, without text and numbers.
std::vector<std::string> groupsOf(const std::string& kit) {
    std::string code = kit.substr(kit.find("HBR-KEY") + 7);
    std::replace(code.begin(), code.end(), '\n', ' ');
    std::vector<std::string> groups;
    for (const std::string_view word : base::split(code, ' ')) {
        if (!word.empty() && word.back() != '.') groups.emplace_back(word);
    }
    return groups;
}

std::string joined(const std::vector<std::string>& groups) {
    std::string text;
    for (const std::string& group : groups) text += group + ' ';
    return text;
}

bool opensAs(const std::string& kit, const vault::VaultKeys& keys) {
    const vault::VaultKeys opened = vault::keysFromRecoveryKit(kit);
    return opened.vaultId() == keys.vaultId() &&
           base::asText(opened.master().view()) == base::asText(keys.master().view());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(key_stores)

BOOST_AUTO_TEST_CASE(each_of_several_passwords_opens_the_vault) {
    TwoPasswords fixture;
    BOOST_TEST(fixture.opensWith(kFirst));
    BOOST_TEST(fixture.opensWith(kSecond));
    BOOST_TEST(vault::holdsVault(fixture.store));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_is_denied) {
    TwoPasswords fixture;
    for (const char* wrong : {"", "First password", "first passwor", "first password "}) {
        BOOST_CHECK_EXCEPTION(vault::unlock(fixture.store, base::SecretBytes(wrong)), base::Error,
                              hasCode("KEY-0001"));
    }
}

BOOST_AUTO_TEST_CASE(the_default_cost_opens_too) {
    test::MemoryStore store;
    const vault::VaultKeys keys(vault::randomId<vault::VaultId>(), vault::makeMasterKey());
    vault::addPassword(store, keys, kFirst, "", kNow);
    BOOST_TEST((vault::unlock(store, kFirst).vaultId() == keys.vaultId()));
}

BOOST_AUTO_TEST_CASE(a_password_that_is_too_short_is_refused_and_leaves_nothing) {
    test::MemoryStore store;
    const vault::VaultKeys keys(vault::randomId<vault::VaultId>(), vault::makeMasterKey());
    for (const char* text : {"", "12345"}) {
        BOOST_CHECK_EXCEPTION(
            vault::addPassword(store, keys, base::SecretBytes(text), "", kNow, test::kNoCost), base::Error,
            hasCode("KEY-0002"));
    }
    BOOST_TEST(store.names().empty());
    vault::addPassword(store, keys, base::SecretBytes("123456"), "", kNow, test::kNoCost);
    BOOST_TEST(store.names().size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_store_without_keys_holds_no_vault) {
    test::MemoryStore store;
    BOOST_TEST(!vault::holdsVault(store));
    BOOST_CHECK_EXCEPTION(vault::unlock(store, kFirst), base::Error, hasCode("VAULT-0001"));
}

BOOST_AUTO_TEST_CASE(a_removed_password_opens_nothing_and_the_last_cannot_be_removed) {
    TwoPasswords fixture;
    vault::removePassword(fixture.store, fixture.keys, fixture.first.id);
    BOOST_CHECK_EXCEPTION(vault::unlock(fixture.store, kFirst), base::Error, hasCode("KEY-0001"));
    BOOST_TEST(fixture.opensWith(kSecond));
    BOOST_CHECK_EXCEPTION(vault::removePassword(fixture.store, fixture.keys, fixture.second.id), base::Error,
                          hasCode("KEY-0004"));
    BOOST_CHECK_EXCEPTION(vault::removePassword(fixture.store, fixture.keys, fixture.first.id), base::Error,
                          hasCode("KEY-0007"));
    BOOST_TEST(fixture.opensWith(kSecond));
}

BOOST_AUTO_TEST_CASE(labels_and_dates_are_listed) {
    TwoPasswords fixture;
    const auto listed = vault::listPasswords(fixture.store, fixture.keys);
    BOOST_REQUIRE(listed.size() == 2U);
    for (const vault::KeyInfo& info : listed) {
        BOOST_TEST(info.label == (info.id == fixture.first.id ? "laptop" : "safe"));
        BOOST_TEST(info.created.seconds == kNow.seconds);
    }
}

BOOST_AUTO_TEST_CASE(no_key_object_shows_the_label_or_the_master_key) {
    TwoPasswords fixture;
    for (const std::string& name : fixture.store.names()) {
        const base::Bytes object = fixture.store.bytesOf(name);
        const std::string_view text = base::asText(object);
        BOOST_TEST(text.find("laptop") == std::string_view::npos);
        BOOST_TEST(text.find(base::asText(fixture.keys.master().view())) == std::string_view::npos);
    }
}

BOOST_AUTO_TEST_CASE(one_damaged_copy_of_a_key_does_not_keep_its_password_out) {
    TwoPasswords fixture;
    const auto whole = fixture.store.objects();
    const std::string copy = "keys/" + fixture.first.id.hex() + "/1";
    const std::size_t size = fixture.store.bytesOf(copy).size();
    for (std::size_t at = 0; at < size; ++at) {
        // Costs that are sane but wrong take long to try, so the cost fields are left to the last case.
        if (at >= 7 && at < 12) continue;
        fixture.store.flipBit(copy, at, at % 8);
        BOOST_REQUIRE(fixture.opensWith(kFirst));
        BOOST_REQUIRE(fixture.opensWith(kSecond));
        fixture.store.setObjects(whole);
    }
    for (std::size_t cut = 0; cut < size; cut += 13) {
        fixture.store.truncate(copy, cut);
        BOOST_REQUIRE(fixture.opensWith(kFirst));
        fixture.store.setObjects(whole);
    }
    fixture.store.replace(copy, base::Bytes(size));
    BOOST_TEST(fixture.opensWith(kFirst));
    fixture.store.replace(copy, base::Bytes(2 * base::kMiB));
    BOOST_TEST(fixture.opensWith(kFirst));
    fixture.store.remove(copy);
    BOOST_TEST(fixture.opensWith(kFirst));
}

BOOST_AUTO_TEST_CASE(a_damaged_copy_is_found_and_mended_from_the_other) {
    TwoPasswords fixture;
    BOOST_TEST(vault::checkKeyCopies(fixture.store, false).empty());
    const std::string copy = "keys/" + fixture.first.id.hex() + "/1";
    const auto whole = fixture.store.objects();
    const std::size_t size = fixture.store.bytesOf(copy).size();
    const std::vector<std::function<void()>> damages = {
        [&] { fixture.store.remove(copy); },
        [&] { fixture.store.truncate(copy, 0); },
        [&] { fixture.store.truncate(copy, 10); },
        [&] { fixture.store.replace(copy, base::Bytes(size)); },
        [&] { fixture.store.replace(copy, base::Bytes(2 * base::kMiB)); },
        [&] { fixture.store.flipBit(copy, 0); },
        [&] { fixture.store.flipBit(copy, 4, 1); },
        [&] { fixture.store.flipBit(copy, 5); },
    };
    for (const auto& damage : damages) {
        fixture.store.setObjects(whole);
        damage();
        BOOST_TEST(vault::checkKeyCopies(fixture.store, false).size() == 1U);
        const auto problems = vault::checkKeyCopies(fixture.store, true);
        BOOST_REQUIRE(problems.size() == 1U);
        BOOST_TEST(problems[0].object == copy);
        BOOST_TEST(problems[0].isMended);
        BOOST_TEST(vault::checkKeyCopies(fixture.store, false).empty());
        BOOST_TEST(fixture.store.bytesOf(copy) == *whole.at(copy));
    }
}

BOOST_AUTO_TEST_CASE(copies_that_differ_in_any_byte_are_reported) {
    TwoPasswords fixture;
    const auto whole = fixture.store.objects();
    const std::string copy = "keys/" + fixture.second.id.hex() + "/2";
    for (std::size_t at = 0; at < whole.at(copy)->size(); ++at) {
        fixture.store.flipBit(copy, at, 7 - at % 8);
        BOOST_REQUIRE(!vault::checkKeyCopies(fixture.store, false).empty());
        fixture.store.setObjects(whole);
    }
}

BOOST_AUTO_TEST_CASE(keys_of_a_newer_version_are_refused_as_such) {
    TwoPasswords fixture;
    for (const std::string& name : fixture.store.names()) fixture.store.flipBit(name, 4, 1);
    BOOST_CHECK_EXCEPTION(vault::unlock(fixture.store, kFirst), base::Error, hasCode("VAULT-0003"));
}

BOOST_AUTO_TEST_CASE(a_vault_whose_keys_are_all_damaged_says_so) {
    TwoPasswords fixture;
    for (const std::string& name : fixture.store.names()) fixture.store.truncate(name, 20);
    BOOST_CHECK_EXCEPTION(vault::unlock(fixture.store, kFirst), base::Error, hasCode("KEY-0006"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(recovery_kits)

BOOST_AUTO_TEST_CASE(the_kit_opens_the_vault_as_a_whole_or_by_its_code_alone) {
    const TwoPasswords fixture;
    const std::string kit = vault::recoveryKit(fixture.keys, "/srv/vault");
    BOOST_TEST(kit.find("/srv/vault") != std::string::npos);
    BOOST_TEST(opensAs(kit, fixture.keys));
    const auto groups = groupsOf(kit);
    BOOST_REQUIRE(groups.size() == 12U);
    BOOST_TEST(opensAs(joined(groups), fixture.keys));
    std::string upper = joined(groups);
    for (char& letter : upper) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    BOOST_TEST(opensAs(upper, fixture.keys));
    std::string windows = kit;
    for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) {
        windows.replace(at, 1, "\r\n");
    }
    BOOST_TEST(opensAs(windows, fixture.keys));
}

BOOST_AUTO_TEST_CASE(a_mistyped_group_is_named) {
    const TwoPasswords fixture;
    const auto groups = groupsOf(vault::recoveryKit(fixture.keys, "x"));
    int unnoticed = 0;
    for (std::size_t group = 0; group < groups.size(); ++group) {
        for (std::size_t at = 0; at < groups[group].size(); ++at) {
            auto typed = groups;
            typed[group][at] = typed[group][at] == '7' ? '1' : '7';
            const std::string expected = "group " + std::to_string(group + 1) + " ";
            try {
                vault::keysFromRecoveryKit(joined(typed));
                ++unnoticed;
            } catch (const base::Error& error) {
                BOOST_TEST(error.code() == "KEY-0005");
                BOOST_TEST(error.message().find(expected) != std::string::npos, error.message());
            }
        }
    }
    // One check byte a group misses one error in 256.
    BOOST_TEST(unnoticed <= 6);
}

BOOST_AUTO_TEST_CASE(groups_that_are_missing_doubled_or_out_of_order_are_noticed) {
    const TwoPasswords fixture;
    const auto groups = groupsOf(vault::recoveryKit(fixture.keys, "x"));
    auto missing = groups;
    missing.erase(missing.begin() + 4);
    auto doubled = groups;
    doubled.push_back(groups.back());
    auto cut = groups;
    cut[3].pop_back();
    for (const auto& typed : {missing, doubled, cut, std::vector<std::string>{}}) {
        BOOST_CHECK_EXCEPTION(vault::keysFromRecoveryKit(joined(typed)), base::Error, hasCode("KEY-0005"));
    }
    // A swap passes both check bytes once in 65536 vaults.
    auto swapped = groups;
    std::swap(swapped[0], swapped[1]);
    BOOST_CHECK_THROW(vault::keysFromRecoveryKit(joined(swapped)), base::Error);
}

BOOST_AUTO_TEST_CASE(random_text_is_refused) {
    test::Random random(1);
    for (int i = 0; i < 500; ++i) {
        const base::Bytes bytes = random.bytes(random.below(200));
        BOOST_REQUIRE_EXCEPTION(vault::keysFromRecoveryKit(std::string(base::asText(bytes))), base::Error,
                                hasCode("KEY-0005"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
