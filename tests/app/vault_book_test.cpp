// SPDX-License-Identifier: Apache-2.0
// vault_book_test.cpp: remembered vaults, their sealed keys, and files that cannot be read.
#include "agent/config/vault_book.hpp"

#include <boost/test/unit_test.hpp>

#include "agent/config/settings_text.hpp"
#include "platform/base/text.hpp"
#include "tests/app/world.hpp"
#include "tests/support/random_bytes.hpp"

namespace {

const std::string kVaultId(32, '5');
const std::string kOtherId(32, '6');

/// A book in an empty folder.
struct Shelf {
    test::TemporaryFolder folder;
    config::VaultBook book{*folder.files, folder / "config"};
    base::Bytes key = test::Random(1).bytes(32);

    config::RememberedVault remember(const std::string& name, const std::string& path) {
        return book.remember(name, folder / path, kVaultId, key);
    }
    [[nodiscard]] std::unique_ptr<platform::Directory> files() const {
        return folder.files->openDirectory(folder / "config/vaults");
    }
    [[nodiscard]] std::string fileText(const std::string& name) const {
        return test::readFile(*files(), name);
    }
    void spoil(const std::string& name, const std::string& text) const {
        folder.files->createDirectories(folder / "config/vaults");
        folder.files->removeFile(folder / ("config/vaults/" + name));
        test::writeFile(*files(), name, text);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(vault_books)

BOOST_AUTO_TEST_CASE(names_are_safe_as_names_of_files) {
    for (const char* good : {"a", "disk-2", "Big_Disk.old", "0"}) BOOST_TEST(config::isVaultName(good), good);
    for (const char* bad :
         {"", ".", "..", ".hidden", "-x", "a/b", "a\\b", "a b", "x.new", "\xC3\xA4", "a\n"}) {
        BOOST_TEST(!config::isVaultName(bad), bad);
    }
    BOOST_TEST(config::isVaultName(std::string(64, 'a')));
    BOOST_TEST(!config::isVaultName(std::string(65, 'a')));
}

BOOST_AUTO_TEST_CASE(a_name_is_made_out_of_any_text) {
    BOOST_TEST(config::vaultNameFrom("disk") == "disk");
    BOOST_TEST(config::vaultNameFrom("my disk") == "my-disk");
    BOOST_TEST(config::vaultNameFrom(".hidden") == "hidden");
    for (const char* text : {"", "...", "---", "x.new"})
        BOOST_TEST(config::vaultNameFrom(text) == "vault", text);
    test::Random random(3);
    for (int i = 0; i < 500; ++i) {
        const base::Bytes bytes = random.bytes(random.below(100));
        BOOST_REQUIRE(config::isVaultName(config::vaultNameFrom(base::asText(bytes))));
    }
}

BOOST_AUTO_TEST_CASE(a_remembered_vault_is_found_by_name_and_by_path) {
    Shelf shelf;
    BOOST_TEST(shelf.book.list().empty());
    const auto vault = shelf.remember("disk", "v");
    config::VaultBook again(*shelf.folder.files, shelf.folder / "config");
    BOOST_TEST((again.findName("disk") == vault));
    BOOST_TEST((again.findPath(shelf.folder / "./v") == vault));
    BOOST_TEST(!again.findName("other").has_value());
    BOOST_TEST(!again.findName("../vaults/disk").has_value());
    BOOST_TEST(!again.findPath(shelf.folder / "w").has_value());
    BOOST_TEST(again.list().size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_key_is_sealed_and_bound_to_its_vault) {
    Shelf shelf;
    auto vault = shelf.remember("disk", "v");
    BOOST_TEST(base::asText(shelf.book.openKey(vault).view()) == base::asText(shelf.key));
    const std::string text = shelf.fileText("disk");
    BOOST_TEST(text.find(base::encodeHex(shelf.key)) == std::string::npos);
    BOOST_TEST(text.find(std::string(base::asText(shelf.key))) == std::string::npos);
    vault.vaultId = kOtherId;
    BOOST_CHECK_EXCEPTION(shelf.book.openKey(vault), base::Error, test::hasCode("SECRET-0001"));
}

BOOST_AUTO_TEST_CASE(an_access_key_and_a_proxy_login_are_sealed_each_for_its_own_use) {
    Shelf shelf;
    const config::StoreAccess access{{{"proxy", "http://proxy.example:3128"}},
                                     base::SecretBytes(std::string_view("id\nKEYSECRET")),
                                     base::SecretBytes(std::string_view("me\nPROXYSECRET"))};
    const auto vault = shelf.book.remember("bucket", "s3://bucket/v", kVaultId, shelf.key, access);
    BOOST_TEST((shelf.book.findName("bucket") == vault));
    BOOST_TEST(base::asText(shelf.book.openCredentials(vault).view()) == "id\nKEYSECRET");
    BOOST_TEST(base::asText(shelf.book.openProxyLogin(vault).view()) == "me\nPROXYSECRET");
    const std::string text = shelf.fileText("bucket");
    for (const std::string_view secret : {"KEYSECRET", "PROXYSECRET"}) {
        BOOST_TEST(text.find(secret) == std::string::npos);
        BOOST_TEST(text.find(base::encodeHex(base::asBytes(secret))) == std::string::npos);
    }
    auto swapped = vault;
    std::swap(swapped.sealedCredentials, swapped.sealedProxyLogin);
    BOOST_CHECK_EXCEPTION(shelf.book.openProxyLogin(swapped), base::Error, test::hasCode("SECRET-0001"));
    BOOST_TEST(shelf.book.openProxyLogin(shelf.remember("disk", "v")).empty());
}

BOOST_AUTO_TEST_CASE(a_vault_has_one_name_and_a_name_one_vault) {
    Shelf shelf;
    shelf.remember("disk", "v");
    shelf.remember("renamed", "v");
    BOOST_TEST(!shelf.book.findName("disk").has_value());
    shelf.remember("renamed", "w");
    BOOST_REQUIRE(shelf.book.list().size() == 1U);
    BOOST_TEST(shelf.book.list().front().path.ends_with("w"));
}

BOOST_AUTO_TEST_CASE(a_forgotten_vault_is_gone_and_others_stay) {
    Shelf shelf;
    shelf.remember("a", "v");
    shelf.remember("b", "w");
    BOOST_TEST(shelf.book.forget("a"));
    BOOST_TEST(!shelf.book.forget("a"));
    BOOST_TEST(!shelf.book.forget("../vaults/b"));
    BOOST_REQUIRE(shelf.book.list().size() == 1U);
    BOOST_TEST(shelf.book.list().front().name == "b");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_named_and_kept) {
    Shelf shelf;
    shelf.remember("good", "v");
    const std::string whole = shelf.fileText("good");
    for (const std::string& text :
         {std::string(), std::string("rubbish"), std::string("hbr-vault 9\npath = /x\n"),
          std::string("hbr-vault 1\npath = /x\n"), whole.substr(0, whole.find("sealed-key")),
          whole.substr(0, whole.size() - 2), whole + "no equals\n", std::string(100'000, 'x')}) {
        shelf.spoil("bad", text);
        BOOST_CHECK_EXCEPTION(shelf.book.findName("bad"), base::Error, test::hasCode("CONFIG-0001"));
        BOOST_TEST(shelf.book.list().size() == 1U);
        BOOST_REQUIRE(shelf.book.unreadable().size() == 1U);
        BOOST_TEST(shelf.book.unreadable().front().ends_with("bad"));
        BOOST_TEST((shelf.fileText("bad") == text));
    }
}

BOOST_AUTO_TEST_CASE(a_folder_among_the_files_does_no_harm) {
    Shelf shelf;
    shelf.remember("good", "v");
    shelf.folder.files->createDirectories(shelf.folder / "config/vaults/folder");
    BOOST_TEST(shelf.book.list().size() == 1U);
    BOOST_TEST(shelf.book.unreadable().size() == 1U);
}

BOOST_AUTO_TEST_CASE(commands_say_which_file_cannot_be_read) {
    test::World world;
    world.folder.files->createDirectories(world.folder / "config/vaults");
    test::writeFile(*world.folder.files->openDirectory(world.folder / "config/vaults"), "disk", "rubbish");
    BOOST_TEST(world.run({"point", "list"}) == app::kIntegrity);
    BOOST_TEST(world.console.talk().find("CONFIG-0001") != std::string::npos, world.console.talk());
    BOOST_TEST(world.console.talk().find("disk") != std::string::npos);
    BOOST_TEST(world.run({"point", "list", "--vault", "disk"}) == app::kIntegrity);
    BOOST_TEST(world.run({"vault", "list"}) == app::kDone);
}

BOOST_AUTO_TEST_CASE(a_write_that_was_cut_short_leaves_the_old_file_and_is_taken_over) {
    Shelf shelf;
    shelf.remember("disk", "v");
    const std::string before = shelf.fileText("disk");
    shelf.spoil("disk.new", "hbr-va");
    BOOST_TEST(shelf.book.list().size() == 1U);
    BOOST_TEST(shelf.book.unreadable().empty());
    BOOST_TEST(shelf.fileText("disk") == before);
    shelf.remember("disk", "w");
    BOOST_TEST(shelf.files()->list().size() == 1U);
    BOOST_TEST(shelf.book.findName("disk")->path.ends_with("w"));
}

BOOST_AUTO_TEST_CASE(settings_keep_any_bytes) {
    test::Random random(2);
    for (int i = 0; i < 300; ++i) {
        const config::Settings settings = {
            {"path", std::string(base::asText(random.bytes(random.below(40))))}, {"other", "100 % = x"}};
        const auto back = config::parseSettings("form 1", config::formatSettings("form 1", settings));
        BOOST_REQUIRE(back.has_value());
        BOOST_REQUIRE((*back == settings));
    }
}

BOOST_AUTO_TEST_CASE(settings_may_be_written_by_hand) {
    const auto settings = config::parseSettings("form 1", "form 1\r\n# a note\r\n\r\n  path = /x \r\n");
    BOOST_REQUIRE(settings.has_value());
    BOOST_TEST((*settings == config::Settings{{"path", "/x "}}));
    for (const char* bad :
         {"", "form 2\n", "form 1\npath=/x\n", "form 1\npath = %\n", "form 1\npath = %zz\n"}) {
        BOOST_TEST(!config::parseSettings("form 1", bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()
