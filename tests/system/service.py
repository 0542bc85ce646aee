#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""service.py HBR: the service in the foreground with real jobs: due runs, faults, crashes, kills, stops, restarts."""

import os
import pathlib
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

from lab import BUSY, DONE, INTEGRITY, Lab, fill, manifest

LONG = 120  # seconds after which something will never happen


class Service:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.source = lab.work / "source"
        self.catalogue = lab.work / "state" / "catalogue.db"
        self.process: subprocess.Popen | None = None
        self.said = ""  # by all that were stopped; in the foreground the system's log, too
        lab.environment["HBR_STATE_DIR"] = str(lab.work / "state")
        # As a service that ended a moment ago left it: otherwise nothing is judged by its age for a day.
        self.catalogue.parent.mkdir(mode=0o700)
        (self.catalogue.parent / "clock-was-set.last-seen").write_text(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))

    def start(self) -> None:
        self.process = subprocess.Popen([self.lab.hbr, "service", "run", "--port", "0"], env=self.lab.environment,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                        # A shell's background job would hand down an ignored Ctrl-C.
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        self.await_that(self.catalogue.exists, "the catalogue is made")

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=LONG)[1]
        return self.process.returncode

    def await_that(self, holds, what: str) -> None:
        end = time.monotonic() + LONG
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"it never happened that {what}")
            time.sleep(0.02)

    def run(self, statement: str, values: tuple = ()) -> list[tuple]:
        connection = sqlite3.connect(self.catalogue, timeout=60)
        connection.execute("PRAGMA foreign_keys = ON")
        with connection:
            rows = connection.execute(statement, values).fetchall()
        connection.close()
        return rows

    def add_plan(self, name: str, source: pathlib.Path | str, first_backup: int | None = None,
                 plan: bytes | None = None) -> bytes:
        """A plan as people will make it, with a policy of every hour when it has a first backup time."""
        plan = plan or secrets.token_bytes(16)
        policy = None
        if first_backup is not None:
            self.run("INSERT INTO policies (name, frequency_count, frequency_unit, first_backup, retention_count, "
                     "retention_unit) VALUES (?, 1, 'hour', ?, 1, 'month')", (name, first_backup))
            policy = self.run("SELECT id FROM policies WHERE name = ?", (name,))[0][0]
        self.run("INSERT INTO plans (id, name, client, vault, policy, script_before, script_after, most_retries, "
                 "first_wait_minutes, made, considered_until) VALUES (?, ?, 'lab', 'lab', ?, '', '', 0, 5, ?, ?)",
                 (plan, name, policy, int(time.time()), int(time.time())))
        self.run("INSERT INTO plan_sources (plan, position, path) VALUES (?, 0, ?)", (plan, str(source)))
        return plan

    def add_point(self, point: bytes, plan: str = "") -> bytes:
        """A point in the catalogue, begun in 1970, whatever the vault says."""
        self.run("INSERT INTO points (vault, id, client, plan, started, started_nanoseconds, finished, "
                 "finished_nanoseconds, objects, logical_bytes, read_bytes, new_bytes, stored_bytes, faults) "
                 "VALUES ('lab', ?, 'lab', ?, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0)", (point, plan))
        return point

    def queue(self, plan: bytes) -> int:
        self.run("INSERT INTO jobs (kind, state, plan, plan_name, client, vault, made) "
                 "VALUES ('backup', 'queued', ?, (SELECT name FROM plans WHERE id = ?), 'lab', 'lab', ?)",
                 (plan, plan, int(time.time())))
        return self.run("SELECT max(id) FROM jobs")[0][0]

    def state(self, job: int) -> str:
        return self.run("SELECT state FROM jobs WHERE id = ?", (job,))[0][0]

    def job(self, job: int) -> dict:
        row = self.run("SELECT state, faults, point, error_code, error_text FROM jobs WHERE id = ?", (job,))[0]
        return dict(zip(("state", "faults", "point", "code", "text"), row))

    def await_end(self, job: int) -> dict:
        self.await_that(lambda: self.state(job) not in ("queued", "running"), f"job {job} ends")
        return self.job(job)

    def children(self, job: int) -> list[int]:
        """The job's process; another one may list a vault's points meanwhile."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f", f"/jobs/{job}$"], capture_output=True, text=True)
        return [int(line) for line in found.stdout.split()]

    def await_child(self, job: int) -> int:
        found: list[int] = []

        def runs() -> bool:
            found[:] = self.children(job)
            return self.state(job) == "running" and bool(found)

        self.await_that(runs, f"job {job} runs")
        return found[0]


def goes_by_itself(service: Service) -> None:
    """A policy whose first backup is a few seconds away."""
    lab = service.lab
    offset = time.localtime().tm_gmtoff
    service.add_plan("instant", service.source)
    service.stop()
    service.start()
    # Once it has listed the vault it will not do so soon, and find that this point is not there.
    service.await_that(lambda: service.run("SELECT count(*) FROM points") == [(1,)], "the vault's points are listed")
    plan = secrets.token_bytes(16)
    expired = service.add_point(secrets.token_bytes(16), plan.hex())
    service.add_plan("hourly", f"{service.source}/", int(time.time()) + offset + 3, plan)
    due = "SELECT id FROM jobs WHERE kind = 'backup'"
    service.await_that(lambda: service.run(due), "a run becomes due")
    job = service.await_end(service.run(due)[0][0])
    lab.check(job["state"] == "completed", f"the due run ended {job}")
    point = lab.json("point", "list")[0]["points"][-1]
    lab.check(point["id"] == job["point"].hex(), "the catalogue names another point than the vault")
    lab.check(point["plan"] == plan.hex(), f"the point is of {point['plan']}")
    stored = service.run("SELECT started, started_nanoseconds, objects FROM points WHERE id = ?", (job["point"],))
    lab.check(len(stored) == 1 and stored[0][2] == point["objects"], f"the point is not in the catalogue: {stored}")
    sources = service.run("SELECT text FROM point_texts JOIN points ON number = point WHERE kind = 'source' AND id = ?",
                          (job["point"],))
    lab.check([text for (text,) in sources] == point["sources"], f"its sources are {sources}, not {point['sources']}")
    target = lab.work / "restored"
    lab.run("restore", "latest", "--target", target)
    lab.check(manifest(target / service.source.relative_to("/")) == manifest(service.source), "it came back otherwise")
    shutil.rmtree(target)
    marked = service.run("SELECT id FROM points WHERE to_be_deleted IS NOT NULL")
    lab.check(marked == [(expired,)], f"what was too old beside the backup is not what is marked: {marked}")


def forgets_what_is_marked(service: Service) -> None:
    """What deleting a policy leaves: marks, of points that the vault has and of one that is gone already."""
    lab = service.lab
    lab.run("backup", "run", service.source)
    marked = lab.json("point", "list")[0]["points"][0]["id"]
    lab.run("backup", "run", service.source, "--tag", "stays")
    service.add_point(bytes.fromhex(marked))
    service.add_point(secrets.token_bytes(16))
    service.run("UPDATE points SET to_be_deleted = 1")
    service.await_that(lambda: service.run("SELECT count(*) FROM points") == [(0,)], "marked points leave the catalogue")
    kept = lab.json("point", "list")[0]["points"]
    lab.check([point["tags"] for point in kept] == [["stays"]], f"the vault has {kept} left of {marked}")
    jobs = service.run("SELECT state, vault FROM jobs WHERE kind = 'prune'")
    lab.check(jobs == [("completed", "lab")], f"the jobs that deleted are {jobs}")
    words = " ".join(text for (text,) in service.run("SELECT text FROM events JOIN jobs ON jobs.id = job "
                                                     "WHERE kind = 'prune' ORDER BY number"))
    lab.check("Forgot 1 restore point." in words and "Gave back" in words, f"it said {words}")
    lab.run("verify")


def learns_its_points_back(service: Service) -> None:
    """A catalogue that is lost, and a plan that is made anew: the points of its vault come back, paths and all, and
    those that another client made; a vault that cannot be reached is no trouble and is told nothing about."""
    lab = service.lab
    odd = os.fsencode(lab.work) + b"/odd \xff"
    os.mkdir(odd)
    subprocess.run([lab.hbr, "backup", "run", odd, "--client", "other", "--tag", "a", "--tag", "b"], env=lab.environment,
                   check=True, capture_output=True)
    service.stop()
    in_vault = {point["id"]: point for point in lab.json("point", "list")[0]["points"]}
    for file in service.catalogue.parent.glob("catalogue.db*"):
        file.unlink()
    service.start()
    service.add_plan("anew", service.source)
    away = service.add_plan("away", service.source)
    service.run("UPDATE plans SET vault = ? WHERE id = ?", (str(lab.work / "no vault"), away))
    service.await_that(lambda: service.run("SELECT count(*) FROM points") == [(len(in_vault),)], "points come back")
    for identity, client, objects, number in service.run("SELECT id, client, objects, number FROM points"):
        point = in_vault[identity.hex()]
        lab.check((client, objects) == (point["client"], point["objects"]), f"{point} came back as {client}, {objects}")
        tags = service.run("SELECT text FROM point_texts WHERE point = ? AND kind = 'tag' ORDER BY position", (number,))
        lab.check([tag for (tag,) in tags] == point["tags"], f"{point} came back with {tags}")
    source = service.run("SELECT CAST(text AS BLOB) FROM point_texts JOIN points ON number = point "
                         "WHERE client = 'other' AND kind = 'source'")
    lab.check(source == [(odd,)], f"a path that is no UTF-8 came back as {source}")
    lab.check(service.run("SELECT * FROM jobs") == [], "a listing is told as a job")
    os.rmdir(odd)


def fails_and_goes_on(service: Service) -> None:
    lab = service.lab
    gone = service.await_end(service.queue(service.add_plan("gone", lab.work / "nowhere")))
    lab.check(gone["state"] == "failed" and gone["code"] == "FILES-0004", f"a source that is missing: {gone}")
    events = service.run("SELECT text FROM events WHERE level = 'error'")
    lab.check(any("nowhere" in text for (text,) in events), f"the events are {events}")
    service.await_that(lambda: not list((lab.work / "state" / "jobs").iterdir()), "files of ended jobs go")


def runs_scripts(service: Service) -> None:
    """What scripts say is the job's events; a first one that fails ends the job, and the last one hears of it."""
    lab = service.lab

    def script(name: str, text: str) -> pathlib.Path:
        path = lab.work / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o700)
        return path

    def ended_with(before: pathlib.Path, plan: bytes) -> tuple[dict, list[str]]:
        service.run("UPDATE plans SET script_before = ?, script_after = ? WHERE id = ?", (str(before), str(after), plan))
        number = service.queue(plan)
        job = service.await_end(number)
        return job, [text for (text,) in service.run("SELECT text FROM events WHERE job = ? ORDER BY number", (number,))]

    after = script("after", "echo \"$HBR_PLAN: $HBR_JOB_RESULT ${HBR_PASSWORD-none}\"")
    plan = service.add_plan("with scripts", service.source)
    job, events = ended_with(script("before", "echo '{\"type\":\"result\",\"schema\":1}'"), plan)
    lab.check(job["state"] == "completed" and job["point"], f"a backup with scripts ended {job}")
    lab.check('script before the backup: {"type":"result","schema":1}' in events, f"its events are {events}")
    lab.check("script after the backup: with scripts: completed none" in events, f"its events are {events}")
    job, events = ended_with(script("failing", "exit 9"), plan)
    lab.check((job["state"], job["code"]) == ("failed", "SCRIPT-0001"), f"a script that failed ended {job}")
    lab.check("script after the backup: with scripts: failed none" in events, f"its events are {events}")


def keeps_its_bandwidth(service: Service) -> None:
    lab = service.lab
    noise = lab.work / "noise"
    noise.write_bytes(secrets.token_bytes(8 << 20))
    plan = service.add_plan("limited", noise)
    service.run("INSERT INTO plan_bandwidth (plan, position, from_hour, until_hour, bytes_per_second) "
                "VALUES (?, 0, 0, 12, 2097152), (?, 1, 12, 24, 2097152)", (plan, plan))
    begun = time.monotonic()
    job = service.await_end(service.queue(plan))
    seconds = time.monotonic() - begun
    lab.check(job["state"] == "completed" and seconds >= 3.8, f"8 MiB at 2 MiB/s took {seconds:.2f} s: {job}")


def crashes_alone(service: Service, plan: bytes) -> None:
    """The death of a job is one failed job; another of the same service goes on."""
    lab = service.lab
    job = service.queue(plan)
    os.kill(service.await_child(job), signal.SIGSEGV)
    ended = service.await_end(job)
    lab.check((ended["state"], ended["code"]) == ("failed", "JOB-0001"), f"a crash ended {ended}")
    lab.check(service.process.poll() is None, "the service went with its job")
    lab.check(service.await_end(service.queue(plan))["state"] == "completed", "the next one does not complete")


def is_stopped(service: Service, plan: bytes, change) -> None:
    lab = service.lab
    change()
    job = service.queue(plan)
    child = service.await_child(job)
    lab.check(service.stop() == DONE, "a service that is stopped did not end well")
    ended = service.job(job)
    lab.check((ended["state"], ended["code"]) == ("failed", "JOB-0005"), f"a stopped service left {ended}")
    # Its last word, which it had no time for if it was ended by force.
    words = [text for (text,) in service.run("SELECT text FROM events WHERE job = ?", (job,))]
    lab.check(any("cancelled" in text for text in words), f"it said only {words}")
    lab.check(not pathlib.Path(f"/proc/{child}").exists(), "its job goes on")
    service.start()


def is_killed(service: Service, plan: bytes, change) -> None:
    """kill -9: the job learns from the end of its input and stops, the next service ends it as failed."""
    lab = service.lab
    change()
    job = service.queue(plan)
    child = service.await_child(job)
    service.stop(signal.SIGKILL)
    lab.check(service.state(job) == "running", "nobody was there to end it")
    service.await_that(lambda: not pathlib.Path(f"/proc/{child}").exists(), "its job stops")
    service.start()
    ended = service.await_end(job)
    lab.check((ended["state"], ended["code"]) == ("failed", "JOB-0004"), f"a killed service left {ended}")
    lab.check(service.await_end(service.queue(plan))["state"] == "completed", "the next one does not complete")
    lab.run("verify")


def tells_the_system(service: Service) -> None:
    """What went wrong until now stands in the system's log, a line each; and why a service does not start."""
    lab = service.lab
    logged = [line for line in service.said.splitlines() if line.startswith("hbr: error: A job failed: ")]
    for plan, code in (("gone", "FILES-0004"), ("large", "JOB-0001"), ("large", "JOB-0004"), ("large", "JOB-0005"),
                       ("with scripts", "SCRIPT-0001")):
        found = [line for line in logged if f"backup of the plan '{plan}'" in line and f"({code})" in line]
        lab.check(len(found) == 1, f"of {plan} with {code} the log has {found or logged}")
    with service.catalogue.open("r+b") as file:
        file.write(b"no database")
    refused = lab.run("service", "run", expect=INTEGRITY)
    lab.check("hbr: error: The catalogue is damaged: " in refused.stderr, f"a damaged catalogue: {refused.stderr}")


def try_all(service: Service) -> int:
    lab = service.lab
    fill(service.source, 1, 100, 200_000)
    lab.create_vault()
    large = lab.work / "large"
    large.mkdir()

    def change() -> None:
        (large / "file").write_bytes(secrets.token_bytes(40 << 20))

    service.start()
    second = lab.run("service", "run", "--port", 0, expect=BUSY)
    lab.check("JOB-0007" in second.stderr, f"a second service says {second.stderr}")
    forgets_what_is_marked(service)
    goes_by_itself(service)
    learns_its_points_back(service)
    fails_and_goes_on(service)
    runs_scripts(service)
    keeps_its_bandwidth(service)
    # From here on a job lasts five seconds at least, so that it is met while it runs.
    service.stop()
    lab.environment["HBR_LIMIT_UPLOAD"] = "8M"
    service.start()
    change()
    plan = service.add_plan("large", large)
    crashes_alone(service, plan)
    is_stopped(service, plan, change)
    is_killed(service, plan, change)
    lab.check(service.stop(signal.SIGINT) == DONE, "Ctrl-C did not end it well")
    tells_the_system(service)
    return lab.end()


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        service = Service(lab)
        try:
            return try_all(service)
        finally:
            # One that stayed after a failure would keep whoever reads our output waiting.
            if service.process is not None and service.process.poll() is None:
                service.process.kill()
                service.process.wait()


if __name__ == "__main__":
    sys.exit(main())
