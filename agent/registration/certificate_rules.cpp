// SPDX-License-Identifier: Apache-2.0
#include "agent/registration/certificate_rules.hpp"

#include "agent/registration/authorities.hpp"
#include "platform/base/error.hpp"
#include "platform/base/given_name.hpp"
#include "platform/base/text.hpp"

namespace registration {

namespace {

constexpr std::int64_t kLastSecond =
    253'402'300'799;  // of the year 9999, beyond which no date can be written

void require(bool holds, const char* why) {
    if (!holds) throwUnsound(why);
}

void requireName(const char* owner, const std::string& name) {
    if (auto fault = base::faultOfName(owner, name)) {
        fault->pop_back();  // its full stop
        throwUnsound(*fault);
    }
}

bool isShowable(const std::string& text) { return base::printable(text) == text; }

/// The store's own rules judge place, region and servers; what it would read otherwise is refused, too.
void requireUsable(const Bucket& bucket, const s3::Endpoint& endpoint) {
    const std::string url = endpoint.url();
    require(url.size() <= kMostUrlBytes, "The URL of an endpoint is longer than 300 bytes");
    const s3::Settings settings = readByStore([&] {
        return s3::makeSettings(bucket.place(),
                                {{"endpoint", url}, {"region", bucket.region}, {"addressing", "path"}});
    });
    require(settings.place() == bucket.place() && settings.bucket == bucket.name,
            "The folder in the bucket is not written as it should be");
    require(settings.region == bucket.region, "The region is missing");
    require(settings.endpoint.url() == url, "The URL of an endpoint is not written as it should be");
}

}  // namespace

void throwUnsound(std::string why) {
    if (why.front() >= 'A' && why.front() <= 'Z') why.front() = static_cast<char>(why.front() - 'A' + 'a');
    throw base::Error(base::ErrorKind::Invalid, "CERT-0009",
                      "A field of the certificate cannot be as it is: " + why,
                      "Correct it where the certificate is made, and make a new one.");
}

void requireSound(const Certificate& certificate) {
    require(certificate.issuedAt.seconds >= 0 && certificate.issuedAt.nanoseconds == 0 &&
                certificate.issuedAt.seconds <= kLastSecond - kValidFor.count(),
            "Its time of issue is no whole second of the years 1970 to 9999");
    requireName("client", certificate.client.name);
    requireName("vault", certificate.vault.name);
    const std::string& description = certificate.vault.description;
    require(isShowable(description), "The vault's description holds characters that cannot be shown");
    require(base::countCharacters(description) <= kMostDescriptionCharacters,
            "The vault's description has more than 256 characters");
    const Bucket& bucket = certificate.bucket;
    require(bucket.folder.size() <= kMostFolderBytes, "The folder in the bucket is longer than 512 bytes");
    require(isShowable(bucket.folder), "The folder in the bucket holds characters that cannot be shown");
    require(bucket.region.size() <= kMostRegionBytes, "The region is longer than 64 bytes");
    require(!bucket.endpoints.empty(), "No endpoint is named");
    for (const auto& [network, endpoint] : bucket.endpoints) requireUsable(bucket, endpoint);
    if (bucket.authorities.empty()) return;
    require(bucket.authorities.size() <= kMostAuthorityBytes, "The authorities take more than 32 KiB");
    require(certificatesAlone(bucket.authorities) == bucket.authorities,
            "The authorities are not X.509 certificates in PEM form alone");
}

}  // namespace registration
