// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/path.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <array>
#include <climits>
#include <cstring>
#include <memory>

#include "platform/base/text.hpp"
#include "platform/linux/system_error.hpp"

namespace platform::linux {

namespace {

constexpr int kMostLinks = 40;  // what the kernel allows as well

/// The text of the link, or an empty one when the path names something else (EINVAL). Throws Error.
std::string linkTextOf(const std::string& path) {
    const Anchor anchor(path);
    std::array<char, PATH_MAX> text;
    const ssize_t length =
        anchor.error() == 0 ? ::readlinkat(anchor.directory(), anchor.rest(), text.data(), text.size()) : -1;
    const int number = anchor.error() != 0 ? anchor.error() : errno;
    if (length >= 0) return {text.data(), static_cast<std::size_t>(length)};
    if (number == EINVAL) return {};
    throw fileError(number, "resolve", path);
}

/// Puts the components of `path` in front of those that wait, the last of which is the next.
void pushComponents(std::vector<std::string>& waiting, const std::string& path) {
    const std::vector<std::string> components = splitLinuxPath(path);
    waiting.insert(waiting.end(), components.rbegin(), components.rend());
}

}  // namespace

Anchor::Anchor(const std::string& path) : rest_(path.c_str()) {
    static_assert(kHere == AT_FDCWD);
    if (path.empty() || path.find('\0') != std::string::npos) {
        throw base::Error(base::ErrorKind::Invalid, "FS-0021",
                          "'" + base::printable(path) + "' is not a path", "Give a path that is not empty.");
    }
    std::string_view left(path);
    while (left.size() >= PATH_MAX) {
        const std::size_t slash = left.rfind('/', PATH_MAX - 2);
        if (slash == std::string_view::npos) {
            error_ = ENAMETOOLONG;
            return;
        }
        const std::string piece(left.substr(0, slash + 1));
        Descriptor next(retryInterrupted(
            [&] { return ::openat(directory(), piece.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }));
        if (!next) {
            error_ = errno;
            return;
        }
        start_ = std::move(next);
        left.remove_prefix(slash + 1);
        // Slashes doubled at the cut would make the rest absolute.
        while (!left.empty() && left.front() == '/') left.remove_prefix(1);
    }
    rest_ = left.empty() ? "." : left.data();
}

ChildName::ChildName(std::string_view name) {
    const bool isComponent = !name.empty() && name != "." && name != ".." && name.size() < kRoomBytes &&
                             name.find('/') == std::string_view::npos &&
                             name.find('\0') == std::string_view::npos;
    if (!isComponent) {
        throw base::Error(base::ErrorKind::Invalid, "FS-0022",
                          "'" + base::printable(name) + "' is not the name of a file in a folder",
                          "Give a name without '/', other than '.' and '..'.");
    }
    std::memcpy(text_, name.data(), name.size());
    text_[name.size()] = '\0';
}

std::string childPath(std::string_view parent, std::string_view name) {
    std::string path;
    path.reserve(parent.size() + 1 + name.size());
    path += parent;
    if (path.empty() || path.back() != '/') path += '/';
    return path += name;
}

std::string parentPath(const std::string& path) {
    std::size_t end = path.find_last_not_of('/');
    if (end == std::string::npos) return "/";
    end = path.rfind('/', end);
    if (end == std::string::npos) return ".";
    end = path.find_last_not_of('/', end);
    return end == std::string::npos ? "/" : path.substr(0, end + 1);
}

namespace {

/// False for what is not there, or lies deeper than links are looked for.
bool isLink(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

}  // namespace

std::string absolutePathOf(const std::string& path) {
    const Anchor check(path);
    std::string whole = path;
    if (path.front() != '/') {
        // glibc's form that allocates knows no limit of length.
        const std::unique_ptr<char, decltype(&::free)> here(::getcwd(nullptr, 0), &::free);
        if (!here) throw fileError(errno, "find the current folder for", path);
        whole = childPath(here.get(), path);
    }
    std::vector<std::string> kept;
    for (std::string& component : splitLinuxPath(whole)) {
        if (component == ".") continue;
        if (component != "..") {
            kept.push_back(std::move(component));
            continue;
        }
        // ".." behind a link leads out of what the link points to.
        if (const std::string passed = joinLinuxPath(kept); isLink(passed)) {
            kept = splitLinuxPath(canonicalPathOf(passed));
        }
        if (!kept.empty()) kept.pop_back();
    }
    return joinLinuxPath(kept);
}

std::string canonicalPathOf(const std::string& path) {
    if (path.size() < PATH_MAX) {
        const std::unique_ptr<char, decltype(&::free)> known(::realpath(path.c_str(), nullptr), &::free);
        if (known) return known.get();
        if (errno != ENAMETOOLONG) throw fileError(errno, "resolve", path);
    }
    // realpath() gives up on results longer than PATH_MAX, so those are walked by hand.
    std::vector<std::string> waiting;
    if (path.empty() || path.front() != '/') {
        pushComponents(waiting, path);
        pushComponents(waiting, absolutePathOf("."));
    } else {
        pushComponents(waiting, path);
    }
    std::vector<std::string> done;
    int linksLeft = kMostLinks;
    while (!waiting.empty()) {
        const std::string component = std::move(waiting.back());
        waiting.pop_back();
        if (component == ".") continue;
        if (component == "..") {
            if (!done.empty()) done.pop_back();
            continue;
        }
        done.push_back(component);
        const std::string target = linkTextOf(joinLinuxPath(done));
        if (target.empty()) continue;
        if (linksLeft-- == 0) throw fileError(ELOOP, "resolve", path);
        done.pop_back();
        if (target.front() == '/') done.clear();
        pushComponents(waiting, target);
    }
    return joinLinuxPath(done);
}

std::vector<std::string> splitLinuxPath(const std::string& path) {
    std::vector<std::string> components;
    for (const std::string_view part : base::split(path, '/')) {
        if (!part.empty()) components.emplace_back(part);
    }
    return components;
}

std::string joinLinuxPath(const std::vector<std::string>& components) {
    if (components.empty()) return "/";
    std::string path;
    for (const std::string& component : components) path += "/" + component;
    return path;
}

}  // namespace platform::linux
