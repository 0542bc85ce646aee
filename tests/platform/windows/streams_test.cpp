// SPDX-License-Identifier: Apache-2.0
// streams_test.cpp: alternate data streams against a stand-in for NTFS, which wine does not have.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "platform/base/error.hpp"
#include "platform/windows/streams.hpp"
#include "platform/windows/system_error.hpp"
#include "platform/windows/wide_text.hpp"

namespace {

using platform::ExtraMetadata;
using platform::NamedStream;
using platform::windows::kMostAttributeBytes;
using platform::windows::parseStreamList;

/// Records as NtQueryInformationFile writes them: every one but the last begins at a multiple of eight and
/// tells where the next one is.
base::Bytes recordsOf(const std::vector<std::pair<std::string, std::uint64_t>>& streams) {
    base::Bytes bytes;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const std::wstring name = platform::windows::toWide(streams[i].first);
        const std::size_t at = bytes.size();
        const std::size_t ownBytes = 24 + name.size() * 2;
        const bool isLast = i + 1 == streams.size();
        const std::size_t room = isLast ? ownBytes : (ownBytes + 7) / 8 * 8;
        bytes.resize(at + room);
        base::Byte* const record = bytes.data() + at;
        base::storeLittleEndian<std::uint32_t>(record, isLast ? 0 : static_cast<std::uint32_t>(room));
        base::storeLittleEndian<std::uint32_t>(record + 4, static_cast<std::uint32_t>(name.size() * 2));
        base::storeLittleEndian<std::uint64_t>(record + 8, streams[i].second);
        for (std::size_t j = 0; j < name.size(); ++j) {
            base::storeLittleEndian<std::uint16_t>(record + 24 + j * 2, name[j]);
        }
    }
    return bytes;
}

/// The streams of one file, held in memory.
class FakeStreams final : public platform::windows::StreamCalls {
public:
    base::Bytes list() override {
        std::vector<std::pair<std::string, std::uint64_t>> all = {{"::$DATA", 5}};
        for (const auto& [name, bytes] : streams) all.emplace_back(":" + name + ":$DATA", bytes.size());
        return recordsOf(all);
    }
    base::Bytes read(const std::string& name, std::size_t sizeBytes) override {
        if (name == vanishing)
            throw platform::windows::fileError(ERROR_FILE_NOT_FOUND, "open the stream", name);
        if (name == locked)
            throw platform::windows::fileError(ERROR_SHARING_VIOLATION, "open the stream", name);
        base::Bytes bytes = streams.at(name);
        bytes.resize(std::min(sizeBytes, bytes.size()));
        return bytes;
    }
    DWORD write(const std::string& name, base::ByteView bytes) override {
        if (refusal != ERROR_SUCCESS) return refusal;
        streams[name].assign(bytes.begin(), bytes.end());
        return ERROR_SUCCESS;
    }

    std::map<std::string, base::Bytes> streams;
    std::string vanishing;
    std::string locked;
    DWORD refusal = ERROR_SUCCESS;
};

base::Bytes bytesOf(std::string_view text) {
    const base::ByteView view = base::asBytes(text);
    return {view.begin(), view.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streams)

BOOST_AUTO_TEST_CASE(the_list_names_data_streams_and_not_the_content_itself) {
    const auto found =
        parseStreamList(recordsOf({{"::$DATA", 7}, {":Zone.Identifier:$DATA", 26}, {":雪:$DATA", 0}}));
    BOOST_TEST((found == std::vector<NamedStream>{{"Zone.Identifier", 26}, {"雪", 0}}));
    BOOST_TEST(parseStreamList(recordsOf({{":x:$BITMAP", 9}, {"x", 1}})).empty());
    BOOST_TEST(parseStreamList({}).empty());
}

BOOST_AUTO_TEST_CASE(a_list_cut_short_anywhere_yields_whole_records_only) {
    const base::Bytes whole = recordsOf({{":one:$DATA", 1}, {":two:$DATA", 2}});
    const auto all = parseStreamList(whole);
    BOOST_REQUIRE(all.size() == 2);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto some = parseStreamList(base::ByteView(whole).first(size));
        BOOST_TEST(some.size() < 2);
        if (!some.empty()) BOOST_TEST((some.front() == all.front()));
    }
}

BOOST_AUTO_TEST_CASE(streams_come_back_byte_for_byte_on_another_file) {
    FakeStreams source;
    source.streams = {
        {"Zone.Identifier", bytesOf("[ZoneTransfer]\r\nZoneId=3\r\n")}, {"empty", {}}, {"雪", bytesOf("x")}};
    ExtraMetadata extra;
    extra.attributes.push_back({"security.descriptor", bytesOf("sd")});
    readStreams(source, extra, "C:\\a");
    BOOST_TEST(extra.attributes.size() == 4U);
    BOOST_TEST(std::ranges::is_sorted(extra.attributes, {}, &platform::ExtendedAttribute::name));
    BOOST_TEST(extra.streams.empty());
    FakeStreams target;
    BOOST_TEST(writeStreams(target, extra, "C:\\b").empty());
    BOOST_TEST((target.streams == source.streams));
}

BOOST_AUTO_TEST_CASE(a_large_stream_is_named_and_only_the_small_ones_are_read) {
    FakeStreams source;
    source.streams = {{"a large", base::Bytes(kMostAttributeBytes + 1)}, {"small", bytesOf("s")}};
    ExtraMetadata extra;
    readStreams(source, extra, "C:\\a");
    BOOST_TEST((extra.streams == std::vector<NamedStream>{{"a large", kMostAttributeBytes + 1}}));
    BOOST_REQUIRE(extra.attributes.size() == 1);
    BOOST_TEST(extra.attributes.front().name == "stream.small");
}

BOOST_AUTO_TEST_CASE(streams_share_one_limit) {
    FakeStreams source;
    for (char name = 'a'; name < 'e'; ++name) source.streams[{name}] = base::Bytes(kMostAttributeBytes / 2);
    ExtraMetadata extra;
    readStreams(source, extra, "C:\\a");
    BOOST_TEST(extra.attributes.size() == 2U);
    BOOST_TEST(extra.streams.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_vanishes_is_passed_over_and_one_in_use_is_a_fault) {
    FakeStreams source;
    source.streams = {{"gone", bytesOf("g")}, {"here", bytesOf("h")}};
    source.vanishing = "gone";
    ExtraMetadata extra;
    readStreams(source, extra, "C:\\a");
    BOOST_TEST(extra.attributes.size() == 1U);
    source.locked = "here";
    ExtraMetadata other;
    BOOST_CHECK_EXCEPTION(readStreams(source, other, "C:\\a"), base::Error,
                          [](const base::Error& error) { return error.kind() == base::ErrorKind::Busy; });
}

BOOST_AUTO_TEST_CASE(a_stored_name_that_leads_out_of_the_file_is_refused) {
    ExtraMetadata extra;
    for (const char* name : {"stream.", "stream.a\\b", "stream.a/b", "stream.a:$DATA"}) {
        extra.attributes.push_back({name, bytesOf("x")});
    }
    FakeStreams target;
    BOOST_TEST(writeStreams(target, extra, "C:\\b").size() == 4U);
    BOOST_TEST(target.streams.empty());
}

BOOST_AUTO_TEST_CASE(a_large_stream_whose_stored_name_leads_elsewhere_is_refused) {
    for (const char* name : {"", "a\\b", "a/b", "a:$DATA"}) {
        BOOST_CHECK_EXCEPTION(static_cast<void>(platform::windows::createStreamOf(nullptr, "C:\\b", name)),
                              base::Error,
                              [](const base::Error& error) { return error.code() == "FS-0027"; });
    }
}

BOOST_AUTO_TEST_CASE(a_file_system_without_streams_gets_one_sentence_for_each) {
    ExtraMetadata extra;
    extra.attributes = {{"stream.a", bytesOf("x")}, {"user.b", bytesOf("y")}};
    FakeStreams target;
    target.refusal = ERROR_INVALID_NAME;
    const auto refusals = writeStreams(target, extra, "C:\\b");
    BOOST_REQUIRE(refusals.size() == 1);
    BOOST_TEST(refusals.front().find("C:\\b") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
