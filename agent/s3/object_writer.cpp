// SPDX-License-Identifier: Apache-2.0
#include "agent/s3/object_writer.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <vector>

#include "agent/s3/signature.hpp"
#include "agent/s3/xml_answer.hpp"
#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace s3 {

namespace {

using vault::CreateResult;

const std::map<std::string, std::string> kOnlyIfFree = {{"if-none-match", "*"}};
constexpr std::size_t kCompareBytes = 8 * base::kMiB;

/// A SHA-256 that grows.
class RunningHash final {
public:
    RunningHash() : context_(EVP_MD_CTX_new()) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) fail();
    }
    void add(base::ByteView bytes) {
        if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail();
    }
    base::Bytes finish() {
        base::Bytes digest(32);
        if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) fail();
        return digest;
    }

private:
    [[noreturn]] static void fail() {
        throw base::Error(base::ErrorKind::Internal, "BUCKET-0020", "OpenSSL cannot work out a SHA-256",
                          "Is its default provider installed?");
    }
    struct Free {
        void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

/// True when there is an object under the name, of this size and SHA-256.
bool holds(Client& client, const std::string& key, std::uint64_t sizeBytes, const base::Bytes& digest) {
    Call head{"HEAD", key, {}, {}, {}, 0};
    const HttpAnswer found = client.send(head, {404});
    if (found.status == 404 || base::parseUnsigned(found.header("content-length")) != sizeBytes) return false;
    RunningHash hash;
    for (std::uint64_t offset = 0; offset < sizeBytes;) {
        const std::uint64_t last = std::min(sizeBytes, offset + kCompareBytes) - 1;
        Call call{"GET", key, {}, {}, {}, kCompareBytes};
        call.headers["range"] = "bytes=" + std::to_string(offset) + '-' + std::to_string(last);
        const HttpAnswer part = client.send(call, {404, 416});
        if (part.status != 206 || part.body.size() != last + 1 - offset) return false;
        hash.add(part.body);
        offset = last + 1;
    }
    return hash.finish() == digest;
}

/// An object that is held in memory until it is large, and then sent in parts.
class S3Upload final : public vault::ObjectUpload {
public:
    S3Upload(Client& client, std::string key) : client_(client), key_(std::move(key)) {}

    ~S3Upload() override {
        if (id_.empty()) return;
        try {
            client_.send({"DELETE", key_, {{"uploadId", id_}}, {}, {}}, {404});
        } catch (...) {
            // Left for sweepUnfinished(); a destructor has nobody to tell.
            static_cast<void>(base::currentError());
        }
    }

    void write(base::ByteView bytes) override {
        while (!bytes.empty()) {
            const std::size_t room = kPartBytes - part_.size();
            if (room == 0) {
                sendPart();
                continue;
            }
            const base::ByteView piece = bytes.first(std::min(room, bytes.size()));
            base::append(part_, piece);
            bytes = bytes.subspan(piece.size());
        }
    }

    CreateResult commit() override {
        if (id_.empty()) {
            const CreateResult result = putWhole(client_, key_, part_);
            part_ = {};
            return result;
        }
        if (!part_.empty()) sendPart();
        return complete();
    }

private:
    void begin() {
        Call call{"POST", key_, {{"uploads", ""}}, {{"x-amz-checksum-algorithm", "SHA256"}}, {}};
        id_ = client_.sendAndParse(call, "the start of an upload", parseUploadId);
    }

    void sendPart() {
        if (id_.empty()) begin();
        hash_.add(part_);
        sizeBytes_ += part_.size();
        Call call{
            "PUT", key_, {{"partNumber", std::to_string(parts_.size() + 1)}, {"uploadId", id_}}, {}, part_};
        const HttpAnswer answer = client_.send(call);
        parts_.push_back({answer.header("etag"), encodeBase64(sha256(part_).view()),
                          !answer.header("x-amz-checksum-sha256").empty()});
        part_.clear();
    }

    CreateResult complete() {
        std::string list = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            list += "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" +
                    escapeXml(parts_[i].etag) + "</ETag>";
            if (parts_[i].isChecked) list += "<ChecksumSHA256>" + parts_[i].checksum + "</ChecksumSHA256>";
            list += "</Part>";
        }
        list += "</CompleteMultipartUpload>";
        Call call{"POST", key_, {{"uploadId", id_}}, kOnlyIfFree, base::asBytes(list)};
        // A second try after a lost reply finds no such upload any more.
        const HttpAnswer answer = client_.send(call, {404, 412});
        // The answer begins before the work is done, so a failure may come under a status of success.
        const ErrorAnswer said = parseErrorAnswer(base::asText(answer.body));
        if (answer.status == 200 && said.code.empty()) {
            id_.clear();
            return CreateResult::Created;
        }
        const bool isTaken = answer.status == 412 || said.code == "PreconditionFailed";
        const bool isOurs = holds(client_, key_, sizeBytes_, hash_.finish());
        if (isOurs) {
            id_.clear();
            return CreateResult::Created;
        }
        if (isTaken) return CreateResult::AlreadyThere;
        throw errorOf(client_.settings(), call, answer);
    }

    struct Part {
        std::string etag;
        std::string checksum;
        bool isChecked = false;  // the server knows checksums
    };

    Client& client_;
    const std::string key_;
    base::Bytes part_;
    std::string id_;  // empty while no upload is open on the server
    std::vector<Part> parts_;
    RunningHash hash_;
    std::uint64_t sizeBytes_ = 0;
};

}  // namespace

bool isMissing(const Client& client, const Call& call, const HttpAnswer& answer) {
    if (answer.status != 404) return false;
    if (parseErrorAnswer(base::asText(answer.body)).code == "NoSuchBucket") {
        throw errorOf(client.settings(), call, answer);
    }
    return true;
}

CreateResult putWhole(Client& client, const std::string& key, base::ByteView content) {
    Call call{"PUT", key, {}, kOnlyIfFree, content};
    call.isCreate = true;
    if (client.send(call, {412}).status != 412) return CreateResult::Created;
    const Sha256 hash = sha256(content);
    const base::ByteView digest = hash.view();
    return holds(client, key, content.size(), base::Bytes(digest.begin(), digest.end()))
               ? CreateResult::Created
               : CreateResult::AlreadyThere;
}

std::unique_ptr<vault::ObjectUpload> startUpload(Client& client, std::string key) {
    return std::make_unique<S3Upload>(client, std::move(key));
}

}  // namespace s3
