# SPDX-License-Identifier: Apache-2.0
"""Runs one program and writes what it cost as JSON; started as a program of its own by measure.py.

The kernel counts the memory of the process that starts a program into that program's peak. So the benchmarks, which
may be large, do not start what they measure themselves: this small process does.

Usage: launcher.py REPORT STDOUT STDERR FOLDER PROGRAM [ARGUMENT...]
"""

import json
import os
import sys
import time


def main() -> None:
    report, out, err, folder, *command = sys.argv[1:]
    os.chdir(folder)
    writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    redirections = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, out, writing, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, err, writing, 0o600),
    ]
    started = time.monotonic()
    try:
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=redirections)
    except OSError:
        return  # without a report, measure.py tells that the program could not be started
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - started
    with open(report, "w") as file:
        json.dump(
            {
                "exitCode": os.waitstatus_to_exitcode(status),
                "seconds": seconds,
                "cpuSeconds": usage.ru_utime + usage.ru_stime,
                "peakBytes": usage.ru_maxrss * 1024,
            },
            file,
        )


if __name__ == "__main__":
    main()
