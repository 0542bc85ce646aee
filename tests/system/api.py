#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""api.py HBR: holds agent/doc/openapi.json against the handlers, with a real service and real backups.

Every operation is asked for, through 'hbr api'; every answer and every refusal must be what its schema says, and what a
schema forbids must be refused.
"""

import json
import pathlib
import signal
import subprocess
import sys
import time

import jsonschema

from lab import DONE, NOT_FOUND, USAGE, Lab, fill

LONG = 120  # seconds after which something will never happen
# Of the page's server, which tests/system/web.py asks.
NOT_FOR_THE_COMMAND_LINE = {"getSession", "logIn", "logOut", "setPassword"}
# They need an S3 server, and tests/system/registration.py asks for them.
WITH_A_SERVER = {"previewRegistration", "registerThisClient", "activateThisClient"}


class Agent:
    """Asks, and compares each answer with the description."""

    def __init__(self, lab: Lab):
        self.lab = lab
        self.description = json.loads(lab.run("api", "get", "/openapi.json").stdout)
        self.asked: set[str] = set()

    def operation(self, method: str, path: str) -> tuple[str, dict]:
        asked = path.split("?")[0].split("/")
        # "/policies/preview" is no policy's id.
        for known in sorted(self.description["paths"], key=lambda known: known.count("{")):
            parts = known.split("/")
            fits = len(parts) == len(asked) and all(a == b or b.startswith("{") for a, b in zip(asked, parts))
            if fits and method in self.description["paths"][known]:
                found = self.description["paths"][known][method]
                return found["operationId"], found
        raise LookupError(f"{method} {path} is not described")

    def check(self, value: object, schema: dict, what: str) -> None:
        validator = jsonschema.Draft202012Validator(schema | {"components": self.description["components"]})
        problems = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(value)]
        self.lab.check(not problems, f"{what} is not as described: {problems}")

    def ask(self, method: str, path: str, body: object = None, expect: int = DONE) -> dict:
        name, operation = self.operation(method, path)
        arguments = ["api", method, path, "--json"]
        if body is not None:
            file = self.lab.work / "body.json"
            file.write_text(json.dumps(body))
            arguments += ["--body", file]
        printed = self.lab.run(*arguments, expect=expect).stdout
        answer = json.loads(printed) if printed.strip() else {}
        responses = operation["responses"]
        if expect == DONE:
            self.asked.add(name)
            good = next(responses[status] for status in responses if status.startswith("2"))
            schema = good.get("content", {}).get("application/json", {}).get("schema")
            self.lab.check((schema is None) == (printed.strip() == ""), f"{name} said {printed!r}")
            if schema is not None:
                self.check(answer, schema, name)
        else:
            self.check(answer, {"$ref": "#/components/schemas/Problem"}, f"the refusal of {name}")
        return answer

    def await_that(self, path: str, holds, what: str) -> dict:
        end = time.monotonic() + LONG
        while not holds(answer := self.ask("get", path)):
            if time.monotonic() > end:
                raise TimeoutError(f"it never happened that {what}: {answer}")
            time.sleep(0.05)
        return answer

    def described(self) -> set[str]:
        return {operation["operationId"] for path in self.description["paths"].values() for operation in path.values()}


def policy(**changes) -> dict:
    return {"name": "nightly", "frequency": {"count": 1, "unit": "day"}, "firstBackup": "2026-12-01T22:00",
            "retention": {"count": 3, "unit": "month"}} | changes


def at_its_bounds(agent: Agent) -> None:
    """What the schemas forbid is refused, and names the field."""
    def refused(path: str, body: dict, field: str) -> None:
        answer = agent.ask("post", path, body, expect=USAGE)
        fields = [item["field"] for item in answer.get("fields", [])]
        agent.lab.check(any(name == field or name.startswith(field + ".") for name in fields), f"{body}: {answer}")

    schemas = agent.description["components"]["schemas"]
    for name in schemas["PolicySettings"]["required"]:
        refused("/policies", {key: value for key, value in policy().items() if key != name}, name)
    for field, units in (("frequency", {"hour": 23, "day": 6, "week": 4}),
                         ("retention", {"day": 3650, "month": 120, "year": 10})):
        for unit, most in units.items():
            for count in (1, most):
                agent.ask("post", "/policies/preview", policy(**{field: {"count": count, "unit": unit}}))
            for count in (-1, 0, most + 1, 1.5, "1", None):
                refused("/policies/preview", policy(**{field: {"count": count, "unit": unit}}), field)
    refused("/policies", policy(frequency={"count": 1, "unit": "minute"}), "frequency")
    refused("/policies", policy(name="x" * 65), "name")
    refused("/policies", policy(colour="red"), "colour")
    plan = {"name": "files", "vault": "disk", "sources": ["/etc"]}
    refused("/plans", plan | {"sources": [f"/{number}" for number in range(9)]}, "sources")
    refused("/plans", plan | {"scriptBefore": "/" + "x" * 250}, "scriptBefore")
    refused("/plans", plan | {"bandwidth": [{"fromHour": 24, "untilHour": 25, "bytesPerSecond": 1}]}, "bandwidth")
    refused("/plans", plan | {"retry": {"mostRetries": 11, "firstWaitMinutes": 61}}, "retry")
    agent.lab.check(agent.ask("get", "/policies")["items"] == [], "something that was refused was kept")
    agent.lab.check(agent.ask("get", "/plans")["items"] == [], "something that was refused was kept")


def tokens(agent: Agent) -> None:
    made = agent.ask("post", "/tokens", {"name": "prometheus", "scope": "read", "days": 1})
    for field, value in (("scope", "all"), ("days", 0), ("days", 3651), ("name", "")):
        agent.ask("post", "/tokens", {"name": "x", "scope": "read"} | {field: value}, expect=USAGE)
    agent.lab.check(made["token"] not in json.dumps(agent.ask("get", "/tokens")), "the token is shown again")
    agent.ask("delete", "/tokens/prometheus")
    agent.ask("delete", "/tokens/prometheus", expect=NOT_FOUND)


def alerts(agent: Agent, source: pathlib.Path) -> None:
    """Targets, rules and settings; what is sent is for alerts.py."""
    lab = agent.lab
    mail = {"name": "office", "kind": "mail", "server": "127.0.0.1", "port": 1, "security": "none",
            "sender": "hbr@example.com", "recipients": ["a@example.com"]}
    target = agent.ask("post", "/alert-targets", mail)
    hook = agent.ask("post", "/alert-targets", {"name": "hook", "kind": "webhook", "url": "http://127.0.0.1:1/secret-token",
                                                "secret": "secret-key"})
    lab.check(hook["server"] == "http://127.0.0.1:1" and hook["hasSecret"], f"the webhook is {hook}")
    at = f"/alert-targets/{target['id']}"
    for field, value in (("sender", "a b"), ("recipients", []), ("port", 0), ("security", "ssl"), ("kind", "pigeon"),
                         ("login", "me"), ("colour", "red")):
        answer = agent.ask("put", at, mail | {field: value}, expect=USAGE)
        lab.check(answer["fields"], f"{field}: {answer}")
    agent.ask("put", at, mail | {"name": "home"})
    lab.check(agent.ask("get", at)["name"] == "home", "the target was not changed")
    lab.check(not agent.ask("post", f"{at}/test")["isDelivered"], "nobody listens at port 1")
    lab.check("secret" not in lab.run("api", "get", "/alert-targets").stdout, "a secret is shown")
    lab.check(len(agent.ask("get", "/alert-targets")["items"]) == 2, "there are other targets")
    rule = agent.ask("post", "/alert-rules", {"target": hook["id"], "kinds": ["job failed"], "leastSeverity": "error"})
    agent.ask("post", "/alert-rules", {"target": hook["id"], "kinds": ["rain"]}, expect=USAGE)
    agent.ask("post", "/alert-rules", {"target": 99}, expect=NOT_FOUND)
    lab.check(agent.ask("get", "/alert-rules")["items"] == [rule], "the rule is another one")
    agent.ask("delete", f"/alert-rules/{rule['id']}")
    settings = agent.ask("get", "/alert-settings")
    agent.ask("put", "/alert-settings", settings | {"quietIntervals": 101}, expect=USAGE)
    agent.ask("put", "/alert-settings", settings | {"quietIntervals": 100})
    agent.ask("delete", at)
    agent.ask("delete", f"/alert-targets/{hook['id']}")
    agent.ask("get", "/alerts?state=closed", expect=USAGE)
    plan = agent.ask("post", "/plans", {"name": "gone", "vault": "disk", "sources": [str(source / "gone")],
                                        "retry": {"mostRetries": 0, "firstWaitMinutes": 1}})
    agent.ask("post", f"/plans/{plan['id']}/run")
    open_ones = agent.await_that("/alerts?state=open", lambda page: page["items"], "a failed job is an alert")["items"]
    lab.check(open_ones[0]["kind"] == "job failed" and open_ones[0]["plan"] == plan["id"], f"the alert is {open_ones}")
    agent.ask("get", f"/alerts/{open_ones[0]['id']}")
    agent.ask("delete", f"/plans/{plan['id']}")


def whole_way(agent: Agent, source: pathlib.Path) -> None:
    """Vault, policy, plan, run, restore point, end: as the page goes it."""
    lab = agent.lab
    vault = {"name": "disk", "folder": str(lab.work / "disk"), "password": "a good password"}
    agent.ask("post", "/vaults", vault)
    lab.check("password" not in lab.run("api", "get", "/vaults").stdout, "the vault's password is shown")
    agent.ask("get", "/vaults/disk")
    kept = agent.ask("post", "/policies", policy(firstBackup="2099-01-01T00:00"))
    at = f"/policies/{kept['id']}"
    agent.ask("put", at, policy(firstBackup="2098-01-01T00:00"))
    agent.ask("get", at)
    plan = agent.ask("post", "/plans", {"name": "files", "vault": "disk", "policy": kept["id"], "sources": [str(source)]})
    agent.ask("put", f"/plans/{plan['id']}", {"name": "files", "vault": "disk", "policy": kept["id"],
                                              "sources": [str(source)], "options": [{"name": "exclude", "value": "*.tmp"}]})
    agent.ask("put", f"/plans/{plan['id']}/pause", {"minutes": 60})
    agent.ask("delete", f"/plans/{plan['id']}/pause")
    agent.ask("get", f"/plans/{plan['id']}")
    job = agent.ask("post", f"/plans/{plan['id']}/run")
    ended = agent.await_that(f"/jobs/{job['id']}", lambda job: job["ended"], "the job ends")
    lab.check(ended["state"] == "completed", f"it ended {ended}")
    agent.ask("get", f"/jobs/{job['id']}/events")
    lab.check(len(agent.ask("get", "/jobs?state=ended")["items"]) == 1, "the job is not listed")
    point = agent.ask("get", f"/points?plan={plan['id']}")["items"][0]
    lab.check(point["id"] == ended["point"] and point["planName"] == "files", f"the point is {point}")
    agent.ask("get", f"/points/disk/{point['id']}")
    restored(agent, source, point["id"])
    agent.await_that("/search/indexes", lambda indexes: indexes["items"][0]["state"] == "ready", "the point can be searched")
    found = agent.ask("get", "/search?text=file&order=newest")
    lab.check(found["items"] and found["items"][0]["versions"][0]["newestPoint"]["id"] == point["id"], f"it found {found}")
    overview = agent.ask("get", "/overview")
    lab.check(overview["plans"][0]["state"] == "protected", f"the overview says {overview}")
    told = agent.ask("post", f"/policies/preview?plan={plan['id']}&runs=3", policy())
    lab.check(len(told["runs"]) == 3 and len(told["backups"]) == 1, f"the preview says {told}")
    lab.check(agent.ask("get", f"{at}/consequences")["points"] == 1, "the point would not go")
    agent.ask("delete", f"{at}?confirm=wrong", expect=USAGE)
    agent.ask("delete", f"{at}?confirm=nightly")
    agent.await_that("/points", lambda points: not points["items"], "the point leaves the vault")
    lab.check("\"points\":[]" in lab.run("point", "list", "--vault", "disk", "--json").stdout, "the vault has it still")
    agent.await_that("/jobs?state=active", lambda jobs: not jobs["items"], "the deletion ends")
    agent.ask("delete", f"/plans/{plan['id']}")


def restored(agent: Agent, source: pathlib.Path, point: str) -> None:
    """A file is found in its folder and brought back; tests/system/restore_service.py has the rest."""
    lab = agent.lab
    clients = agent.ask("get", "/clients")["items"]
    lab.check([client["points"] for client in clients] == [1] and clients[0]["isThisMachine"], f"the clients are {clients}")
    key = ""
    for name in [*source.parts[1:], "folder 0", "file 0"]:
        page = agent.ask("get", f"/points/disk/{point}/entries?folder={key}")
        key = next(entry["key"] for entry in page["items"] if entry["name"] == name)
    target = lab.work / "back"
    wanted = {"vault": "disk", "point": point, "target": str(target), "keys": [key], "verify": True}
    job = agent.ask("post", "/restores", wanted)
    ended = agent.await_that(f"/jobs/{job['id']}", lambda job: job["ended"], "the restore ends")
    lab.check(ended["state"] == "completed" and ended["kind"] == "restore", f"the restore ended {ended}")
    told = agent.ask("get", f"/restores/{job['id']}")
    lab.check(told["counts"]["created"] == 1 and told["counts"]["differences"] == 0, f"it told {told}")
    back = target / source.relative_to("/") / "folder 0" / "file 0"
    lab.check(back.read_bytes() == (source / "folder 0" / "file 0").read_bytes(), "the file came back otherwise")


def cancelled(agent: Agent, source: pathlib.Path) -> None:
    """A job that runs is cancelled from another process; how far it is can be seen there, too."""
    slow = agent.ask("post", "/plans", {"name": "slow", "vault": "disk", "sources": [str(source)],
                                        "options": [{"name": "reread", "value": ""}]})
    job = agent.ask("post", f"/plans/{slow['id']}/run")["id"]
    agent.await_that(f"/jobs/{job}", lambda job: job["progress"] or job["ended"], "it tells how far it is")
    answer = agent.ask("post", f"/jobs/{job}/cancel")
    agent.lab.check(answer["isCancelAsked"], f"cancelling says {answer}")
    ended = agent.await_that(f"/jobs/{job}", lambda job: job["ended"], "the cancelled job ends")
    agent.lab.check(ended["state"] == "cancelled", f"it ended {ended}")


def refusals(agent: Agent) -> None:
    nothing = "0" * 32
    for method, path in (("get", "/jobs/77"), ("get", "/jobs/77/events"), ("post", "/jobs/77/cancel"),
                         ("get", "/policies/77"), ("get", "/policies/77/consequences"), ("get", f"/plans/{nothing}"),
                         ("post", f"/plans/{nothing}/run"), ("delete", f"/plans/{nothing}"),
                         ("delete", f"/plans/{nothing}/pause"), ("get", f"/points/disk/{nothing}"), ("get", "/vaults/no"),
                         ("get", f"/points/disk/{nothing}/entries"), ("get", "/restores/77"),
                         ("delete", "/policies/77?confirm=x")):
        agent.ask(method, path, expect=NOT_FOUND)
    agent.ask("post", "/restores", {"vault": "disk", "point": nothing, "inPlace": True}, expect=NOT_FOUND)
    for wrong in ({"inPlace": True, "target": "/back"}, {}, {"target": "back"}, {"target": "/back", "keys": ["x"]},
                  {"target": "/back", "onConflict": "merge"}, {"target": "/back", "bytesPerSecond": 0},
                  {"target": "/back", "includes": [""]}, {"target": "/back", "verify": "yes"}):
        agent.ask("post", "/restores", {"vault": "disk", "point": nothing} | wrong, expect=USAGE)
    agent.ask("put", "/policies/77", policy(), expect=NOT_FOUND)
    agent.ask("put", f"/plans/{nothing}", {"name": "x", "vault": "disk", "sources": ["/etc"]}, expect=NOT_FOUND)
    agent.ask("put", f"/plans/{nothing}/pause", {"minutes": 0}, expect=USAGE)
    agent.ask("post", "/vaults", {"name": "a/b", "folder": "relative", "password": "12345"}, expect=USAGE)
    for path in ("/jobs?limit=0", "/plans?limit=1001", "/points?cursor=x", "/policies?limit=x", "/vaults?limit=0",
                 "/search?kind=x", "/search?cursor=x", "/search?limit=101"):
        agent.ask("get", path, expect=USAGE)


def command_line(lab: Lab, source: pathlib.Path) -> None:
    """The verbs for people say the same."""
    lab.run("policy", "add", "weekly", "--every", "2w", "--first", "2099-01-01T00:00", "--keep", "1y")
    lab.run("plan", "add", "web", "--vault", "disk", "--policy", "weekly", "--limit", "9-18=1M", source)
    lab.check("weekly" in lab.run("plan", "list").stdout, "the plan is not listed")
    lab.run("plan", "change", "web", "--rename", "web2", "--vault", "disk", "--policy", "weekly", source)
    lab.run("plan", "pause", "web2", "--minutes", "5")
    lab.check("paused" in lab.run("plan", "list").stdout, "the pause is not shown")
    lab.run("plan", "resume", "web2")
    job = lab.result("plan", "run", "web2")["id"]
    end = time.monotonic() + LONG
    while "completed" not in lab.run("job", "show", job).stdout and time.monotonic() < end:
        time.sleep(0.05)
    lab.check("completed" in lab.run("job", "list", "--plan", "web2").stdout, "the job did not complete")
    lab.run("job", "cancel", job, expect=USAGE)
    lab.run("policy", "delete", "weekly", expect=USAGE)
    lab.run("policy", "delete", "weekly", "--yes")
    lab.check("(stopped)" in lab.run("plan", "list").stdout, "the plan does not say that it stands still")
    lab.run("plan", "delete", "web2", "--yes")
    lab.run("plan", "run", "web2", expect=NOT_FOUND)
    for words in (("--every", "1"), ("--every", "1x"), ("--keep", "h"), ("--first", "soon")):
        given = {"--every": "1d", "--first": "2099-01-01T00:00", "--keep": "1y"} | dict([words])
        lab.run("policy", "add", "bad", *[word for pair in given.items() for word in pair], expect=USAGE)
    lab.run("plan", "add", "bad", "--vault", "disk", "--limit", "9=1M", source, expect=USAGE)


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        source = lab.work / "source"
        fill(source, seed=7, files=300, largest=100_000)
        large = lab.work / "large"
        large.mkdir()
        with open(large / "noise", "wb") as noise, open("/dev/urandom", "rb") as random:
            for _ in range(256):
                noise.write(random.read(1024 * 1024))
        agent = Agent(lab)
        jsonschema.Draft202012Validator.check_schema(agent.description["components"]["schemas"]["Plan"])
        at_its_bounds(agent)
        # So slow that the large source takes a minute, and can be cancelled on the way.
        limited = lab.environment | {"HBR_LIMIT_UPLOAD": "4M"}
        service = subprocess.Popen([lab.hbr, "service", "run", "--port", "0"], env=limited, stdin=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            for question in ("/version", "/health", "/overview", "/policies", "/plans", "/jobs", "/points", "/vaults",
                             "/registration"):
                agent.ask("get", question)
            whole_way(agent, source)
            cancelled(agent, large)
            alerts(agent, source)
            tokens(agent)
            refusals(agent)
            command_line(lab, source)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(timeout=LONG)
        asked = agent.asked | NOT_FOR_THE_COMMAND_LINE | WITH_A_SERVER | {"getDescription", "getMetrics"}
        lab.check(agent.described() == asked, f"never asked for: {agent.described() - asked}")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
