// SPDX-License-Identifier: Apache-2.0
// reparse_restore_test.cpp: links and junctions that the target refuses. wine makes neither, which is as good
// as a network share that knows none.
#include <boost/test/unit_test.hpp>

#include "connectors/files/restore_session.hpp"
#include "tests/files/sandbox.hpp"

namespace {

using connectors::ObjectKind;
using test::RecordedTree;
using test::Sandbox;

constexpr std::uint32_t kFolderThatIsReparsePoint = 0x410;

/// A tree whose object "link" is a reparse point with these data.
RecordedTree withReparsePoint(const Sandbox& sandbox, base::Bytes data, std::uint32_t attributes) {
    sandbox.write("source/link", "");
    RecordedTree tree = sandbox.backUp();
    auto& header = tree.objects.find(sandbox.key("link"))->second.header;
    header.kind = ObjectKind::Symlink;
    header.target = "C:\\elsewhere";
    connectors::files::FileMetadata metadata;
    metadata.attributes = attributes;
    if (!data.empty()) metadata.extra.attributes = {{"reparse.data", std::move(data)}};
    header.metadata = connectors::files::encodeMetadata(metadata);
    return tree;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reparse_restore)

BOOST_AUTO_TEST_CASE(a_refused_reparse_point_is_a_fault_and_leaves_nothing) {
    for (const std::uint32_t attributes : {0x400U, kFolderThatIsReparsePoint}) {
        const Sandbox sandbox;
        // Too short to say what it is, so that every system refuses it.
        const RecordedTree tree = withReparsePoint(sandbox, {1, 2, 3}, attributes);
        const auto result = sandbox.restore(tree);
        BOOST_REQUIRE(result.faults.size() == 1U);
        BOOST_TEST(result.faults.front().first == sandbox.key("link"));
        BOOST_TEST(sandbox.list("target").empty());
    }
}

BOOST_AUTO_TEST_CASE(what_a_refused_reparse_point_was_to_replace_stays) {
    const Sandbox sandbox;
    const RecordedTree tree = withReparsePoint(sandbox, {1, 2, 3}, kFolderThatIsReparsePoint);
    sandbox.write("target/link", "theirs");
    auto options = sandbox.restoreOptions();
    options.conflict = connectors::files::ConflictRule::Overwrite;
    BOOST_TEST(sandbox.restore(tree, options).faults.size() == 1U);
    BOOST_TEST(sandbox.read("target/link") == "theirs");
    BOOST_TEST(sandbox.list("target") == test::Names{"link"});
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_made_or_is_a_fault_that_leaves_nothing) {
    for (const std::uint32_t attributes : {0x400U, kFolderThatIsReparsePoint}) {
        const Sandbox sandbox;
        const RecordedTree tree = withReparsePoint(sandbox, {}, attributes);
        const bool isRefused = !sandbox.restore(tree).faults.empty();
        BOOST_TEST(sandbox.list("target") == (isRefused ? test::Names{} : test::Names{"link"}));
        if (!isRefused) BOOST_CHECK(sandbox.status("target/link").type == platform::FileType::Symlink);
    }
}

BOOST_AUTO_TEST_SUITE_END()
