// SPDX-License-Identifier: Apache-2.0
// windows_file_system_test.cpp: what only Windows has: drive letters, long paths, security descriptors,
// attributes.
#include <windows.h>

#include <aclapi.h>
#include <sddl.h>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <random>

#include "platform/base/error.hpp"
#include "platform/file_system.hpp"
#include "platform/process.hpp"
#include "platform/windows/native_path.hpp"
#include "platform/windows/nt_file.hpp"
#include "platform/windows/security.hpp"
#include "platform/windows/wide_text.hpp"
#include "platform/windows/windows_directory.hpp"

namespace {

using platform::Directory;
using platform::File;
using platform::FileStatus;
using platform::FileType;
using platform::MetadataToApply;
using platform::OpenMode;
using platform::windows::Handle;
using platform::windows::nativePath;

/// An empty folder below the user's temporary one, removed with all its content at the end.
class Folder final {
public:
    Folder() : fileSystem(platform::makeFileSystem()) {
        const auto root = platform::environmentVariable("TEMP");
        std::random_device random;
        path = fileSystem->absolutePath(root.value_or("C:\\")) + "\\hbr-test-" + std::to_string(random()) +
               "-" + std::to_string(random());
        fileSystem->createDirectories(path);
    }
    ~Folder() { clear(path); }

    std::unique_ptr<Directory> open() const { return fileSystem->openDirectory(path); }

    void clear(const std::string& folder) const {
        if (!fileSystem->status(folder)) return;
        empty(*fileSystem->openDirectory(folder));
        fileSystem->removeDirectory(folder);
    }

    static void empty(const Directory& directory) {
        const auto names = directory.list();
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (directory.statusOf(names.name(i))->type == FileType::Directory) {
                empty(*directory.openDirectory(names.name(i)));
                directory.removeDirectory(names.name(i));
            } else {
                directory.removeFile(names.name(i));
            }
        }
    }

    std::unique_ptr<platform::FileSystem> fileSystem;
    std::string path;
};

void writeFile(const Directory& in, std::string_view name, std::string_view content) {
    in.createFile(name)->write(base::asBytes(content));
}

std::string readFile(const Directory& in, std::string_view name) {
    base::Bytes buffer(1 << 16);
    const std::size_t got = in.openFile(name, OpenMode::Read)->read(buffer);
    return std::string(base::asText(base::ByteView(buffer).first(got)));
}

/// Opens what is there, a folder too.
Handle openThere(const std::string& path, DWORD access, DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE) {
    return Handle(CreateFileW(nativePath(path).c_str(), access, share | FILE_SHARE_DELETE, nullptr,
                              OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
}

using Descriptor = std::unique_ptr<void, decltype(&LocalFree)>;

Descriptor descriptorOf(const std::wstring& text) {
    PSECURITY_DESCRIPTOR descriptor = nullptr;
    BOOST_REQUIRE(ConvertStringSecurityDescriptorToSecurityDescriptorW(text.c_str(), SDDL_REVISION_1,
                                                                       &descriptor, nullptr) != 0);
    return {descriptor, &LocalFree};
}

/// Whether the access list lets everybody in, in whatever way.
bool isOpenToEveryone(const std::string& path) {
    ACL* list = nullptr;
    PSECURITY_DESCRIPTOR read = nullptr;
    const DWORD error =
        GetNamedSecurityInfoW(nativePath(path).data(), SE_FILE_OBJECT, DACL_SECURITY_INFORMATION, nullptr,
                              nullptr, &list, nullptr, &read);
    BOOST_REQUIRE(error == DWORD{ERROR_SUCCESS});
    const Descriptor owner(read, &LocalFree);
    for (DWORD i = 0; i < list->AceCount; ++i) {
        void* entry = nullptr;
        BOOST_REQUIRE(GetAce(list, i, &entry) != 0);
        auto* granted = static_cast<ACCESS_ALLOWED_ACE*>(entry);
        const bool isGrant = granted->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && granted->Mask != 0;
        if (isGrant && IsWellKnownSid(&granted->SidStart, WinWorldSid) != 0) return true;
    }
    return false;
}

/// An existing folder by a path that the system takes as it stands: "\\\\?\\Volume{...}\\data".
std::string byVolumeName(const Folder& folder) {
    std::wstring volume(MAX_PATH, L'\0');
    const std::wstring root = platform::windows::toWide(folder.path.substr(0, 3));
    BOOST_REQUIRE(GetVolumeNameForVolumeMountPointW(root.c_str(), volume.data(), MAX_PATH) != 0);
    volume.resize(volume.find(L'\0'));
    const std::string path = platform::windows::toUtf8(volume) + folder.path.substr(3);
    if (folder.fileSystem->status(path)) return path;
    // wine has these names and no files behind them. What it has is the host's tree, to which the same rules
    // apply.
    return R"(\\?\unix\tmp)";
}

bool hasKind(const base::Error& error, base::ErrorKind kind) { return error.kind() == kind; }

auto isKind(base::ErrorKind kind) {
    return [kind](const base::Error& error) { return hasKind(error, kind); };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(windows_file_system)

BOOST_AUTO_TEST_CASE(paths_split_at_both_separators_and_keep_their_root) {
    const auto fs = platform::makeFileSystem();
    using Parts = std::vector<std::string>;
    BOOST_TEST((fs->splitPath("C:\\data\\x") == Parts{"C:", "data", "x"}));
    BOOST_TEST((fs->splitPath("C:/data/x/") == Parts{"C:", "data", "x"}));
    BOOST_TEST((fs->splitPath("\\\\host\\share\\x") == Parts{"\\\\host\\share", "x"}));
    BOOST_TEST(fs->joinPath({"C:"}) == "C:\\");
    BOOST_TEST(fs->joinPath({"C:", "data", "x"}) == "C:\\data\\x");
    BOOST_TEST((fs->splitPath("\\\\?\\Volume{1}\\x") == Parts{"\\\\?\\Volume{1}", "x"}));
    BOOST_TEST(fs->joinPath({"\\\\?\\Volume{1}"}) == "\\\\?\\Volume{1}\\");
    BOOST_TEST(fs->joinPath({"\\\\?\\Volume{1}", "x"}) == "\\\\?\\Volume{1}\\x");
    BOOST_TEST(fs->joinPath({"\\\\host\\share", "x"}) == "\\\\host\\share\\x");
}

BOOST_AUTO_TEST_CASE(a_path_is_made_absolute_without_dots) {
    const auto fs = platform::makeFileSystem();
    BOOST_TEST(fs->absolutePath("C:\\a\\.\\b\\..\\c\\") == "C:\\a\\c");
    BOOST_TEST(fs->absolutePath("C:/a/b") == "C:\\a\\b");
    BOOST_TEST(fs->absolutePath("C:\\") == "C:\\");
    BOOST_TEST(fs->absolutePath("\\\\?\\C:\\a\\..\\b") == "C:\\b");
    BOOST_CHECK_EXCEPTION(fs->absolutePath(""), base::Error, isKind(base::ErrorKind::Invalid));
    BOOST_CHECK_EXCEPTION(fs->absolutePath("NUL"), base::Error, isKind(base::ErrorKind::Invalid));
}

BOOST_AUTO_TEST_CASE(a_path_without_its_drive_or_from_its_current_folder_is_not_absolute) {
    for (const char* path :
         {"C:\\x", "C:/x", "C:\\", "\\\\host\\share\\x", "//host/share/x", "\\\\?\\C:\\x"}) {
        BOOST_TEST(platform::isAbsolutePath(path));
    }
    for (const char* path : {"\\x", "/x", "C:", "C:x", "C:.\\x", "\\\\"}) {
        BOOST_TEST(!platform::isAbsolutePath(path));
    }
}

BOOST_AUTO_TEST_CASE(names_that_would_lead_elsewhere_are_refused) {
    const Folder folder;
    const auto directory = folder.open();
    for (const std::string_view name : {"", ".", "..", "a/b", "a\\b", "a:stream"}) {
        BOOST_CHECK_EXCEPTION(directory->createFile(name), base::Error, isKind(base::ErrorKind::Invalid));
        BOOST_CHECK_EXCEPTION(directory->statusOf(name), base::Error, isKind(base::ErrorKind::Invalid));
    }
    BOOST_CHECK_EXCEPTION(directory->createFile("\xFF\xFE"), base::Error, isKind(base::ErrorKind::Invalid));
}

BOOST_AUTO_TEST_CASE(unicode_names_come_back_as_they_were) {
    const Folder folder;
    const auto directory = folder.open();
    const std::string name = "grün 文件 \xF0\x9F\x92\xBE.txt";
    writeFile(*directory, name, "x");
    const auto names = directory->list();
    BOOST_REQUIRE(names.size() == 1);
    BOOST_TEST(names.name(0) == name);
    BOOST_TEST((names.type(0) == FileType::Regular));
    BOOST_TEST(readFile(*directory, name) == "x");
}

BOOST_AUTO_TEST_CASE(an_unpaired_surrogate_in_a_name_survives) {
    const Folder folder;
    const auto directory = folder.open();
    const std::string name = "odd-\xED\xA0\x80-name";
    try {
        writeFile(*directory, name, "x");
    } catch (const base::Error& error) {
        // wine keeps names in the host's UTF-8, where there is no such thing.
        BOOST_TEST_MESSAGE("not on this system: " << error.describe());
        BOOST_TEST(directory->list().size() == 0U);
        return;
    }
    const auto names = directory->list();
    BOOST_REQUIRE(names.size() == 1);
    if (names.name(0) != name) BOOST_TEST_MESSAGE("the host's file system changed the name");
}

BOOST_AUTO_TEST_CASE(a_tree_may_be_deeper_than_the_limit_for_one_path) {
    const Folder folder;
    const std::string step(100, 'd');
    std::string deep = folder.path;
    for (int i = 0; i < 8; ++i) deep += "\\" + step;
    folder.fileSystem->createDirectories(deep);
    const auto directory = folder.fileSystem->openDirectory(deep);
    writeFile(*directory, "leaf", "deep");
    const auto file = folder.fileSystem->openForReading(deep + "\\leaf");
    BOOST_TEST(file->status().sizeBytes == 4);
}

BOOST_AUTO_TEST_CASE(folders_are_made_on_a_volume_without_a_drive_letter) {
    const Folder folder;
    const auto& fs = *folder.fileSystem;
    const std::string top = byVolumeName(folder) + "\\hbr-test-" + std::to_string(std::random_device()());
    fs.createDirectories(top + "\\a\\b");
    BOOST_TEST(fs.status(top + "\\a\\b").has_value());
    folder.clear(top);
    // What lies right below the volume has the volume's own folder above it.
    const std::string root = fs.joinPath({fs.splitPath(top).front()});
    BOOST_REQUIRE(fs.status(root).has_value());
    BOOST_TEST((fs.status(root)->type == FileType::Directory));
    fs.syncDirectory(root);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_flushed_is_an_error) {
    const Folder folder;
    folder.open()->sync();
    {
        // Somebody who lets nobody change the folder meanwhile.
        const Handle held = openThere(folder.path, FILE_LIST_DIRECTORY, FILE_SHARE_READ);
        BOOST_REQUIRE(held);
        BOOST_CHECK_EXCEPTION(folder.open()->sync(), base::Error, isKind(base::ErrorKind::Busy));
    }
    writeFile(*folder.open(), "file", "x");
    const std::string path = folder.path + "\\file";
    const platform::windows::WindowsDirectory noFolder(openThere(path, FILE_READ_ATTRIBUTES), path);
    BOOST_CHECK_EXCEPTION(noFolder.sync(), base::Error, isKind(base::ErrorKind::Invalid));
}

BOOST_AUTO_TEST_CASE(what_is_created_is_private) {
    const Folder folder;
    const auto& fs = *folder.fileSystem;
    // A folder that hands down every right to everybody.
    const Descriptor everyone = descriptorOf(L"D:P(A;OICI;FA;;;WD)");
    SECURITY_ATTRIBUTES open{sizeof(open), everyone.get(), FALSE};
    const std::string above = folder.path + "\\above";
    BOOST_REQUIRE(CreateDirectoryW(nativePath(above).c_str(), &open) != 0);
    BOOST_REQUIRE(CreateDirectoryW(nativePath(above + "\\theirs").c_str(), nullptr) != 0);
    const auto directory = fs.openDirectory(above);
    writeFile(*directory, "file", "");
    directory->createDirectory("sub");
    FileStatus like;
    like.type = FileType::Symlink;
    directory->createSpecial("reparse", like);
    like.attributes = FILE_ATTRIBUTE_DIRECTORY;
    directory->createSpecial("junction", like);
    fs.createDirectories(above + "\\a\\b");
    static_cast<void>(fs.createNew(above + "\\new"));
    BOOST_TEST(isOpenToEveryone(above));
    BOOST_TEST(isOpenToEveryone(above + "\\theirs"));
    for (const char* name : {"file", "sub", "reparse", "junction", "a", "a\\b", "new"}) {
        BOOST_TEST(!isOpenToEveryone(above + "\\" + name), name);
    }
}

BOOST_AUTO_TEST_CASE(only_the_list_that_hbr_gives_is_taken_for_private) {
    using platform::windows::isPrivate;
    platform::windows::PrivateSecurity security;
    BOOST_TEST(isPrivate(security.descriptor()));
    wchar_t* text = nullptr;
    BOOST_REQUIRE(ConvertSecurityDescriptorToStringSecurityDescriptorW(security.descriptor(), SDDL_REVISION_1,
                                                                       DACL_SECURITY_INFORMATION, &text,
                                                                       nullptr) != 0);
    const std::unique_ptr<wchar_t, decltype(&LocalFree)> owner(text, &LocalFree);
    const std::wstring own = text;
    const std::wstring entries = own.substr(own.find(L'('));
    BOOST_TEST(isPrivate(descriptorOf(L"D:P" + entries).get()));
    BOOST_TEST(!isPrivate(descriptorOf(L"D:" + entries).get()));
    BOOST_TEST(!isPrivate(descriptorOf(L"D:P" + entries + L"(A;;FR;;;WD)").get()));
    BOOST_TEST(!isPrivate(descriptorOf(L"D:P" + entries.substr(entries.find(L')') + 1)).get()));
    BOOST_TEST(
        !isPrivate(descriptorOf(L"D:P(D;OICI;FA;;;SY)" + entries.substr(entries.find(L')') + 1)).get()));
    BOOST_TEST(!isPrivate(descriptorOf(L"D:P").get()));
    BOOST_TEST(!isPrivate(descriptorOf(L"O:SY").get()));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_removed_keeps_its_attributes) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "file", "x");
    MetadataToApply values;
    values.attributes = FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN;
    BOOST_TEST(directory->applyMetadata("file", values).empty());
    const DWORD before = directory->statusOf("file")->attributes;
    {
        // Without the right to delete.
        const Handle handle = openThere(folder.path + "\\file", FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES);
        BOOST_REQUIRE(handle);
        BOOST_TEST(platform::windows::removeByHandle(handle.get()) == DWORD{ERROR_ACCESS_DENIED});
    }
    BOOST_TEST(directory->statusOf("file")->attributes == before);
    BOOST_TEST((before & FILE_ATTRIBUTE_READONLY) != 0U);
    directory->removeFile("file");
}

BOOST_AUTO_TEST_CASE(a_child_is_reached_through_its_directory_even_when_that_was_renamed) {
    const Folder folder;
    const auto directory = folder.open();
    directory->createDirectory("before");
    const auto inner = directory->openDirectory("before");
    writeFile(*inner, "file", "content");
    try {
        directory->renameChild("before", "after");
    } catch (const base::Error& error) {
        BOOST_TEST_MESSAGE("an open folder cannot be renamed here: " << error.describe());
        return;
    }
    BOOST_TEST(readFile(*inner, "file") == "content");
}

BOOST_AUTO_TEST_CASE(a_new_file_refuses_a_taken_name) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "name", "1");
    BOOST_CHECK_EXCEPTION(directory->createFile("name"), base::Error, isKind(base::ErrorKind::Exists));
    BOOST_CHECK_EXCEPTION(directory->createDirectory("name"), base::Error, isKind(base::ErrorKind::Exists));
    BOOST_CHECK_EXCEPTION(folder.fileSystem->createNew(folder.path + "\\name"), base::Error,
                          isKind(base::ErrorKind::Exists));
    BOOST_TEST(readFile(*directory, "name") == "1");
}

BOOST_AUTO_TEST_CASE(publishing_never_replaces_and_replacing_does) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "a", "first");
    writeFile(*directory, "b", "second");
    const auto& fs = *folder.fileSystem;
    BOOST_CHECK_EXCEPTION(fs.publish(folder.path + "\\b", folder.path + "\\a"), base::Error,
                          isKind(base::ErrorKind::Exists));
    BOOST_TEST(readFile(*directory, "a") == "first");
    fs.publish(folder.path + "\\b", folder.path + "\\c");
    BOOST_TEST(!directory->statusOf("b"));
    fs.replace(folder.path + "\\c", folder.path + "\\a");
    BOOST_TEST(readFile(*directory, "a") == "second");
    fs.syncDirectory(folder.path);
    BOOST_TEST(fs.removeFile(folder.path + "\\a"));
    BOOST_TEST(!fs.removeFile(folder.path + "\\a"));
    BOOST_TEST(!fs.removeDirectory(folder.path + "\\nothing"));
}

BOOST_AUTO_TEST_CASE(renaming_a_child_replaces_a_file) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "a", "new");
    writeFile(*directory, "b", "old");
    directory->renameChild("a", "b");
    BOOST_TEST(!directory->statusOf("a"));
    BOOST_TEST(readFile(*directory, "b") == "new");
}

BOOST_AUTO_TEST_CASE(hard_links_share_one_file) {
    const Folder folder;
    const auto directory = folder.open();
    directory->createDirectory("sub");
    const auto sub = directory->openDirectory("sub");
    writeFile(*directory, "one", "shared");
    sub->createHardLink("two", *directory, "one");
    const FileStatus one = *directory->statusOf("one");
    const FileStatus two = *sub->statusOf("two");
    BOOST_TEST(one.linkCount == 2U);
    BOOST_TEST(one.fileId == two.fileId);
    BOOST_TEST(one.volumeId == two.volumeId);
    BOOST_CHECK_EXCEPTION(sub->createHardLink("two", *directory, "one"), base::Error,
                          isKind(base::ErrorKind::Exists));
}

BOOST_AUTO_TEST_CASE(times_and_attributes_are_given_back) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "file", "x");
    MetadataToApply values;
    values.modified = platform::Timestamp{1'234'567'890, 123'456'700};
    values.created = platform::Timestamp{1'000'000'000, 0};
    values.attributes = 0x1 | 0x2;  // read-only, hidden
    const auto refusals = directory->applyMetadata("file", values);
    for (const std::string& refusal : refusals) BOOST_TEST_MESSAGE(refusal);
    BOOST_TEST(refusals.empty());
    const FileStatus status = *directory->statusOf("file");
    BOOST_TEST((status.modified == *values.modified));
    BOOST_TEST((status.attributes & 0x3) == 0x3U);
    BOOST_TEST(status.changed.seconds > 1'600'000'000);
    // Read-only files can be removed and replaced all the same.
    directory->removeFile("file");
    BOOST_TEST(!directory->statusOf("file"));
}

BOOST_AUTO_TEST_CASE(a_security_descriptor_travels_from_one_file_to_another) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "from", "x");
    writeFile(*directory, "to", "x");
    const platform::ExtraMetadata extra = directory->extraMetadataOf("from");
    BOOST_REQUIRE(extra.attributes.size() == 1U);
    BOOST_TEST(extra.attributes.front().name == "security.descriptor");
    BOOST_TEST((directory->openFile("from", OpenMode::Read)->extraMetadata() == extra));
    MetadataToApply values;
    values.extra = &extra;
    for (const std::string& refusal : directory->applyMetadata("to", values)) BOOST_TEST_MESSAGE(refusal);
    BOOST_TEST((directory->extraMetadataOf("to") == extra));
}

BOOST_AUTO_TEST_CASE(a_broken_security_descriptor_is_a_sentence_and_not_a_crash) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "file", "x");
    platform::ExtraMetadata extra;
    extra.attributes.push_back({"security.descriptor", base::Bytes(20, 0xEE)});
    extra.attributes.push_back({"user.linux", base::Bytes(3, 1)});
    MetadataToApply values;
    values.extra = &extra;
    BOOST_TEST(directory->applyMetadata("file", values).size() == 2U);
    // A sound one, cut short or with one byte changed at a time.
    extra.attributes = directory->extraMetadataOf("file").attributes;
    const base::Bytes sound = extra.attributes.front().value;
    for (std::size_t i = 0; i < sound.size(); ++i) {
        extra.attributes.front().value.assign(sound.begin(), sound.begin() + static_cast<std::ptrdiff_t>(i));
        BOOST_TEST(!directory->applyMetadata("file", values).empty());
        extra.attributes.front().value = sound;
        extra.attributes.front().value[i] ^= 0xFF;
        const auto ignored = directory->applyMetadata("file", values);
    }
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_made_or_refused_but_never_pretended) {
    const Folder folder;
    const auto directory = folder.open();
    try {
        directory->createSymlink("link", "target", false);
    } catch (const base::Error& error) {
        BOOST_TEST_MESSAGE("not on this system: " << error.describe());
        BOOST_TEST(!directory->statusOf("link"));
        return;
    }
    BOOST_TEST((directory->statusOf("link")->type == FileType::Symlink));
    BOOST_TEST(directory->readLink("link") == "target");
    BOOST_CHECK_EXCEPTION(directory->openFile("link", OpenMode::Read), base::Error,
                          [](const base::Error& error) { return error.code() == "FS-0009"; });
}

BOOST_AUTO_TEST_CASE(reading_at_an_offset_leaves_the_position_alone) {
    const Folder folder;
    const auto file = folder.open()->createFile("file");
    file->write(base::asBytes("0123456789"));
    file->writeAt(2, base::asBytes("ab"));
    file->write(base::asBytes("!"));
    file->seek(1);
    base::Bytes four(4);
    BOOST_TEST(file->readAt(8, four) == 3U);
    BOOST_TEST(file->read(four) == 4U);
    BOOST_TEST(base::asText(four) == "1ab4");
    BOOST_TEST(file->readAt(100, four) == 0U);
    file->truncate(5);
    file->sync();
    BOOST_TEST(file->status().sizeBytes == 5U);
    BOOST_TEST(file->dataExtents().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_missing_child_is_nothing_and_a_missing_path_is_not_found) {
    const Folder folder;
    BOOST_TEST(!folder.open()->statusOf("missing"));
    BOOST_TEST(!folder.fileSystem->status(folder.path + "\\missing\\deeper"));
    BOOST_CHECK_EXCEPTION(folder.fileSystem->openForReading(folder.path + "\\missing"), base::Error,
                          isKind(base::ErrorKind::NotFound));
    BOOST_CHECK_EXCEPTION(folder.open()->openFile("missing", OpenMode::Read), base::Error,
                          isKind(base::ErrorKind::NotFound));
}

BOOST_AUTO_TEST_CASE(files_and_folders_are_not_mistaken_for_each_other) {
    const Folder folder;
    const auto directory = folder.open();
    directory->createDirectory("folder");
    writeFile(*directory, "file", "x");
    const auto invalid = isKind(base::ErrorKind::Invalid);
    BOOST_CHECK_EXCEPTION(directory->openFile("folder", OpenMode::Read), base::Error, invalid);
    BOOST_CHECK_EXCEPTION(directory->openDirectory("file"), base::Error, invalid);
    BOOST_CHECK_EXCEPTION(directory->removeFile("folder"), base::Error, invalid);
    BOOST_CHECK_EXCEPTION(directory->removeDirectory("file"), base::Error, invalid);
    BOOST_CHECK_EXCEPTION(folder.fileSystem->openForReading(folder.path), base::Error, invalid);
    writeFile(*directory->openDirectory("folder"), "inner", "x");
    BOOST_CHECK_THROW(directory->removeDirectory("folder"), base::Error);
}

BOOST_AUTO_TEST_CASE(a_file_that_another_writes_is_busy_for_a_second_writer) {
    const Folder folder;
    const auto directory = folder.open();
    const auto held = directory->createFile("held");
    BOOST_CHECK_EXCEPTION(directory->openForWriting("held"), base::Error, isKind(base::ErrorKind::Busy));
    BOOST_TEST(directory->statusOf("held").has_value());
    BOOST_TEST(readFile(*directory, "held").empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_brings_no_access_list_stays_usable) {
    const Folder folder;
    const auto directory = folder.open();
    writeFile(*directory, "file", "x");
    MetadataToApply values;
    values.mode = 0644;
    for (const std::string& refusal : directory->applyMetadata("file", values)) BOOST_ERROR(refusal);
    BOOST_TEST(readFile(*directory, "file") == "x");
    directory->openForWriting("file")->write(base::asBytes("y"));
    BOOST_TEST(readFile(*directory, "file") == "y");
}

BOOST_AUTO_TEST_CASE(many_names_are_listed_once_each_time) {
    const Folder folder;
    const auto directory = folder.open();
    for (int i = 0; i < 700; ++i)
        writeFile(*directory, "a-rather-long-name-to-fill-buffers-" + std::to_string(i), "");
    BOOST_TEST(directory->list().size() == 700U);
    BOOST_TEST(directory->list().size() == 700U);
}

BOOST_AUTO_TEST_CASE(free_room_and_canonical_path_are_known) {
    const Folder folder;
    BOOST_TEST(folder.fileSystem->canonicalPath(folder.path + "\\..\\") !=
               folder.fileSystem->canonicalPath(folder.path));
    BOOST_TEST(folder.fileSystem->canonicalPath(folder.path).starts_with("C:\\"));
    BOOST_CHECK_EXCEPTION(folder.fileSystem->canonicalPath(folder.path + "\\missing"), base::Error,
                          isKind(base::ErrorKind::NotFound));
    BOOST_TEST(folder.fileSystem->freeBytes(folder.path) > 0U);
}

BOOST_AUTO_TEST_SUITE_END()
