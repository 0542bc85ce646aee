// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/s3_store.hpp"

#include <vector>

#include "agent/s3/client.hpp"
#include "agent/s3/object_writer.hpp"
#include "agent/s3/read_ahead.hpp"
#include "agent/s3/xml_answer.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace s3 {

namespace {

using vault::CreateResult;

/// Round trips hide behind one another from here on; more would only hold more packs in memory.
constexpr std::size_t kParallelUploads = 4;

class S3Store final : public vault::ObjectStore {
public:
    S3Store(const Settings& settings, Credentials credentials, StoreWorld world,
            std::unique_ptr<HttpTransport> transport)
        : clock_(world.clock),
          client_(settings, std::move(credentials), std::move(transport), world.clock,
                  std::move(world.retry)) {}

    [[nodiscard]] std::string location() const override { return client_.settings().place(); }
    CreateResult create(const std::string& name, base::ByteView content) override {
        return putWhole(client_, keyOf(name), content);
    }
    [[nodiscard]] std::unique_ptr<vault::ObjectUpload> startUpload(const std::string& name) override {
        return s3::startUpload(client_, keyOf(name));
    }
    [[nodiscard]] std::optional<base::Bytes> read(const std::string& name, std::size_t limitBytes) override;
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
    [[nodiscard]] std::size_t parallelUploads() const override { return kParallelUploads; }

    /// One page of a listing; `most` of 0 leaves its size to the server.
    ObjectPage page(const std::string& prefix, const std::string& token, unsigned most);

private:
    [[nodiscard]] std::string keyOf(const std::string& name) const {
        vault::requireValidName(name);
        return client_.settings().prefix + name;
    }

    const platform::Clock& clock_;
    Client client_;
    ReadAhead readAhead_;
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
    const std::string key = keyOf(name);
    if (readAhead_.take(name, offset, to)) return true;
    const std::size_t more = readAhead_.bytesToRead(name, offset, to.size());
    Call call{"GET", key, {}, {}, {}, std::max<std::size_t>(more, 64 * base::kKiB)};
    call.headers["range"] = "bytes=" + std::to_string(offset) + '-' + std::to_string(offset + more - 1);
    HttpAnswer answer = client_.send(call, {404, 416});
    if (isMissing(client_, call, answer)) return false;
    if (answer.status == 416 || (answer.status == 206 && answer.body.size() < to.size())) {
        throw base::Error(base::ErrorKind::Corrupt, "STORE-0006",
                          "The vault object '" + name + "' ends too soon",
                          "Run 'hbr verify' to see what is affected, then 'hbr repair'.");
    }
    const bool isOurs = answer.header("content-range").starts_with("bytes " + std::to_string(offset) + '-');
    if (answer.status != 206 || answer.body.size() > more || !isOurs) {
        client_.failOnAnswer("the reading of a range");
    }
    std::copy_n(answer.body.begin(), to.size(), to.begin());
    readAhead_.keep(name, offset, to.size(), std::move(answer.body));
    return true;
}

std::optional<std::uint64_t> S3Store::sizeOf(const std::string& name) {
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
    do {
        const ObjectPage objects = page(prefix, token, 0);
        for (const ListedObject& object : objects.objects) {
            // Some tools mark folders with empty objects.
            if (!object.key.starts_with(root + prefix) || object.key.ends_with('/')) continue;
            found(object.key.substr(root.size()), object.sizeBytes);
        }
        if (!token.empty() && token == objects.nextToken) client_.failOnAnswer("a listing");
        token = objects.nextToken;
    } while (!token.empty());
}

void S3Store::remove(const std::string& name) {
    const Call call{"DELETE", keyOf(name), {}, {}, {}};
    readAhead_.remove(name);
    static_cast<void>(isMissing(client_, call, client_.send(call, {404})));
}

void S3Store::sweepUnfinished(const std::function<bool(std::uint64_t)>& isOld) {
    UploadPage uploads;
    do {
        Call call{"GET", "", {{"uploads", ""}, {"prefix", client_.settings().prefix}}, {}, {}};
        if (!uploads.nextKey.empty()) {
            call.query["key-marker"] = uploads.nextKey;
            call.query["upload-id-marker"] = uploads.nextId;
        }
        uploads = client_.sendAndParse(call, "a listing of uploads", parseUploadPage);
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

std::unique_ptr<S3Store> reach(const Settings& settings, Credentials credentials, StoreWorld world,
                               bool mustBeEmpty) {
    auto store = std::make_unique<S3Store>(settings, std::move(credentials), std::move(world),
                                           makeHttpTransport(settings));
    // A listing is the one request whose refusal says in words what is wrong.
    const ObjectPage first = store->page("", "", 1);
    if (mustBeEmpty && !first.objects.empty()) {
        throw base::Error(base::ErrorKind::Exists, "STORE-0002",
                          "There is something in '" + base::printable(settings.place()) + "' already",
                          "Choose an empty folder for a new vault, or connect to the vault that is there.");
    }
    return store;
}

}  // namespace

std::unique_ptr<vault::ObjectStore> openStore(const Settings& settings, Credentials credentials,
                                              StoreWorld world) {
    return reach(settings, std::move(credentials), std::move(world), false);
}

std::unique_ptr<vault::ObjectStore> createStore(const Settings& settings, Credentials credentials,
                                                StoreWorld world) {
    return reach(settings, std::move(credentials), std::move(world), true);
}

std::unique_ptr<vault::ObjectStore> makeStore(const Settings& settings, Credentials credentials,
                                              StoreWorld world, std::unique_ptr<HttpTransport> transport) {
    return std::make_unique<S3Store>(settings, std::move(credentials), std::move(world),
                                     std::move(transport));
}

}  // namespace s3
