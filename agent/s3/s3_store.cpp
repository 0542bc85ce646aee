// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/s3_store.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "agent/s3/client.hpp"
#include "agent/s3/object_writer.hpp"
#include "agent/s3/page_tokens.hpp"
#include "agent/s3/prefetcher.hpp"
#include "agent/s3/read_ahead.hpp"
#include "agent/s3/xml_answer.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"
#include "platform/base/worker_threads.hpp"

namespace s3 {

namespace {

using vault::CreateResult;

/// Round trips hide behind one another from here on; more would only hold more packs in memory.
constexpr std::size_t kParallelUploads = 4;

// Eight requests for whole packs fill what lies between the server and us for 100 ms at 1 GiB/s.
constexpr std::size_t kParallelReads = 8;
constexpr std::size_t kSmallBytes = 256 * base::kMiB;  // what read() takes by default
constexpr std::size_t kReadAheadBytes = kParallelReads * Prefetcher::kBlockBytes;
// As much again for packs that are half read: a backup fills several at once. Less where addresses are
// scarce.
constexpr std::size_t kHeldBytes = sizeof(void*) < 8 ? kReadAheadBytes / 2 : 2 * kReadAheadBytes;

/// How many of `most` requests are worth making at once under a limit, which is the same for all together:
/// one that waits for its answer and one that uses the limit meanwhile, and one more for every 16 MiB/s. More
/// would all end late instead of one after another, and hold their packs in memory until then.
std::size_t parallelUnder(const base::RateLimiter* limiter, std::size_t most) {
    if (limiter == nullptr) return most;
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(most, 2 + limiter->bytesPerSecond() / (16 * base::kMiB)));
}

class S3Store final : public vault::ObjectStore {
public:
    S3Store(const Settings& settings, Credentials credentials, StoreWorld world,
            std::unique_ptr<HttpTransport> transport)
        : clock_(world.clock),
          client_(settings, std::move(credentials), std::move(transport), world.clock,
                  std::move(world.retry)),
          parallelUploads_(parallelUnder(world.limits.upload, kParallelUploads)),
          parallelReads_(parallelUnder(world.limits.download, kParallelReads)),
          prefetcher_([this](const std::string& name, std::uint64_t offset,
                             std::size_t sizeBytes) { return readUpTo(name, offset, sizeBytes); },
                      parallelReads_, kHeldBytes) {}
    /// Does not wait for the rest of what was fetched ahead.
    ~S3Store() override { client_.close(); }
    S3Store(const S3Store&) = delete;
    S3Store& operator=(const S3Store&) = delete;

    [[nodiscard]] std::string location() const override { return client_.settings().place(); }
    CreateResult create(const std::string& name, base::ByteView content) override {
        return putWhole(client_, keyOf(name), content);
    }
    [[nodiscard]] std::unique_ptr<vault::ObjectUpload> startUpload(const std::string& name) override {
        return s3::startUpload(client_, keyOf(name));
    }
    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override;
    [[nodiscard]] std::vector<std::optional<base::Bytes>> readMany(
        const std::vector<std::string>& names) override;
    [[nodiscard]] bool readRange(const std::string& name, std::uint64_t offset,
                                 base::MutableBytes to) override;
    [[nodiscard]] std::optional<std::uint64_t> sizeOf(const std::string& name) override;
    void list(const std::string& prefix,
              const std::function<void(const std::string&, std::uint64_t)>& found) override;
    void remove(const std::string& name) override;
    /// Removals are durable once they are answered.
    void sync() override {}
    void sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) override;
    [[nodiscard]] std::optional<std::uint64_t> freeBytes() override { return std::nullopt; }
    [[nodiscard]] std::size_t parallelUploads() const override { return parallelUploads_; }
    void willRead(const std::vector<vault::ObjectRange>& ranges) override { prefetcher_.announce(ranges); }
    [[nodiscard]] std::size_t readAheadBytes() const override {
        return parallelReads_ * Prefetcher::kBlockBytes;
    }

    /// One page of a listing; `most` of 0 leaves its size to the server.
    ObjectPage page(const std::string& prefix, const std::string& token, unsigned most);

private:
    [[nodiscard]] std::string keyOf(const std::string& name) const {
        vault::requireValidName(name);
        return client_.settings().prefix + name;
    }

    /// Nothing when there is no such object; what is there when it ends sooner.
    std::optional<base::Bytes> readUpTo(const std::string& name, std::uint64_t offset, std::size_t sizeBytes);

    const platform::Clock& clock_;
    Client client_;
    const std::size_t parallelUploads_;
    const std::size_t parallelReads_;
    ReadAhead readAhead_;
    Prefetcher prefetcher_;
};

std::optional<base::Bytes> S3Store::read(const std::string& name, std::size_t limitBytes) {
    const Call call{"GET", keyOf(name), {}, {}, {}, limitBytes};
    HttpAnswer answer = client_.send(call, {404});
    if (isMissing(client_, call, answer)) return std::nullopt;
    if (answer.isTooLarge) {
        throw base::Error(base::ErrorKind::Corrupt, "STORE-0007",
                          "The vault object '" + name + "' is impossibly large",
                          "Run 'hbr verify' to see what is affected, then 'hbr repair'.");
    }
    return std::move(answer.body);
}

bool S3Store::readRange(const std::string& name, std::uint64_t offset, base::MutableBytes to) {
    if (to.empty()) return sizeOf(name).has_value();
    if (prefetcher_.take(name, offset, to) || readAhead_.take(name, offset, to)) return true;
    auto content = readUpTo(name, offset, readAhead_.bytesToRead(name, offset, to.size()));
    if (!content) return false;
    if (content->size() < to.size()) {
        throw base::Error(base::ErrorKind::Corrupt, "STORE-0006",
                          "The vault object '" + name + "' ends too soon",
                          "Run 'hbr verify' to see what is affected, then 'hbr repair'.");
    }
    std::copy_n(content->begin(), to.size(), to.begin());
    readAhead_.keep(name, offset, to.size(), std::move(*content));
    return true;
}

std::optional<base::Bytes> S3Store::readUpTo(const std::string& name, std::uint64_t offset,
                                             std::size_t sizeBytes) {
    Call call{"GET", keyOf(name), {}, {}, {}, std::max<std::size_t>(sizeBytes, 64 * base::kKiB)};
    call.headers["range"] = "bytes=" + std::to_string(offset) + '-' + std::to_string(offset + sizeBytes - 1);
    HttpAnswer answer = client_.send(call, {404, 416});
    if (isMissing(client_, call, answer)) return std::nullopt;
    if (answer.status == 416) return base::Bytes();  // begins behind the end
    const bool isOurs = answer.header("content-range").starts_with("bytes " + std::to_string(offset) + '-');
    if (answer.status != 206 || answer.body.size() > sizeBytes || !isOurs) {
        client_.failOnAnswer("the reading of a range");
    }
    return std::move(answer.body);
}

std::vector<std::optional<base::Bytes>> S3Store::readMany(const std::vector<std::string>& names) {
    std::vector<std::optional<base::Bytes>> contents(names.size());
    std::vector<std::optional<base::Error>> failures(names.size());
    std::atomic<std::size_t> next = 0;
    const auto readNext = [&] {
        for (std::size_t at = next++; at < names.size(); at = next++) {
            try {
                contents[at] = read(names[at], kSmallBytes);
            } catch (...) {
                failures[at] = base::currentError();
            }
        }
    };
    // Its threads are joined at once.
    if (!names.empty()) base::startWorkers(std::min(names.size(), kParallelReads), readNext).clear();
    for (const auto& failure : failures) {
        if (failure) throw base::Error(*failure);
    }
    return contents;
}

std::optional<std::uint64_t> S3Store::sizeOf(const std::string& name) {
    if (const auto known = prefetcher_.sizeOf(name)) return known;
    const HttpAnswer answer = client_.send({"HEAD", keyOf(name), {}, {}, {}, 0}, {404});
    if (answer.status == 404) return std::nullopt;
    const auto size = base::parseUnsigned(answer.header("content-length"));
    if (!size) client_.failOnAnswer("the question for a size");
    return size;
}

ObjectPage S3Store::page(const std::string& prefix, const std::string& token, unsigned most) {
    Call call{"GET", "", {{"list-type", "2"}, {"prefix", client_.settings().prefix + prefix}}, {}, {}};
    if (!token.empty()) call.query["continuation-token"] = token;
    if (most != 0) call.query["max-keys"] = std::to_string(most);
    return client_.sendAndParse(call, "a listing", parseObjectPage);
}

void S3Store::list(const std::string& prefix,
                   const std::function<void(const std::string&, std::uint64_t)>& found) {
    const std::string& root = client_.settings().prefix;
    std::string token;
    PageTokens tokens;
    do {
        const ObjectPage objects = page(prefix, token, 0);
        for (const ListedObject& object : objects.objects) {
            // Some tools mark folders with empty objects.
            if (!object.key.starts_with(root + prefix) || object.key.ends_with('/')) continue;
            found(object.key.substr(root.size()), object.sizeBytes);
        }
        token = objects.nextToken;
        if (!token.empty() && tokens.isCircle(token)) client_.failOnAnswer("a listing");
    } while (!token.empty());
}

void S3Store::remove(const std::string& name) {
    const Call call{"DELETE", keyOf(name), {}, {}, {}};
    readAhead_.remove(name);
    prefetcher_.remove(name);
    static_cast<void>(isMissing(client_, call, client_.send(call, {404})));
}

void S3Store::sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) {
    UploadPage uploads;
    PageTokens tokens;
    do {
        Call call{"GET", "", {{"uploads", ""}, {"prefix", client_.settings().prefix}}, {}, {}};
        if (!uploads.nextKey.empty()) {
            call.query["key-marker"] = uploads.nextKey;
            call.query["upload-id-marker"] = uploads.nextId;
        }
        uploads = client_.sendAndParse(call, "a listing of uploads", parseUploadPage);
        if (!uploads.nextKey.empty() && tokens.isCircle(uploads.nextKey + '\n' + uploads.nextId)) {
            client_.failOnAnswer("a listing of uploads");
        }
        for (const ListedUpload& upload : uploads.uploads) {
            if (!upload.key.starts_with(client_.settings().prefix)) continue;
            platform::Timestamp begun;
            // Fractions of seconds are cut off: "2026-11-24T01:50:45.000Z".
            if (!platform::parseUtc(upload.initiated.substr(0, 19) + 'Z', begun)) continue;
            // Signatures bind our clock to the server's within minutes.
            const std::int64_t age = clock_.now().seconds - begun.seconds;
            if (age < 0 || !isOld(static_cast<std::uint64_t>(age))) continue;
            client_.send({"DELETE", upload.key, {{"uploadId", upload.id}}, {}, {}}, {404});
        }
    } while (!uploads.nextKey.empty());
}

}  // namespace

std::unique_ptr<vault::ObjectStore> openStore(const Settings& settings, Credentials credentials,
                                              StoreWorld world) {
    auto transport = makeHttpTransport(settings, credentials.proxyLogin, world.limits);
    return makeStore(settings, std::move(credentials), std::move(world), std::move(transport));
}

std::unique_ptr<vault::ObjectStore> createStore(const Settings& settings, Credentials credentials,
                                                StoreWorld world) {
    auto transport = makeHttpTransport(settings, credentials.proxyLogin, world.limits);
    auto store =
        std::make_unique<S3Store>(settings, std::move(credentials), std::move(world), std::move(transport));
    if (!store->page("", "", 1).objects.empty()) {
        throw base::Error(base::ErrorKind::Exists, "STORE-0002",
                          "There is something in '" + base::printable(settings.place()) + "' already",
                          "Choose an empty folder for a new vault, or connect to the vault that is there.");
    }
    return store;
}

std::unique_ptr<vault::ObjectStore> makeStore(const Settings& settings, Credentials credentials,
                                              StoreWorld world, std::unique_ptr<HttpTransport> transport) {
    return std::make_unique<S3Store>(settings, std::move(credentials), std::move(world),
                                     std::move(transport));
}

}  // namespace s3
