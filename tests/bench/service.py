#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""service.py HBR: what the service costs while it idles, how fast its API answers over a catalogue of many plans and jobs,
and what requests do to a backup beside them. A measurement, not a test: the exit code is 1 when something failed or a
request was dropped, and not when a goal is missed."""

import argparse
import os
import pathlib
import re
import secrets
import selectors
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
import data  # noqa: E402
from measure import MIB, folderBytes, readAll  # noqa: E402

IDLE_MEMORY_GOAL_MIB, IDLE_PROCESSOR_GOAL = 60, 0.005
LIST_GOAL_MS, VIEW_GOAL_MS = 50, 200
RATE, SLOWER_GOAL = 500, 0.05
CLIENTS = 20
LONG = 600  # seconds after which something will never happen

LISTS = ("policies", "plans", "jobs", "jobs?state=active", "jobs?state=ended", "jobs?plan={plan}", "points",
         "points?plan={plan}", "points?client=bench", "vaults")
OTHERS = ("overview", "plans?limit=1000", "policies/1/consequences")
# What an open page asks for, again and again.
POLLED = ("/api/v1/overview", "/api/v1/jobs?state=active", "/api/v1/session", "/")


class Service:
    """The service in the foreground, with a folder of its own; ends with the block."""

    def __init__(self, hbr: str, work: pathlib.Path, environment: dict):
        self.hbr, self.work, self.environment = hbr, work, environment

    def __enter__(self) -> "Service":
        self.process = subprocess.Popen([self.hbr, "service", "run", "--port", "0"], env=self.environment,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if found := re.search(r"the page is at http://localhost:(\d+)", line):
                self.port = int(found.group(1))
                break
        else:
            raise SystemExit("the service did not start")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return self

    def __exit__(self, *_exception) -> None:
        self.process.terminate()
        self.process.wait()

    def processor_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self, what: str) -> float:
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+) kB", status).group(1)) / 1024

    def ask(self, path: str) -> tuple[float, int]:
        """Milliseconds and bytes of one answer, a connection for itself."""
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), timeout=LONG) as connection:
            connection.sendall(request(path, "close"))
            answer = b"".join(iter(lambda: connection.recv(1 << 20), b""))
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(f"{path} is answered with {answer[:300]!r}")
        return (time.monotonic() - started) * 1000, len(answer)


def request(path: str, connection: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n".encode()


class Load(threading.Thread):
    """RATE requests a second over CLIENTS connections, as lean as it can be: what it uses itself is taken from the
    backup, too. Runs until stop()."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.port = port
        self.asked = self.answered = 0
        self.ended = threading.Event()

    def run(self) -> None:
        requests = [request(path, "keep-alive") for path in POLLED]
        idle = [socket.create_connection(("127.0.0.1", self.port), timeout=LONG) for _ in range(CLIENTS)]
        busy = selectors.EpollSelector()
        missing: dict[int, int] = {}  # bytes of the answer that are still to come, by connection; none before its head
        due = time.monotonic()
        while not self.ended.is_set() or missing:
            while idle and not self.ended.is_set() and time.monotonic() >= due:
                connection = idle.pop()
                connection.sendall(requests[self.asked % len(requests)])
                missing[connection.fileno()] = -1
                busy.register(connection, selectors.EVENT_READ)
                self.asked += 1
                due += 1 / RATE
            if not missing:
                time.sleep(max(0.0, due - time.monotonic()))
                continue
            for key, _ in busy.select(max(0.0, due - time.monotonic()) if idle else LONG):
                if self.take(key.fileobj, missing):
                    busy.unregister(key.fileobj)
                    idle.append(key.fileobj)
        for connection in idle:
            connection.close()

    def take(self, connection: socket.socket, missing: dict[int, int]) -> bool:
        """Reads what has come; true when the answer is complete."""
        received = connection.recv(1 << 20)
        if not received:
            raise ConnectionError("a connection was dropped")
        number = connection.fileno()
        if missing[number] < 0:
            # Heads are small and come in one piece over loopback.
            head, _, received = received.partition(b"\r\n\r\n")
            if b" 200 " not in head[:13]:
                raise ConnectionError(f"answered with {head[:300]!r}")
            missing[number] = int(re.search(rb"(?i)content-length: (\d+)", head).group(1))
        missing[number] -= len(received)
        if missing[number] > 0:
            return False
        del missing[number]
        self.answered += 1
        return True

    def stop(self) -> None:
        self.ended.set()
        self.join(LONG)


def fill_catalogue(catalogue: pathlib.Path, plans: int, jobs: int, points: int) -> str:
    """Rows as a large installation has them after years; one of the plans."""
    now = int(time.time())
    ids = [secrets.token_bytes(16) for _ in range(plans)]
    connection = sqlite3.connect(catalogue)
    with connection:
        connection.executemany(
            "INSERT INTO plans (id, name, client, vault, policy, script_before, script_after, most_retries,"
            " first_wait_minutes, made, considered_until) VALUES (?, ?, 'bench', 'disk', 1, '', '', 3, 5, ?, ?)",
            ((plan, f"plan {number:05}", now, now) for number, plan in enumerate(ids)))
        connection.executemany("INSERT INTO plan_sources VALUES (?, 0, '/etc')", ((plan,) for plan in ids))
        connection.executemany(
            "INSERT INTO jobs (kind, state, plan, plan_name, client, vault, made, started, ended)"
            " VALUES ('backup', 'completed', ?, ?, 'bench', 'disk', ?, ?, ?)",
            ((ids[n % plans], f"plan {n % plans:05}", now - n, now - n, now - n) for n in range(jobs)))
        connection.executemany(
            "INSERT INTO points (vault, id, client, plan, started, started_nanoseconds, finished, finished_nanoseconds,"
            " objects, logical_bytes, read_bytes, new_bytes, stored_bytes, faults)"
            " VALUES ('disk', ?, 'bench', ?, ?, 0, ?, 0, 1, 1, 1, 1, 1, 0)",
            ((secrets.token_bytes(16), ids[n % plans].hex(), now - n * 60, now - n * 60) for n in range(points)))
    connection.close()
    return ids[0].hex()


def environment_of(work: pathlib.Path) -> dict:
    return dict(os.environ, HBR_CONFIG_DIR=str(work / "config"), HBR_STATE_DIR=str(work / "state"),
                HBR_PASSWORD="correct horse battery staple")


def run(hbr: str, environment: dict, *words) -> None:
    subprocess.run([hbr, *map(str, words), "--quiet"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   check=True)


def measure_scale(hbr: str, work: pathlib.Path, options: argparse.Namespace) -> None:
    """Idle costs and answers over a large catalogue."""
    environment = environment_of(work)
    # Nothing is due while this runs.
    first = time.strftime("%Y-%m-%dT%H:%M", time.localtime(time.time() + 30 * 86_400))
    run(hbr, environment, "policy", "add", "p", "--every", "1d", "--first", first, "--keep", "3m")
    plan = fill_catalogue(work / "state" / "catalogue.db", options.plans, options.jobs, options.jobs // 10)
    with Service(hbr, work, environment) as service:
        time.sleep(20)  # what a start does: it reads the whole catalogue once
        before = service.processor_seconds()
        time.sleep(options.idle_seconds)
        share = (service.processor_seconds() - before) / options.idle_seconds
        print(f"idle, {options.plans} plans and {options.jobs} jobs: {service.memory_mib('VmRSS'):.0f} MiB (goal "
              f"{IDLE_MEMORY_GOAL_MIB}), {share:.2%} of a processor (goal {IDLE_PROCESSOR_GOAL:.1%})")
        for paths, goal in ((LISTS, LIST_GOAL_MS), (OTHERS, VIEW_GOAL_MS)):
            for path in (path.format(plan=plan) for path in paths):
                answers = [service.ask(f"/api/v1/{path}") for _ in range(11)]
                times = sorted(milliseconds for milliseconds, _ in answers)
                print(f"{re.sub('[0-9a-f]{32}', 'ID', path):28} {statistics.median(times):6.1f} ms, at worst {times[-1]:6.1f} ms "
                      f"(goal {goal}), {answers[0][1]} bytes")
        print(f"after that {service.memory_mib('VmRSS'):.0f} MiB, at the most {service.memory_mib('VmHWM'):.0f} MiB")


def backup_seconds(catalogue: pathlib.Path, plan: bytes) -> float:
    """Queues a backup of the plan and waits for its end."""
    connection = sqlite3.connect(catalogue, timeout=60)
    with connection:
        job = connection.execute(
            "INSERT INTO jobs (kind, state, plan, plan_name, client, vault, made)"
            " VALUES ('backup', 'queued', ?, 'plan', 'bench', 'disk', ?) RETURNING id", (plan, int(time.time()))).fetchone()[0]
    started = None
    while True:
        state, code, text = connection.execute("SELECT state, error_code, error_text FROM jobs WHERE id = ?",
                                               (job,)).fetchone()
        if started is None and state != "queued":
            started = time.monotonic()
        if state not in ("queued", "running"):
            break
        time.sleep(0.02)
    connection.close()
    if state != "completed":
        raise SystemExit(f"the backup is {state}: {code} {text}")
    return time.monotonic() - started


def measure_load(hbr: str, work: pathlib.Path, options: argparse.Namespace) -> bool:
    """First backups into new vaults, in turn without and with requests beside them; true when none was dropped."""
    environment = environment_of(work)
    catalogue = work / "state" / "catalogue.db"
    source = work / "source"
    source.mkdir()
    data.smallFiles(source / "small", 20_000, 8_000, seed=1)
    data.incompressible(source / "noise", options.load_mib * MIB, seed=2)
    print(f"a backup of {folderBytes(source) / MIB:.0f} MiB beside {RATE} requests a second", flush=True)
    run(hbr, environment, "policy", "list")  # makes the catalogue
    quiet, loaded, asked, answered, used = [], [], 0, 0, []
    with Service(hbr, work, environment) as service:
        for number in range(2 * options.repeat):
            name = "disk"
            run(hbr, environment, "vault", "create", work / f"vault {number}", "--name", name)
            plan = secrets.token_bytes(16)
            connection = sqlite3.connect(catalogue, timeout=60)
            with connection:
                connection.execute(
                    "INSERT INTO plans (id, name, client, vault, script_before, script_after, most_retries, first_wait_minutes,"
                    " made, considered_until) VALUES (?, ?, 'bench', 'disk', '', '', 0, 5, 0, 0)", (plan, f"plan {number}"))
                connection.execute("INSERT INTO plan_sources VALUES (?, 0, ?)", (plan, str(source)))
            connection.close()
            readAll(source)
            os.sync()
            load = Load(service.port) if number % 2 else None
            before = service.processor_seconds()
            if load:
                load.start()
            seconds = backup_seconds(catalogue, plan)
            if load:
                load.stop()
                asked, answered = asked + load.asked, answered + load.answered
                used.append((service.processor_seconds() - before) / seconds)
            (loaded if load else quiet).append(seconds)
            run(hbr, environment, "vault", "disconnect", name)
            shutil.rmtree(work / f"vault {number}")
            print(f"{'with' if load else 'without'} requests {seconds:.2f} s"
                  + (f", {load.answered} answered, {load.answered / seconds:.0f} a second" if load else ""), flush=True)
    slower = statistics.median(loaded) / statistics.median(quiet) - 1
    print(f"by the medians the backup took {slower:+.1%} (goal {SLOWER_GOAL:.0%}); the service used {max(used):.1%} of a "
          f"processor at the most; {asked - answered} of {asked} requests were dropped (goal 0)")
    return asked == answered > 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hbr", help="the program to judge")
    parser.add_argument("--plans", type=int, default=10_000, help="plans in the catalogue (10,000)")
    parser.add_argument("--jobs", type=int, default=1_000_000, help="jobs in it; a tenth of that are restore points (1,000,000)")
    parser.add_argument("--idle-seconds", type=int, default=60, help="how long it is watched while it idles (60)")
    parser.add_argument("--load-mib", type=int, default=2048, help="noise that is backed up beside requests (2048)")
    parser.add_argument("--repeat", type=int, default=3, help="backups with and without requests, in turn (3)")
    parser.add_argument("--work", default="/var/tmp", help="where a work folder is made, and removed (/var/tmp)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    work = pathlib.Path(tempfile.mkdtemp(prefix="hbr-service-bench-", dir=options.work))
    hbr = str(pathlib.Path(options.hbr).resolve())
    try:
        for part in ("scale", "load"):
            (work / part).mkdir()
        measure_scale(hbr, work / "scale", options)
        return 0 if measure_load(hbr, work / "load", options) else 1
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
