#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""restore_service.py HBR: restores by the service, as children of it and handed over at a socket.

The socket is that of systemd-socket-activate, which starts a process for each connection as systemd does for a unit with
Accept=yes. tests/guest has systemd itself.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from lab import DONE, NOT_FOUND, USAGE, Lab, fill, manifest

LONG = 120  # seconds after which something will never happen
HOSTILE = [b"[a-z]*", b"-x", b"new\nline", b"no text \xff\xfe", "中文 <b>".encode(), b" ", b"a\\b"]


def await_that(holds, what: str):
    end = time.monotonic() + LONG
    while not (found := holds()):
        if time.monotonic() > end:
            raise TimeoutError(f"it never happened that {what}")
        time.sleep(0.02)
    return found


class Agent:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.service: subprocess.Popen | None = None
        self.door: subprocess.Popen | None = None
        self.socket = lab.work / "restore.sock"

    def open_door(self) -> None:
        variables = [word for name in self.lab.environment for word in ("-E", name)]
        self.door = subprocess.Popen(["systemd-socket-activate", "--accept", "--inetd", "-l", str(self.socket), *variables,
                                      self.lab.hbr, "service", "restore", "--json"],
                                     env=self.lab.environment, stderr=subprocess.DEVNULL, start_new_session=True)
        await_that(self.socket.exists, "the socket is there")

    def close_door(self) -> None:
        self.door.terminate()
        self.door.wait(timeout=LONG)
        self.socket.unlink(missing_ok=True)
        self.door = None

    def start(self, is_handed_over: bool) -> None:
        environment = dict(self.lab.environment)
        if is_handed_over:
            environment["HBR_RESTORE_SOCKET"] = str(self.socket)
        self.service = subprocess.Popen([self.lab.hbr, "service", "run", "--port", "0"], env=environment,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self, number: int = signal.SIGTERM) -> None:
        self.service.send_signal(number)
        self.service.wait(timeout=LONG)
        self.service = None

    def ask(self, method: str, path: str, body: object = None, expect: int = DONE) -> dict:
        arguments = ["api", method, path, "--json"]
        if body is not None:
            file = self.lab.work / "body.json"
            file.write_text(json.dumps(body))
            arguments += ["--body", file]
        printed = self.lab.run(*arguments, expect=expect).stdout
        return json.loads(printed) if printed.strip() else {}

    def job(self, number: int) -> dict:
        return self.ask("get", f"/jobs/{number}")

    def await_end(self, number: int) -> dict:
        return await_that(lambda: (job := self.job(number))["ended"] and job, f"job {number} ends")

    def restore(self, point: dict, expect: int = DONE, **wanted) -> dict:
        return self.ask("post", "/restores", {"vault": "lab", "point": point["id"]} | wanted, expect)

    def restored(self, point: dict, state: str = "completed", **wanted) -> dict:
        """What a restore tells of itself at its end, with the job."""
        job = self.await_end(self.restore(point, **wanted)["id"])
        self.lab.check(job["state"] == state, f"restoring {wanted} ended {job}")
        return self.ask("get", f"/restores/{job['id']}") | {"ended": job}

    def entries(self, point: dict, folder: str = "") -> list[dict]:
        """All of a folder, in parts of two."""
        entries, cursor = [], ""
        while cursor is not None:
            page = self.ask("get", f"/points/lab/{point['id']}/entries?folder={folder}&limit=2&cursor={cursor}")
            entries += page["items"]
            cursor = page["next"]
        return entries

    def key_of(self, point: dict, names: list[str]) -> str:
        """By way of every folder above."""
        key = ""
        for name in names:
            key = next(entry["key"] for entry in self.entries(point, key) if entry["name"] == name)
        return key

    def key(self, point: dict, path: pathlib.Path) -> str:
        return self.key_of(point, list(path.parts[1:]))

    def process_of(self, job: int) -> int:
        """That of a restore, whoever started it."""
        def found() -> int | None:
            pattern = f"/jobs/{job}$" if self.door is None else "service restore --json$"
            parent = self.service if self.door is None else self.door
            lines = subprocess.run(["pgrep", "-P", str(parent.pid), "-f", pattern], capture_output=True, text=True).stdout
            return int(lines.split()[0]) if lines.split() else None

        return await_that(found, f"the process of job {job} runs")


def browses(agent: Agent, point: dict, source: pathlib.Path) -> None:
    lab = agent.lab
    told = agent.entries(point, agent.key(point, source / "odd"))
    lab.check(len(told) == len(HOSTILE), f"the folder has {told}")
    lab.check({bytes.fromhex(entry["key"]).split(b"\0")[-1] for entry in told} == set(HOSTILE), f"its names are {told}")
    exact = {bytes.fromhex(entry["key"]).split(b"\0")[-1] for entry in told if entry["isExact"]}
    lab.check(exact == set(HOSTILE) - {b"new\nline", b"no text \xff\xfe"}, f"exact are {exact}")
    lab.check(all(entry["kind"] == "file" and entry["sizeBytes"] == 3 for entry in told), f"they are {told}")
    agent.ask("get", f"/points/lab/{point['id']}/entries?folder=6e6f", expect=NOT_FOUND)
    agent.ask("get", f"/points/lab/{point['id']}/entries?folder=xyz", expect=USAGE)


def elsewhere(agent: Agent, point: dict, source: pathlib.Path) -> None:
    lab = agent.lab
    target = lab.work / "elsewhere"
    tried = agent.restored(point, target=str(target), dryRun=True)
    lab.check(not target.exists(), "a dry run made the target")
    told = agent.restored(point, target=str(target), verify=True)
    lab.check(told["counts"]["differences"] == 0, f"it differs: {told}")
    same = ("created", "overwritten", "keptBoth", "skipped", "alreadyThere", "bytes")
    lab.check(all(tried["counts"][name] == told["counts"][name] for name in same), f"tried {tried}, did {told}")
    lab.check(0 < told["counts"]["bytes"] < told["counts"]["freeBytes"], f"the room is {told}")
    lab.check(manifest(target / source.relative_to("/")) == manifest(source), "it came back otherwise")
    # Each hostile name by its key alone.
    for entry in agent.entries(point, agent.key(point, source / "odd")):
        name = bytes.fromhex(entry["key"]).split(b"\0")[-1]
        single = lab.work / "single"
        agent.restored(point, target=str(single), keys=[entry["key"]])
        folder = os.fsencode(single / source.relative_to("/") / "odd")
        lab.check(os.listdir(folder) == [name], f"the key of {name} brought {os.listdir(folder)}")
        shutil.rmtree(single)
    chosen = lab.work / "chosen"
    agent.restored(point, target=str(chosen), keys=[agent.key(point, source / "folder 0")], excludes=["file 7"],
                   includes=["file 0", "file 7"])
    lab.check([path.name for path in chosen.rglob("*") if path.is_file()] == ["file 0"], "the patterns chose otherwise")


def in_place(agent: Agent, point: dict, source: pathlib.Path) -> None:
    lab = agent.lab
    before = manifest(source)
    changed, gone = source / "folder 0" / "file 0", source / "folder 0" / "file 7"
    changed.write_bytes(b"changed")
    gone.unlink()
    folder = {"inPlace": True, "keys": [agent.key(point, source / "folder 0")]}
    told = agent.restored(point, **folder)
    lab.check(told["counts"]["created"] == 1 and told["counts"]["skipped"] == 1, f"skipping told {told}")
    lab.check(changed.read_bytes() == b"changed" and gone.exists(), "skipping did otherwise")
    for wrong in ({}, {"confirm": ""}, {"confirm": "other"}):
        refused = agent.restore(point, expect=USAGE, onConflict="overwrite", **folder, **wrong)
        lab.check([field["field"] for field in refused["fields"]] == ["confirm"], f"{wrong}: {refused}")
    lab.check(changed.read_bytes() == b"changed", "what was refused was done")
    tried = agent.restored(point, onConflict="overwrite", dryRun=True, **folder)
    events = agent.ask("get", f"/jobs/{tried['job']}/events")["events"]
    lab.check(any(event["text"] == f"Would replace {changed}" for event in events), f"the dry run said {events}")
    agent.restored(point, onConflict="keep-both", **folder)
    beside = changed.with_name("file 0 (restored)")
    lab.check(beside.exists() and changed.read_bytes() == b"changed", "keeping both did otherwise")
    beside.unlink()
    agent.restored(point, onConflict="overwrite", confirm="lab", verify=True, **folder)
    lab.check(manifest(source) == before, "the folder is not as it was")


def confined(agent: Agent, point: dict, source: pathlib.Path) -> None:
    """A link in the target leads nothing out of it, and a vault is no target."""
    lab = agent.lab
    target, outside = lab.work / "trap", lab.work / "outside"
    outside.mkdir()
    way = target / source.relative_to("/").parent
    way.mkdir(parents=True)
    (way / source.name).symlink_to(outside)
    agent.restored(point, state="partially completed", target=str(target))
    lab.check(list(outside.iterdir()) == [], f"it wrote through a link: {list(outside.iterdir())}")
    inside = agent.restored(point, state="failed", target=str(lab.vault / "x"))["ended"]
    lab.check(inside["errorCode"] == "CLI-0042" and "lies inside the vault" in inside["errorText"], f"it says {inside}")
    up = agent.restored(point, target=f"{lab.work}/a/../up", keys=[agent.key(point, source / "folder 0")])
    lab.check((lab.work / "up").exists() and not (lab.work / "a").exists(), f"'..' led elsewhere: {up}")
    absent = agent.restored(point, state="failed", target=str(target), keys=["2e2e"])["ended"]
    lab.check(absent["errorCode"] == "CLI-0032", f"what is not there is {absent}")


def of_another_client(agent: Agent, others: pathlib.Path) -> None:
    lab = agent.lab
    lab.run("backup", "run", others, "--client", "web2", "--vault", "lab")
    # The service lists the vault when it starts.
    agent.stop()
    agent.start(agent.door is not None)
    clients = await_that(lambda: len(found := agent.ask("get", "/clients")["items"]) == 2 and found, "both are known")
    lab.check([client["name"] for client in clients] == ["lab", "web2"], f"the clients are {clients}")
    point = agent.ask("get", "/points?client=web2")["items"][0]
    target = lab.work / "of web2"
    agent.restored(point, target=str(target), verify=True)
    lab.check(manifest(target / others.relative_to("/")) == manifest(others), "the other client's files came otherwise")
    agent.restore(point, expect=USAGE, inPlace=True, onConflict="newer", confirm="lab")


def interrupted(agent: Agent, point: dict, source: pathlib.Path) -> None:
    lab = agent.lab
    slow = {"keys": [agent.key(point, source / "large")], "bytesPerSecond": 4 << 20}
    target = lab.work / "interrupted"
    job = agent.restore(point, target=str(target), **slow)["id"]
    await_that(lambda: (agent.job(job)["progress"] or {}).get("bytesDone", 0) > 0, "it has restored something")
    os.kill(agent.process_of(job), signal.SIGKILL)
    ended = agent.await_end(job)
    lab.check(ended["state"] == "failed" and ended["errorCode"] == "JOB-0001", f"the killed restore ended {ended}")
    agent.restored(point, target=str(target), keys=slow["keys"], verify=True)
    back = target / source.relative_to("/") / "large"
    lab.check(manifest(back) == manifest(source / "large"), "what was killed did not come back whole")

    job = agent.restore(point, target=str(lab.work / "cancelled"), **slow)["id"]
    process = agent.process_of(job)
    await_that(lambda: agent.job(job)["progress"], "it tells how far it is")
    agent.ask("post", f"/jobs/{job}/cancel")
    ended = agent.await_end(job)
    lab.check(ended["state"] == "cancelled", f"the cancelled restore ended {ended}")
    await_that(lambda: not pathlib.Path(f"/proc/{process}/stat").exists()
               or " Z " in pathlib.Path(f"/proc/{process}/stat").read_text(), "its process ends")

    job = agent.restore(point, target=str(lab.work / "orphan"), **slow)["id"]
    process = agent.process_of(job)
    await_that(lambda: agent.job(job)["progress"], "it tells how far it is")
    agent.stop(signal.SIGKILL)
    await_that(lambda: not pathlib.Path(f"/proc/{process}").exists()
               or " Z " in pathlib.Path(f"/proc/{process}/stat").read_text(), "the orphan ends by itself")
    agent.start(agent.door is not None)
    ended = agent.await_end(job)
    lab.check(ended["state"] == "failed" and ended["errorCode"] == "JOB-0004", f"the orphan ended {ended}")


def only_restores(agent: Agent) -> None:
    """Who reaches the socket gets restores done, and nothing else."""
    import socket

    lab = agent.lab
    file = lab.work / "job"

    def said_to(words: bytes, line: bytes) -> str:
        file.write_bytes(b"hbr-job 1\n" + b"".join(b"word = " + word + b"\n" for word in words.split(b" ")))
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(agent.socket))
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            said = b""
            try:
                while piece := connection.recv(4096):
                    said += piece
            except ConnectionResetError:
                pass  # it did not read all that was sent
        return said.decode(errors="replace")

    named = os.fsencode(file) + b"\n"
    for words in (b"backup run --script-before=/bin/true /etc", b"service run", b"point forget latest --yes", b"x"):
        lab.check("JOB-0003" in said_to(words, named), f"{words} were not refused")
    lab.check("JOB-0003" in said_to(b"restore latest", b"no line's end"), "a line without an end was taken")
    lab.check("JOB-0003" in said_to(b"restore latest", b"x" * 5000 + b"\n"), "a line too long was taken")


def without_door(agent: Agent, point: dict) -> None:
    ended = agent.restored(point, state="failed", target=str(agent.lab.work / "nowhere"))["ended"]
    agent.lab.check(ended["errorCode"] == "PROC-0007" and "hbr-restore.socket" in ended["errorText"], f"it says {ended}")


def make_source(source: pathlib.Path) -> None:
    fill(source, seed=11, files=40, largest=50_000)
    (source / "odd").mkdir()
    for name in HOSTILE:
        with open(os.fsencode(source / "odd") + b"/" + name, "wb") as file:
            file.write(b"odd")
    (source / "large").mkdir()
    (source / "large" / "noise").write_bytes(os.urandom(48 << 20))


def whole_way(agent: Agent, source: pathlib.Path, others: pathlib.Path) -> None:
    lab = agent.lab
    plan = agent.ask("post", "/plans", {"name": "files", "vault": "lab", "client": "lab", "sources": [str(source)]})
    backup = agent.await_end(agent.ask("post", f"/plans/{plan['id']}/run")["id"])
    lab.check(backup["state"] == "completed", f"the backup ended {backup}")
    point = agent.ask("get", f"/points?plan={plan['id']}")["items"][0]
    browses(agent, point, source)
    elsewhere(agent, point, source)
    in_place(agent, point, source)
    confined(agent, point, source)
    interrupted(agent, point, source)
    of_another_client(agent, others)
    agent.stop()

    agent.open_door()
    agent.start(is_handed_over=True)
    shutil.rmtree(lab.work / "elsewhere")
    elsewhere(agent, point, source)
    for folder in ("interrupted", "cancelled", "orphan"):
        shutil.rmtree(lab.work / folder, ignore_errors=True)
    interrupted(agent, point, source)
    only_restores(agent)
    agent.close_door()
    without_door(agent, point)
    agent.stop()


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        source, others = lab.work / "source", lab.work / "others"
        make_source(source)
        fill(others, seed=12, files=10, largest=5000)
        lab.create_vault()
        agent = Agent(lab)
        agent.start(is_handed_over=False)
        try:
            whole_way(agent, source, others)
        finally:
            for process in (agent.service, agent.door):
                if process is not None:
                    process.kill()
                    process.wait()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
