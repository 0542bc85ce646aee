// SPDX-License-Identifier: Apache-2.0
// unlock_key_test.cpp: access keys under the logon password, and what agent.conf keeps of a registration.
#include "agent/config/unlock_key.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/config/agent_settings.hpp"
#include "agent/config/vault_book.hpp"
#include "platform/base/error.hpp"
#include "tests/platform/temporary_folder.hpp"

using config::UnlockKey;
using config::UnlockSeal;

namespace {

const base::Bytes kSecret = {1, 2, 3, 4, 5};
const std::string kVaultId(32, '5');

bool opens(const UnlockKey& key, const base::Bytes& sealed, const char* purpose) {
    const auto opened = key.open(sealed, purpose);
    return opened && std::ranges::equal(opened->view(), kSecret);
}

std::string codeOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const base::Error& error) {
        return error.code();
    }
    return "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unlock_keys)

BOOST_AUTO_TEST_CASE(what_a_key_sealed_it_opens_for_the_same_purpose_alone) {
    const UnlockKey key = UnlockKey::makeNew();
    const base::Bytes sealed = key.seal(kSecret, "this");
    BOOST_TEST(opens(key, sealed, "this"));
    BOOST_TEST(!opens(key, sealed, "that"));
    BOOST_TEST(!opens(UnlockKey::makeNew(), sealed, "this"));
    BOOST_TEST(sealed != key.seal(kSecret, "this"));
}

BOOST_AUTO_TEST_CASE(no_changed_or_cut_secret_opens) {
    const UnlockKey key = UnlockKey::makeNew();
    const base::Bytes sealed = key.seal(kSecret, "this");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        base::Bytes changed = sealed;
        changed[at] ^= 1;
        BOOST_TEST(!opens(key, changed, "this"));
        BOOST_TEST(!opens(key, base::Bytes(sealed.begin(), sealed.begin() + static_cast<long>(at)), "this"));
    }
}

BOOST_AUTO_TEST_CASE(a_key_reaches_a_job_as_hex) {
    const UnlockKey key = UnlockKey::makeNew();
    const auto again = UnlockKey::fromHex(base::asText(key.hex().view()));
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(opens(*again, key.seal(kSecret, "this"), "this"));
    BOOST_TEST(!UnlockKey::fromHex("").has_value());
    BOOST_TEST(!UnlockKey::fromHex(std::string(63, '0')).has_value());
}

BOOST_AUTO_TEST_CASE(the_logon_password_alone_opens_the_seal) {
    const UnlockKey key = UnlockKey::makeNew();
    const UnlockSeal seal = UnlockSeal::of(key, "a logon sentence");
    const auto read = UnlockSeal::parse(seal.text());
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == seal));
    const auto opened = read->open("a logon sentence");
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(opens(*opened, key.seal(kSecret, "this"), "this"));
    BOOST_TEST(!read->open("another sentence").has_value());
    BOOST_TEST(!UnlockSeal::parse("scrypt 15 8 1 00 00").has_value());
    BOOST_TEST(!UnlockSeal::parse("scrypt 63" + seal.text().substr(9)).has_value());
}

BOOST_AUTO_TEST_CASE(a_new_password_seals_the_same_key_anew) {
    const UnlockKey key = UnlockKey::makeNew();
    config::AgentSettings settings;
    BOOST_TEST(config::resealUnlockKey(settings, "", "the next one"));
    BOOST_TEST(!settings.unlockSeal.has_value());
    settings.unlockSeal = UnlockSeal::of(key, "the first one");
    const UnlockSeal before = *settings.unlockSeal;
    BOOST_TEST(!config::resealUnlockKey(settings, "a wrong one", "the next one"));
    BOOST_TEST((*settings.unlockSeal == before));
    BOOST_TEST(config::resealUnlockKey(settings, "the first one", "the next one"));
    BOOST_TEST(!settings.unlockSeal->open("the first one").has_value());
    BOOST_TEST(opens(*settings.unlockSeal->open("the next one"), key.seal(kSecret, "this"), "this"));
}

BOOST_AUTO_TEST_CASE(a_vault_under_the_password_opens_with_its_key_alone) {
    const test::TemporaryFolder folder;
    const UnlockKey key = UnlockKey::makeNew();
    config::VaultBook book(*folder.files, folder / "config");
    config::StoreAccess access;
    access.credentials = base::SecretBytes("id\nsecret");
    access.under = key;
    book.remember("locked", folder / "vault", kVaultId, kSecret, access);
    const auto vault = *book.findName("locked");
    BOOST_TEST(vault.isUnderPassword);
    BOOST_TEST(codeOf([&] { (void)book.openKey(vault); }) == "CONFIG-0006");
    BOOST_TEST(codeOf([&] { (void)book.openCredentials(vault); }) == "CONFIG-0006");
    book.useUnlockKey(UnlockKey::makeNew());
    BOOST_TEST(codeOf([&] { (void)book.openCredentials(vault); }) == "CONFIG-0006");
    book.useUnlockKey(key);
    BOOST_TEST(std::ranges::equal(book.openKey(vault).view(), kSecret));
    BOOST_TEST(base::asText(book.openCredentials(vault).view()) == "id\nsecret");
}

BOOST_AUTO_TEST_CASE(the_settings_keep_a_registration_and_whom_it_trusts) {
    const test::TemporaryFolder folder;
    config::AgentSettingsFile file(*folder.files, folder.path);
    BOOST_TEST(!file.read().awaitsActivation());
    file.update([](config::AgentSettings& settings) { settings.trustedIssuers = {"a-b", "c-d"}; });
    BOOST_TEST(file.read().awaitsActivation());
    const config::RegisteredClient client{
        "11", "wéb 1", "main", "public", "a-b", "22", "2026-11-28T08:00:00Z"};
    const auto seal = UnlockSeal::of(UnlockKey::makeNew(), "a logon sentence");
    file.update([&](config::AgentSettings& settings) {
        settings.registration = client;
        settings.unlockSeal = seal;
    });
    const config::AgentSettings read = file.read();
    BOOST_TEST((read.registration == client));
    BOOST_TEST((read.unlockSeal == seal));
    BOOST_TEST((read.trustedIssuers == std::vector<std::string>{"a-b", "c-d"}));
    BOOST_TEST(read.unknown.empty());
    BOOST_TEST(!read.awaitsActivation());
}

BOOST_AUTO_TEST_SUITE_END()
