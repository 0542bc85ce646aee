// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/certificate.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

#include "agent/registration/signed_token.hpp"
#include "platform/base/wire.hpp"
#include "tests/registration/sample.hpp"
#include "tests/support/manual_clock.hpp"

using registration::Certificate;
using registration::Network;
using registration::Trust;

namespace {

/// What the issue of a changed sample ends with.
std::string issuing(const std::function<void(Certificate&)>& change) {
    Certificate certificate = test::sampleCertificate();
    change(certificate);
    return test::codeOf([&] {
        const std::string text = registration::issue(test::issuerNumber(1), certificate);
        (void)registration::readCertificate(text, Trust::inAnybody());
    });
}

/// The fields of a certificate as a stranger writes them, who keeps to no rule.
struct Fields {
    std::uint64_t issuedAt = 1'800'000'000;
    std::uint64_t endsAt = 1'800'172'800;
    std::string client = "web1";
    std::string vault = "main";
    base::Byte kind = 1;
    std::string bucket = "backups";
    std::string folder = "main";
    std::string region = "us-east-1";
    base::Byte addressing = 0;
    std::vector<std::pair<base::Byte, std::string>> endpoints = {{3, "https://s3.example.com"}};
    std::uint64_t endpointCount = 1;
    std::string authorities;
    base::Bytes behind;

    [[nodiscard]] base::Bytes content() const {
        base::Bytes bytes;
        base::Encoder encoder(bytes);
        encoder.raw(base::Bytes(16, 1));
        encoder.fixed(issuedAt);
        encoder.fixed(endsAt);
        encoder.raw(base::Bytes(16, 2));
        for (const std::string& text : {client, vault, std::string()}) encoder.string(text);
        encoder.byte(kind);
        for (const std::string& text : {bucket, folder, region}) encoder.string(text);
        encoder.byte(addressing);
        encoder.number(endpointCount);
        for (const auto& [network, url] : endpoints) {
            encoder.byte(network);
            encoder.string(url);
        }
        encoder.string(authorities);
        encoder.raw(behind);
        return bytes;
    }
};

std::string readingContent(const base::Bytes& content) {
    const std::string text = registration::signedText(test::issuerNumber(1), content);
    return test::codeOf([&] { (void)registration::readCertificate(text, Trust::inAnybody()); });
}

std::string reading(const std::function<void(Fields&)>& change) {
    Fields fields;
    change(fields);
    return readingContent(fields.content());
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

/// What the sample is at a second: the code of the refusal.
std::string validity(std::int64_t second) {
    const test::ManualClock clock(second);
    return test::codeOf([&] { registration::requireValidAt(test::sampleCertificate(), clock.now()); });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(everything_that_was_said_comes_back) {
    const registration::IssuerKey key = test::issuerNumber(1);
    const Certificate said = test::sampleCertificate();
    const auto read = registration::readCertificate(registration::issue(key, said), Trust::in({key.id()}));
    const Certificate& came = read.certificate;
    BOOST_TEST((read.issuer == key.id()));
    BOOST_TEST((came.id == said.id));
    BOOST_TEST((came.issuedAt == said.issuedAt));
    BOOST_TEST((came.client == said.client));
    BOOST_TEST((came.vault == said.vault));
    BOOST_TEST(came.bucket.place() == "s3://backups/site/main");
    BOOST_TEST(came.bucket.region == "eu-central-1");
    BOOST_TEST((came.bucket.addressing == s3::Addressing::Host));
    BOOST_TEST(came.bucket.authorities == test::kAuthority);
    BOOST_REQUIRE(came.bucket.endpoints.size() == 3);
    BOOST_TEST(came.bucket.endpoints.at(Network::Vpc).url() == "http://10.0.0.9:9000");
    BOOST_TEST(came.bucket.endpoints.at(Network::Classic).url() == "https://s3.internal");
    BOOST_TEST(came.bucket.endpoints.at(Network::Public).url() == "https://s3.example.com:8443");
}

BOOST_AUTO_TEST_CASE(networks_have_names) {
    for (const Network network : {Network::Vpc, Network::Classic, Network::Public}) {
        BOOST_TEST((registration::parseNetwork(registration::toString(network)) == network));
    }
    BOOST_TEST((registration::parseNetwork("private") == std::nullopt));
    BOOST_TEST((registration::parseNetwork("") == std::nullopt));
}

BOOST_AUTO_TEST_CASE(a_certificate_is_good_for_two_days_to_the_second) {
    BOOST_TEST(test::sampleCertificate().endsAt().seconds == 1'800'172'800);
    BOOST_TEST(validity(1'800'000'000) == "none");
    BOOST_TEST(validity(1'800'172'800) == "none");
    BOOST_TEST(validity(1'800'172'801) == "CERT-0007");
}

BOOST_AUTO_TEST_CASE(a_clock_may_be_five_minutes_behind_and_not_a_second_more) {
    BOOST_TEST(validity(1'800'000'000 - 300) == "none");
    BOOST_TEST(validity(1'800'000'000 - 301) == "CERT-0008");
    BOOST_TEST(validity(0) == "CERT-0008");
}

BOOST_AUTO_TEST_CASE(an_expired_certificate_and_a_wrong_clock_are_told_with_their_times) {
    const auto sentence = [](std::int64_t second) {
        try {
            registration::requireValidAt(test::sampleCertificate(), {second, 999'999'999});
        } catch (const base::Error& error) {
            return error.message() + " | " + error.hint();
        }
        return std::string();
    };
    BOOST_TEST(
        sentence(1'900'000'000) ==
        "The certificate has expired: it was good until 2027-01-17T08:00:00Z | Download a new one; each is "
        "good for two days.");
    BOOST_TEST(
        sentence(1'700'000'000) ==
        "The certificate was issued at 2027-01-15T08:00:00Z, and this machine's clock says "
        "2023-11-14T22:13:20Z, which is earlier | Set this machine's clock, or the console's, then try "
        "again.");
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_issuer_is_refused_unless_anybody_is_believed) {
    const std::string text = registration::issue(test::issuerNumber(1), test::sampleCertificate());
    BOOST_TEST(test::codeOf([&] {
                   registration::readCertificate(text, Trust::in({test::issuerNumber(2).id()}));
               }) == "CERT-0005");
    BOOST_TEST(
        (registration::readCertificate(text, Trust::inAnybody()).issuer == test::issuerNumber(1).id()));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_the_text_is_refused) {
    const std::string whole = registration::issue(test::issuerNumber(1), test::sampleCertificate());
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string text = whole;
        text[bit / 8] = static_cast<char>(static_cast<unsigned char>(text[bit / 8]) ^ (1U << (bit % 8)));
        const std::string code =
            test::codeOf([&] { registration::readCertificate(text, Trust::inAnybody()); });
        BOOST_TEST(code.starts_with("CERT-000"), "bit " << bit << " gives " << code);
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_of_the_text_is_refused_as_one) {
    const std::string whole = registration::issue(test::issuerNumber(1), test::sampleCertificate());
    const std::size_t firstLine = whole.find('\n');
    // Without its last line break it is whole.
    for (std::size_t sizeBytes = 0; sizeBytes + 1 < whole.size(); ++sizeBytes) {
        const std::string text = whole.substr(0, sizeBytes);
        const std::string code =
            test::codeOf([&] { registration::readCertificate(text, Trust::inAnybody()); });
        BOOST_TEST(code == (sizeBytes < firstLine ? "CERT-0001" : "CERT-0002"), sizeBytes << " bytes");
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_went_missing_is_told) {
    std::string text = registration::issue(test::issuerNumber(1), test::sampleCertificate());
    const std::size_t second = text.find('\n', text.find('\n') + 1) + 1;
    text.erase(second, text.find('\n', second) + 1 - second);
    BOOST_TEST(test::codeOf([&] { registration::readCertificate(text, Trust::inAnybody()); }) == "CERT-0002");
}

BOOST_AUTO_TEST_CASE(names_have_1_to_64_characters) {
    const auto client = [](const std::string& name) {
        return issuing([&](Certificate& certificate) { certificate.client.name = name; });
    };
    const auto vault = [](const std::string& name) {
        return issuing([&](Certificate& certificate) { certificate.vault.name = name; });
    };
    for (const auto& named : {std::function<std::string(const std::string&)>(client),
                              std::function<std::string(const std::string&)>(vault)}) {
        BOOST_TEST(named("") == "CERT-0009");
        BOOST_TEST(named("a") == "none");
        BOOST_TEST(named(repeated("\u2603", 64)) == "none");
        BOOST_TEST(named(repeated("\u2603", 65)) == "CERT-0009");
        BOOST_TEST(named("a\nb") == "CERT-0009");
        BOOST_TEST(named("\xff") == "CERT-0009");
    }
}

BOOST_AUTO_TEST_CASE(a_description_has_at_most_256_characters) {
    const auto described = [](const std::string& text) {
        return issuing([&](Certificate& certificate) { certificate.vault.description = text; });
    };
    BOOST_TEST(described("") == "none");
    BOOST_TEST(described(repeated("\u2603", 256)) == "none");
    BOOST_TEST(described(repeated("\u2603", 257)) == "CERT-0009");
    BOOST_TEST(described("a\x1b[2Jb") == "CERT-0009");
}

BOOST_AUTO_TEST_CASE(a_bucket_is_one_that_the_store_takes_and_is_written_as_it_writes_it) {
    const auto in = [](const std::string& name, const std::string& folder) {
        return issuing([&](Certificate& certificate) {
            certificate.bucket.name = name;
            certificate.bucket.folder = folder;
        });
    };
    BOOST_TEST(in("abc", "") == "none");
    BOOST_TEST(in("ab", "") == "CERT-0009");
    BOOST_TEST(in(repeated("a", 63), "") == "none");
    BOOST_TEST(in(repeated("a", 64), "") == "CERT-0009");
    BOOST_TEST(in("Bucket", "") == "CERT-0009");
    BOOST_TEST(in("abc/def", "") == "CERT-0009");
    BOOST_TEST(in("abc", repeated("f", 512)) == "none");
    BOOST_TEST(in("abc", repeated("f", 513)) == "CERT-0009");
    for (const char* folder : {"/f", "f/", "f//g", "..", "f/./g", "a\nb", "\xff"}) {
        BOOST_TEST(in("abc", folder) == "CERT-0009", folder);
    }
}

BOOST_AUTO_TEST_CASE(a_region_has_1_to_64_letters) {
    const auto at = [](const std::string& region) {
        return issuing([&](Certificate& certificate) { certificate.bucket.region = region; });
    };
    BOOST_TEST(at("a") == "none");
    BOOST_TEST(at(repeated("a", 64)) == "none");
    BOOST_TEST(at("") == "CERT-0009");
    BOOST_TEST(at(repeated("a", 65)) == "CERT-0009");
    BOOST_TEST(at("a b") == "CERT-0009");
}

BOOST_AUTO_TEST_CASE(one_to_three_endpoints_are_named_each_of_300_bytes_at_most) {
    const auto reachedAt = [](const std::map<Network, s3::Endpoint>& endpoints) {
        return issuing([&](Certificate& certificate) { certificate.bucket.endpoints = endpoints; });
    };
    BOOST_TEST(reachedAt({}) == "CERT-0009");
    for (const Network network : {Network::Vpc, Network::Classic, Network::Public}) {
        BOOST_TEST(reachedAt({{network, s3::parseEndpoint("http://h")}}) == "none");
    }
    BOOST_TEST(reachedAt({{Network::Public, {true, repeated("h", 292), 443}}}) == "none");
    BOOST_TEST(reachedAt({{Network::Public, {true, repeated("h", 293), 443}}}) == "CERT-0009");
    BOOST_TEST(reachedAt({{Network::Public, {true, "user@host", 443}}}) == "CERT-0009");
    BOOST_TEST(reachedAt({{Network::Public, {true, "h,vpc=https://i", 443}}}) == "CERT-0009");
}

BOOST_AUTO_TEST_CASE(authorities_are_certificates_alone_and_take_32_kib_at_most) {
    const auto trusting = [](const std::string& pem) {
        return issuing([&](Certificate& certificate) { certificate.bucket.authorities = pem; });
    };
    const std::size_t most = registration::kMostAuthorityBytes / test::kAuthority.size();
    BOOST_TEST(trusting("") == "none");
    BOOST_TEST(trusting(repeated(test::kAuthority, most)) == "none");
    BOOST_TEST(trusting(repeated(test::kAuthority, most + 1)) == "CERT-0009");
    BOOST_TEST(trusting("text") == "CERT-0009");
    BOOST_TEST(trusting("# comment\n" + test::kAuthority) == "CERT-0009");
    BOOST_TEST(trusting(test::kAuthority + std::string(base::asText(test::issuerNumber(1).pem().view()))) ==
               "CERT-0009");
}

BOOST_AUTO_TEST_CASE(the_largest_certificate_fits_into_its_text) {
    BOOST_TEST(issuing([](Certificate& certificate) {
                   certificate.client.name = repeated("\U0001F600", 64);
                   certificate.vault.name = repeated("\U0001F600", 64);
                   certificate.vault.description = repeated("\U0001F600", 256);
                   certificate.bucket.name = repeated("a", 63);
                   certificate.bucket.folder = repeated("f", 512);
                   certificate.bucket.region = repeated("r", 64);
                   for (auto& [network, endpoint] : certificate.bucket.endpoints) {
                       endpoint = {true, repeated("h", 292), 443};
                   }
                   certificate.bucket.authorities = repeated(
                       test::kAuthority, registration::kMostAuthorityBytes / test::kAuthority.size());
               }) == "none");
}

BOOST_AUTO_TEST_CASE(times_of_issue_are_whole_seconds_of_years_that_can_be_written) {
    const auto at = [](std::int64_t seconds, std::uint32_t nanoseconds) {
        return issuing([&](Certificate& certificate) { certificate.issuedAt = {seconds, nanoseconds}; });
    };
    BOOST_TEST(at(0, 0) == "none");
    BOOST_TEST(at(-1, 0) == "CERT-0009");
    BOOST_TEST(at(0, 1) == "CERT-0009");
    BOOST_TEST(at(253'402'300'799 - 172'800, 0) == "none");
    BOOST_TEST(at(253'402'300'799 - 172'800 + 1, 0) == "CERT-0009");
}

BOOST_AUTO_TEST_CASE(what_a_stranger_signs_is_read_when_it_keeps_to_the_rules) {
    BOOST_TEST(reading([](Fields&) {}) == "none");
    BOOST_TEST(reading([](Fields& fields) { fields.addressing = 1; }) == "none");
    BOOST_TEST(reading([](Fields& fields) { fields.authorities = test::kAuthority; }) == "none");
}

BOOST_AUTO_TEST_CASE(any_other_span_than_two_days_is_refused) {
    BOOST_TEST(reading([](Fields& fields) { ++fields.endsAt; }) == "CERT-0009");
    BOOST_TEST(reading([](Fields& fields) { --fields.endsAt; }) == "CERT-0009");
    BOOST_TEST(reading([](Fields& fields) { fields.endsAt = fields.issuedAt; }) == "CERT-0009");
    BOOST_TEST(reading([](Fields& fields) { std::swap(fields.endsAt, fields.issuedAt); }) == "CERT-0009");
}

BOOST_AUTO_TEST_CASE(times_that_no_clock_shows_are_refused) {
    for (const std::uint64_t issuedAt :
         {std::uint64_t{INT64_MAX}, std::uint64_t{INT64_MAX} - 172'799, std::uint64_t{1} << 63, UINT64_MAX,
          std::uint64_t{253'402'300'799}}) {
        BOOST_TEST(reading([&](Fields& fields) {
                       fields.issuedAt = issuedAt;
                       fields.endsAt = issuedAt + 172'800;
                   }) == "CERT-0009");
    }
}

BOOST_AUTO_TEST_CASE(another_kind_of_store_needs_a_later_program) {
    BOOST_TEST(reading([](Fields& fields) { fields.kind = 0; }) == "CERT-0006");
    BOOST_TEST(reading([](Fields& fields) { fields.kind = 2; }) == "CERT-0006");
}

BOOST_AUTO_TEST_CASE(fields_that_break_a_rule_are_refused_when_they_are_read) {
    const std::function<void(Fields&)> breaches[] = {
        [](Fields& fields) { fields.client.clear(); },
        [](Fields& fields) { fields.vault = "\x1b[2J"; },
        [](Fields& fields) { fields.bucket = "B"; },
        [](Fields& fields) { fields.folder = "../x"; },
        [](Fields& fields) { fields.region.clear(); },
        [](Fields& fields) { fields.addressing = 2; },
        [](Fields& fields) { fields.endpointCount = 0, fields.endpoints.clear(); },
        [](Fields& fields) { fields.endpointCount = UINT64_MAX; },
        [](Fields& fields) { fields.endpointCount = 4, fields.endpoints.resize(4, {3, "https://h"}); },
        [](Fields& fields) { fields.endpoints[0].first = 0; },
        [](Fields& fields) { fields.endpoints[0].first = 4; },
        [](Fields& fields) { fields.endpointCount = 2, fields.endpoints.emplace_back(3, "https://h"); },
        [](Fields& fields) { fields.endpointCount = 2, fields.endpoints.emplace_back(1, "https://h"); },
        [](Fields& fields) { fields.endpoints[0].second = "ftp://h"; },
        [](Fields& fields) { fields.endpoints[0].second = "https://h/"; },
        [](Fields& fields) { fields.endpoints[0].second = "https://h:443"; },
        [](Fields& fields) { fields.endpoints[0].second = "https://user:secret@h"; },
        [](Fields& fields) { fields.authorities = "text"; },
        [](Fields& fields) { fields.behind = {0}; },
    };
    for (std::size_t i = 0; i < std::size(breaches); ++i) {
        BOOST_TEST(reading(breaches[i]) == "CERT-0009", "breach " << i);
    }
}

BOOST_AUTO_TEST_CASE(signed_content_that_ends_anywhere_too_soon_is_refused) {
    const base::Bytes whole = Fields().content();
    for (std::size_t sizeBytes = 0; sizeBytes < whole.size(); ++sizeBytes) {
        const base::Bytes content(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(sizeBytes));
        BOOST_TEST(readingContent(content) == "CERT-0009", sizeBytes << " bytes");
    }
}

BOOST_AUTO_TEST_SUITE_END()
