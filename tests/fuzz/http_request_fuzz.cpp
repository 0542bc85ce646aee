// SPDX-License-Identifier: Apache-2.0
// http_request_fuzz.cpp: what clients send to the page's server, cut in two at any place; and the header that
// says which host they mean.
#include "agent/web/host_rules.hpp"
#include "agent/web/request_reader.hpp"
#include "tests/fuzz/fuzz_support.hpp"

namespace {

/// All that is read, as one text.
std::string readAll(web::RequestReader& reader) {
    std::string all;
    for (;;) {
        const auto outcome = reader.next();
        if (outcome.refusal) return all + outcome.refusal->error.code();
        if (!outcome.request) return all;
        const web::HttpRequest& request = *outcome.request;
        fuzz::require(request.body.size() <= web::kMostBodyBytes);
        all += request.method + '\n' + request.target + '\n' + request.body + '\n';
        for (const auto& [name, value] : request.headers) all.append(name).append(":").append(value) += '\n';
        static_cast<void>(web::HostRules({"server7"}).knowsHost(request.header("host"), {}));
        static_cast<void>(web::HostRules::isOwnOrigin(request.header("origin"), request.header("host"), {}));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes = base::asText({data + 1, size - 1});
    const std::size_t cut = bytes.size() * data[0] / 256;
    web::RequestReader whole;
    whole.add(bytes);
    web::RequestReader pieces;
    pieces.add(bytes.substr(0, cut));
    std::string read = readAll(pieces);
    // Behind a refusal nobody knows where a next request begins.
    const bool isRefused = read.ends_with("WEB-0012") || read.ends_with("WEB-0013") ||
                           read.ends_with("WEB-0014") || read.ends_with("WEB-0017");
    if (!isRefused) {
        pieces.add(bytes.substr(cut));
        read += readAll(pieces);
    }
    fuzz::require(read == readAll(whole));
    return 0;
}
