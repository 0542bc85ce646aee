// SPDX-License-Identifier: Apache-2.0
#include "agent/catalogue/database_error.hpp"

#include <sqlite3.h>

#include <new>

#include "platform/base/error.hpp"
#include "platform/base/text.hpp"

namespace catalogue {

namespace {

using base::Error;
using base::ErrorKind;
using base::Retry;

constexpr const char* kMoveAway =
    "Move it away with the files '-wal' and '-shm' beside it and start again: restore points come back from "
    "the vaults, plans and policies are to be made anew.";

Error errorOf(int outcome, const std::string& file) {
    switch (outcome & 0xFF) {
        case SQLITE_NOTADB:
            return {ErrorKind::Corrupt, "CATALOG-0001", file + " is none: the file is no database",
                    kMoveAway};
        case SQLITE_CORRUPT:
        case SQLITE_FORMAT:
            return {ErrorKind::Corrupt, "CATALOG-0002", file + " is damaged", kMoveAway};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {ErrorKind::Denied, "CATALOG-0004", file + " cannot be written: it is read-only",
                    "Give this user the right to write to it and to its folder, then try again."};
        case SQLITE_FULL:
            return {ErrorKind::Exhausted, "CATALOG-0005",
                    file + " cannot grow: its disk is full, and nothing was changed",
                    "Free room on the disk, then try again.", Retry::Later};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return {ErrorKind::Busy, "CATALOG-0006", file + " is being written by another process",
                    "Try again when it is done.", Retry::Later};
        case SQLITE_IOERR:
            return {ErrorKind::Unavailable, "CATALOG-0007", file + " cannot be read or written",
                    "Check the disk that it lies on and the system's log, then try again.", Retry::Later};
        case SQLITE_CANTOPEN:
            return {ErrorKind::Unavailable, "CATALOG-0008", file + " cannot be opened",
                    "Check that it is a file, and that this user may read and write it and its folder."};
        default:
            return {ErrorKind::Internal, "CATALOG-0009", file + " was used in a way that it does not take",
                    "Please report it with the steps that led here.", Retry::Never};
    }
}

}  // namespace

void throwDatabaseError(int outcome, const std::string& reason, const std::string& path) {
    if ((outcome & 0xFF) == SQLITE_NOMEM) throw std::bad_alloc();
    Error error = errorOf(outcome, "The catalogue '" + base::printable(path) + "'");
    error.addContext("SQLite", reason + " (" + std::to_string(outcome) + ")");
    throw std::move(error);
}

void throwNoCatalogue(const std::string& path, const std::string& why) {
    throw Error(ErrorKind::Corrupt, "CATALOG-0001",
                "The catalogue '" + base::printable(path) + "' is none: " + why, kMoveAway);
}

void throwDamaged(const std::string& reason, const std::string& path) {
    throwDatabaseError(SQLITE_CORRUPT, reason, path);
}

}  // namespace catalogue
