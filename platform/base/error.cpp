// SPDX-License-Identifier: Apache-2.0
#include "platform/base/error.hpp"

#include <new>

namespace base {

Error::Error(ErrorKind kind, std::string code, std::string message, std::string hint, Retry retry)
    : kind_(kind),
      retry_(retry),
      code_(std::move(code)),
      message_(std::move(message)),
      hint_(std::move(hint)) {
    compose();
}

Error& Error::addContext(std::string key, std::string value) {
    context_.emplace_back(std::move(key), std::move(value));
    compose();
    return *this;
}

std::string Error::describe() const { return what_; }

void Error::compose() {
    what_ = message_;
    what_.append(" (").append(code_).append(")");
    for (const auto& [key, value] : context_) what_.append("; ").append(key).append(": ").append(value);
    if (what_.back() != '.') what_ += '.';
    if (!hint_.empty()) what_ += ' ' + hint_;
}

std::string_view toString(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::NotFound:
            return "notFound";
        case ErrorKind::Exists:
            return "exists";
        case ErrorKind::Invalid:
            return "invalid";
        case ErrorKind::Denied:
            return "denied";
        case ErrorKind::Unavailable:
            return "unavailable";
        case ErrorKind::Busy:
            return "busy";
        case ErrorKind::Exhausted:
            return "exhausted";
        case ErrorKind::Corrupt:
            return "corrupt";
        case ErrorKind::Unsupported:
            return "unsupported";
        case ErrorKind::Cancelled:
            return "cancelled";
        case ErrorKind::Internal:
            return "internal";
    }
    return "internal";
}

std::optional<ErrorKind> errorKindNamed(std::string_view name) noexcept {
    for (const ErrorKind kind :
         {ErrorKind::NotFound, ErrorKind::Exists, ErrorKind::Invalid, ErrorKind::Denied,
          ErrorKind::Unavailable, ErrorKind::Busy, ErrorKind::Exhausted, ErrorKind::Corrupt,
          ErrorKind::Unsupported, ErrorKind::Cancelled, ErrorKind::Internal}) {
        if (toString(kind) == name) return kind;
    }
    return std::nullopt;
}

Error currentError() noexcept {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (const std::bad_alloc&) {
        return {ErrorKind::Exhausted, "BASE-0001", "The machine has no memory left for this operation",
                "Close other programs or lower the memory limit, then try again.", Retry::Later};
    } catch (const std::exception& error) {
        return {ErrorKind::Internal, "BASE-0002",
                std::string("Something happened that the program did not expect: ") + error.what(),
                "Please report it with the steps that led here.", Retry::Never};
    } catch (...) {
        return {ErrorKind::Internal, "BASE-0003", "An unknown failure ended the operation",
                "Please report it with the steps that led here.", Retry::Never};
    }
}

}  // namespace base
