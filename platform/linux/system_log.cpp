// SPDX-License-Identifier: Apache-2.0
// system_log.cpp: the journal of systemd, or standard error.
#include "platform/system_log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "platform/process.hpp"
#include "platform/standard_error_log.hpp"

namespace platform {

namespace {

/// systemd names the stream that it reads by device and inode, for the variable is inherited by children that
/// write elsewhere.
bool isReadByJournal(int descriptor) {
    struct stat status = {};
    if (::fstat(descriptor, &status) != 0) return false;
    return environmentVariable("JOURNAL_STREAM") ==
           std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

std::unique_ptr<SystemLog> openSystemLog(const std::string& name) {
    return makeStandardErrorLog(name,
                                isReadByJournal(STDERR_FILENO) ? LogReader::Journal : LogReader::Person);
}

}  // namespace platform
