// SPDX-License-Identifier: Apache-2.0
// certificate_commands_test.cpp: certificate new-issuer, create and show as command lines.
#include <boost/test/unit_test.hpp>

#include "agent/app/small_input.hpp"
#include "agent/registration/armour.hpp"
#include "agent/registration/certificate.hpp"
#include "platform/base/text.hpp"
#include "tests/app/world.hpp"
#include "tests/registration/sample.hpp"

namespace {

using registration::Certificate;
using registration::Network;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// A world with an issuer's key.
class Issuer final {
public:
    Issuer() { BOOST_REQUIRE(world.run({"certificate", "new-issuer", "--quiet"}) == app::kDone); }

    /// The certificate that the words make; they begin with the place.
    Certificate create(const std::vector<std::string>& words) {
        const std::string file = world.folder / "certificate";
        std::vector<std::string> line = {"certificate", "create", "--output", file};
        line.insert(line.end(), words.begin(), words.end());
        BOOST_REQUIRE(world.run(line) == app::kDone);
        Certificate made = registration::readCertificate(app::textFromFile(*world.folder.files, file),
                                                         registration::Trust::inAnybody())
                               .certificate;
        world.folder.files->removeFile(file);
        return made;
    }

    test::World world;
};

/// The exit code and the error that words end with, in a world with an issuer's key.
void checkRefusal(const std::vector<std::string>& words, int exitCode, const std::string& code) {
    Issuer issuer;
    std::vector<std::string> line = {"certificate", "create"};
    line.insert(line.end(), words.begin(), words.end());
    BOOST_TEST(issuer.world.run(line) == exitCode);
    BOOST_TEST(contains(issuer.world.console.talk(), code), issuer.world.console.talk());
    BOOST_TEST(!contains(issuer.world.console.data(), "HBR CERTIFICATE"));
}

/// Shows a certificate after the clock has jumped, and tells the exit code.
int shownAfter(test::World& world, std::chrono::seconds jump) {
    test::World issuer;
    issuer.run({"certificate", "new-issuer"});
    const std::string file = world.folder / "certificate";
    issuer.run({"certificate", "create", "s3://backups/main", "--client", "web1", "--output", file});
    world.clock.jump(jump);
    return world.run({"certificate", "show", file});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificate_commands)

BOOST_AUTO_TEST_CASE(a_new_issuer_shows_its_fingerprint_and_never_replaces_a_key) {
    test::World world;
    BOOST_TEST(world.run({"certificate", "new-issuer"}) == app::kDone);
    const auto key =
        registration::loadIssuerKey(*world.folder.files, world.around.configFolder + "/issuer-key.pem");
    BOOST_TEST(contains(world.console.data(), registration::fingerprint(key.id())));
    BOOST_TEST(world.run({"certificate", "new-issuer"}) == app::kFailed);
    BOOST_TEST(contains(world.console.talk(), "FS-0002"));
    BOOST_TEST(world.run({"certificate", "new-issuer", "--issuer-key", world.folder / "other.pem",
                          "--json"}) == app::kDone);
    const auto other = registration::loadIssuerKey(*world.folder.files, world.folder / "other.pem");
    BOOST_TEST(contains(world.console.data(), other.id().hex()));
}

BOOST_AUTO_TEST_CASE(without_a_key_nothing_is_signed_and_how_to_make_one_is_told) {
    test::World world;
    BOOST_TEST(world.run({"certificate", "create", "s3://backups/main", "--client", "web1"}) ==
               app::kNotFound);
    BOOST_TEST(contains(world.console.talk(), "hbr certificate new-issuer"));
    BOOST_TEST(world.console.data().empty());
    BOOST_TEST(!world.folder.files->status(world.around.configFolder + "/issuer-key.pem"));
}

BOOST_AUTO_TEST_CASE(what_is_not_given_is_what_connecting_would_take) {
    Issuer issuer;
    const Certificate bare = issuer.create({"s3://backups/site//main/", "--client", "web1"});
    BOOST_TEST(bare.client.name == "web1");
    BOOST_TEST(bare.vault.name == "main");
    BOOST_TEST(bare.vault.description.empty());
    BOOST_TEST(bare.issuedAt.seconds == issuer.world.clock.now().seconds);
    BOOST_TEST(bare.bucket.place() == "s3://backups/site/main");
    BOOST_TEST(bare.bucket.region == "us-east-1");
    BOOST_TEST((bare.bucket.addressing == s3::Addressing::Host));
    BOOST_REQUIRE(bare.bucket.endpoints.size() == 1);
    BOOST_TEST(bare.bucket.endpoints.at(Network::Public).url() == "https://s3.us-east-1.amazonaws.com");
    BOOST_TEST(bare.bucket.authorities.empty());
    const Certificate whole = issuer.create({"s3://backups", "--client", "web1"});
    BOOST_TEST(whole.vault.name == "backups");
    BOOST_TEST(whole.bucket.folder.empty());
    BOOST_TEST((whole.client.id != bare.client.id));
    BOOST_TEST((whole.id != bare.id));
}

BOOST_AUTO_TEST_CASE(every_option_is_in_the_certificate) {
    Issuer issuer;
    issuer.world.folder.files->createNew(issuer.world.folder / "ca.pem")
        ->write(base::asBytes("# ours\n" + test::kAuthority));
    const std::string id(32, 'a');
    const Certificate made = issuer.create(
        {"s3://backups/main", "--client", "web1", "--client-id", id, "--name", "Main vault", "--description",
         "All of it", "--endpoint", "public=https://s3.example.com,vpc=http://10.0.0.9:9000", "--region",
         "eu-central-1", "--addressing", "host", "--ca-file", issuer.world.folder / "ca.pem"});
    BOOST_TEST(made.client.id.hex() == id);
    BOOST_TEST(made.vault.name == "Main vault");
    BOOST_TEST(made.vault.description == "All of it");
    BOOST_TEST(made.bucket.region == "eu-central-1");
    BOOST_TEST((made.bucket.addressing == s3::Addressing::Host));
    BOOST_TEST(made.bucket.authorities == test::kAuthority);
    BOOST_REQUIRE(made.bucket.endpoints.size() == 2);
    BOOST_TEST(made.bucket.endpoints.at(Network::Vpc).url() == "http://10.0.0.9:9000");
    BOOST_TEST(made.bucket.endpoints.at(Network::Public).url() == "https://s3.example.com");
}

BOOST_AUTO_TEST_CASE(a_url_alone_is_the_public_one) {
    Issuer issuer;
    const Certificate made =
        issuer.create({"s3://backups/main", "--client", "web1", "--endpoint", "https://s3.example.com"});
    BOOST_REQUIRE(made.bucket.endpoints.size() == 1);
    BOOST_TEST(made.bucket.endpoints.contains(Network::Public));
    BOOST_TEST((made.bucket.addressing == s3::Addressing::Path));
}

BOOST_AUTO_TEST_CASE(no_access_key_gets_into_a_certificate) {
    Issuer issuer;
    issuer.world.environment = {{"HBR_S3_ACCESS_KEY_ID", "AKIDEXAMPLE"},
                                {"HBR_S3_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"}};
    BOOST_TEST(issuer.world.run({"certificate", "create", "s3://backups/main", "--client", "web1"}) ==
               app::kDone);
    const std::string text = issuer.world.console.data();
    const base::Bytes token = registration::unarmoured(text.substr(text.find("-----BEGIN")));
    BOOST_TEST(contains(std::string(base::asText(token)), "web1"));
    for (const auto& [name, value] : issuer.world.environment) {
        BOOST_TEST(!contains(std::string(base::asText(token)), value), name);
    }
    // There is no option to give one.
    checkRefusal({"s3://backups/main", "--client", "web1", "--access-key-file", "key"}, app::kUsage,
                 "CLI-0002");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_in_a_certificate_is_refused_and_none_is_made) {
    const std::vector<std::string> good = {"s3://backups/main", "--client", "web1"};
    const auto with = [&](std::vector<std::string> words) {
        words.insert(words.begin(), good.begin(), good.end());
        return words;
    };
    checkRefusal({"s3://backups/main"}, app::kUsage, "CLI-0070");
    checkRefusal({"/mnt/disk/vault", "--client", "web1"}, app::kUsage, "BUCKET-0001");
    checkRefusal({"s3://backups/main", "--client", std::string(65, 'a')}, app::kUsage, "CERT-0009");
    checkRefusal(with({"--client-id", "12"}), app::kUsage, "CLI-0004");
    checkRefusal(with({"--endpoint", "private=https://h"}), app::kUsage, "BUCKET-0002");
    checkRefusal(with({"--endpoint", "https://h,public=https://h"}), app::kUsage, "BUCKET-0002");
    checkRefusal(with({"--endpoint", "https://user:secret@h"}), app::kUsage, "BUCKET-0002");
    checkRefusal(with({"--endpoint", ""}), app::kUsage, "BUCKET-0002");
    checkRefusal(with({"--region", "a b"}), app::kUsage, "BUCKET-0002");
    checkRefusal(with({"--issuer-key", "/nowhere/key"}), app::kNotFound, "CERT-0012");
    checkRefusal(with({"--ca-file", "/nowhere/ca.pem"}), app::kNotFound, "FS-0001");
}

BOOST_AUTO_TEST_CASE(a_file_of_authorities_that_cannot_be_used_is_refused) {
    Issuer issuer;
    issuer.world.folder.files->createNew(issuer.world.folder / "ca.pem")->write(base::asBytes("text"));
    BOOST_TEST(issuer.world.run({"certificate", "create", "s3://backups/main", "--client", "web1",
                                 "--ca-file", issuer.world.folder / "ca.pem"}) == app::kUsage);
    BOOST_TEST(contains(issuer.world.console.talk(), "BUCKET-0006"));
}

BOOST_AUTO_TEST_CASE(a_certificate_never_replaces_a_file) {
    Issuer issuer;
    const std::vector<std::string> line = {"certificate", "create",   "s3://backups/main",         "--client",
                                           "web1",        "--output", issuer.world.folder / "cert"};
    BOOST_TEST(issuer.world.run(line) == app::kDone);
    BOOST_TEST(issuer.world.run(line) == app::kFailed);
}

BOOST_AUTO_TEST_CASE(show_tells_all_and_ends_well_while_the_certificate_is_good) {
    test::World world;
    BOOST_TEST(shownAfter(world, std::chrono::hours(48)) == app::kDone);
    for (const char* part : {"web1", "s3://backups/main", "us-east-1", "2027-01-15T08:00:00Z",
                             "2027-01-17T08:00:00Z", "Signed by"}) {
        BOOST_TEST(contains(world.console.data(), part), part);
    }
}

BOOST_AUTO_TEST_CASE(show_tells_all_of_an_expired_certificate_too_and_then_refuses_it) {
    test::World world;
    BOOST_TEST(shownAfter(world, std::chrono::seconds(172'801)) == app::kDenied);
    BOOST_TEST(contains(world.console.data(), "s3://backups/main"));
    BOOST_TEST(contains(world.console.talk(), "has expired"));
}

BOOST_AUTO_TEST_CASE(show_refuses_a_certificate_of_the_future) {
    test::World world;
    BOOST_TEST(shownAfter(world, std::chrono::seconds(-301)) == app::kDenied);
    BOOST_TEST(contains(world.console.talk(), "CERT-0008"));
}

BOOST_AUTO_TEST_CASE(show_says_nothing_of_a_forged_certificate) {
    test::World world;
    std::string text = registration::issue(test::issuerNumber(1), test::sampleCertificate());
    const std::size_t letter = text.find('\n', 120) + 5;
    text[letter] = text[letter] == 'A' ? 'B' : 'A';
    world.folder.files->createNew(world.folder / "cert")->write(base::asBytes(text));
    BOOST_TEST(world.run({"certificate", "show", world.folder / "cert"}) == app::kDenied);
    BOOST_TEST(world.console.data().empty());
    BOOST_TEST(contains(world.console.talk(), "CERT-0004"));
}

BOOST_AUTO_TEST_CASE(as_json_a_certificate_comes_before_the_verdict) {
    test::World world;
    world.folder.files->createNew(world.folder / "cert")
        ->write(base::asBytes(registration::issue(test::issuerNumber(1), test::sampleCertificate())));
    BOOST_TEST(world.run({"certificate", "show", world.folder / "cert", "--json"}) == app::kDone);
    BOOST_TEST(world.console.data().starts_with(
        R"({"type":"certificate","schema":1,"id":"11111111111111111111111111111111",)"
        R"("issuedAt":"2027-01-15T08:00:00Z","endsAt":"2027-01-17T08:00:00Z","issuer":{"publicKey":)"));
    BOOST_TEST(
        world.console.data().ends_with("{\"type\":\"result\",\"schema\":1,\"isUnchangedAndInTime\":true}\n"));
    test::World later;
    later.clock.jump(std::chrono::hours(72));
    later.run({"certificate", "show", world.folder / "cert", "--json"});
    const std::string printed = later.console.data();
    const auto lines = base::split(printed, '\n');
    BOOST_REQUIRE(lines.size() == 3);
    BOOST_TEST(lines[0].starts_with(R"({"type":"certificate",)"));
    BOOST_TEST(lines[1].starts_with(R"({"type":"error","schema":1,"code":"CERT-0007","kind":"denied")"));
}

BOOST_AUTO_TEST_SUITE_END()
