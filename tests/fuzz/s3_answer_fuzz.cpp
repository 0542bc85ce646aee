// SPDX-License-Identifier: Apache-2.0
// s3_answer_fuzz.cpp: a server that answers whatever comes to its mind. The store says true things or throws;
// it never crashes, and never asks for ever.
#include <algorithm>

#include "agent/s3/s3_store.hpp"
#include "agent/s3/transport.hpp"
#include "platform/base/text.hpp"
#include "tests/fuzz/fuzz_support.hpp"
#include "tests/support/manual_clock.hpp"

namespace {

constexpr std::size_t kMostRequests = 2000;

/// Answers with the input, cut at zero bytes: status, headers (NAME:VALUE, a line each) and body. When they
/// are used up, the last one again.
class DreamingServer final : public s3::HttpTransport {
public:
    explicit DreamingServer(std::vector<std::string_view> parts) : parts_(std::move(parts)) {}

    s3::HttpAnswer send(const s3::HttpRequest&, std::size_t limitBytes) override {
        fuzz::require(++requests_ < kMostRequests);
        s3::HttpAnswer answer;
        answer.status = static_cast<int>(base::parseUnsigned(part(0)).value_or(200) % 1000);
        for (const std::string_view line : base::split(part(1), '\n')) {
            const std::size_t colon = std::min(line.find(':'), line.size());
            answer.headers[std::string(line.substr(0, colon))] =
                line.substr(std::min(colon + 1, line.size()));
        }
        const base::ByteView body = base::asBytes(part(2));
        answer.isTooLarge = body.size() > limitBytes;
        if (!answer.isTooLarge) answer.body.assign(body.begin(), body.end());
        if (next_ + 3 < parts_.size()) next_ += 3;
        return answer;
    }

private:
    [[nodiscard]] std::string_view part(std::size_t number) const {
        return next_ + number < parts_.size() ? parts_[next_ + number] : std::string_view();
    }

    const std::vector<std::string_view> parts_;
    std::size_t next_ = 0;
    std::size_t requests_ = 0;
};

/// True when the store refused; it may have any reason, but none without a code.
template <typename Work>
bool refuses(Work work) {
    try {
        work();
        return false;
    } catch (const base::Error& error) {
        fuzz::require(error.kind() != base::ErrorKind::Internal && !error.code().empty());
        return true;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const test::ManualClock clock;
    const auto parts = fuzz::wordsOf({data, size});
    const s3::Settings settings =
        s3::makeSettings("s3://bucket/folder", {{"endpoint", "http://127.0.0.1:9"}});
    const auto ask = [&](const std::function<void(vault::ObjectStore&)>& question) {
        std::chrono::nanoseconds time{};
        const s3::RetryWorld retry{[&] { return time; },
                                   [&](std::chrono::milliseconds wait) { time += wait; },
                                   [] { return 0.9; },
                                   {}};
        const auto store = s3::makeStore(settings, {"id", base::SecretBytes("secret"), base::SecretBytes()},
                                         {clock, retry}, std::make_unique<DreamingServer>(parts));
        refuses([&] { question(*store); });
    };
    ask([](vault::ObjectStore& store) { (void)store.read("journal/1", 4096); });
    ask([](vault::ObjectStore& store) {
        base::Bytes to(16);
        for (const std::uint64_t offset : {0U, 16U, 100U}) (void)store.readRange("packs/1", offset, to);
    });
    ask([](vault::ObjectStore& store) { (void)store.sizeOf("packs/1"); });
    ask([](vault::ObjectStore& store) {
        store.list("packs/",
                   [](const std::string& name, std::uint64_t) { fuzz::require(name.starts_with("packs/")); });
    });
    ask([](vault::ObjectStore& store) { store.create("points/1", base::asBytes("content")); });
    ask([](vault::ObjectStore& store) { store.remove("points/1"); });
    ask([](vault::ObjectStore& store) { store.sweepUnfinished([](std::uint64_t) { return true; }); });
    return 0;
}
