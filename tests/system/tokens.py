#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tokens.py HBR: bearer tokens over HTTP, and /metrics as Prometheus reads it."""

import http.client
import json
import re
import signal
import subprocess
import sys
import time

from prometheus_client.parser import text_string_to_metric_families

from lab import NOT_FOUND, Lab, fill

LONG = 120  # seconds after which something will never happen


class Service:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.process = subprocess.Popen([lab.hbr, "service", "run", "--port", "0"], env=lab.environment,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = self.process.stderr.readline()
        while not (found := re.search(r"http://localhost:(\d+)", line)):
            line = self.process.stderr.readline()
        self.port = int(found.group(1))

    def ask(self, method: str, path: str, token: str | None = None, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=LONG)


def tokens(lab: Lab, service: Service) -> None:
    made = {scope: lab.run("token", "create", f"for {scope}", "--scope", scope).stdout.strip()
            for scope in ("read", "operate", "restore", "admin")}
    short = json.loads(lab.run("token", "create", "short", "--days", "1", "--json").stdout)
    lab.check(short["expires"] is not None, f"it does not expire: {short}")
    held = (lab.work / "config" / "tokens").read_text()
    lab.check(all(token not in held for token in made.values()), "a token is kept in plain text")
    lab.check((lab.work / "config" / "tokens").stat().st_mode & 0o777 == 0o600, "others may read the hashes")
    lab.check(all(token not in lab.run("token", "list", "--json").stdout for token in made.values()), "a token is shown")
    for scope, token in made.items():
        status, text = service.ask("GET", "/api/v1/plans", token)
        lab.check(status == 200, f"{scope} may not look: {status} {text}")
        plan = "0" * 32
        status, text = service.ask("POST", f"/api/v1/plans/{plan}/run", token)
        lab.check(status == (404 if scope in ("operate", "admin") else 403), f"{scope} runs a plan: {status} {text}")
        status, text = service.ask("PUT", "/api/v1/alert-settings", token,
                                   '{"quietIntervals": 3, "quietHours": 0, "unreachableHours": 24}')
        lab.check(status == (200 if scope == "admin" else 403), f"{scope} changes settings: {status} {text}")
        for path in ("/api/v1/session", "/api/v1/password"):
            lab.check(service.ask("GET", path, token)[0] == 401, f"{scope} gets at {path}")
    lab.run("token", "revoke", "for read")
    lab.run("token", "revoke", "for read", expect=NOT_FOUND)
    lab.check(service.ask("GET", "/api/v1/plans", made["read"])[0] == 401, "a revoked token works")
    statuses = [service.ask("GET", "/api/v1/plans", "hbr_" + "0" * 64)[0] for _ in range(10)]
    lab.check(statuses.count(429) >= 5 and set(statuses) <= {401, 429}, f"guessing costs nothing: {statuses}")
    lab.check(service.ask("GET", "/api/v1/plans", made["operate"])[0] == 200, "a right token suffers from wrong ones")


def metrics(lab: Lab, service: Service) -> None:
    name = 'files "of" \\ ☾'
    lab.run("policy", "add", "weekly", "--every", "2w", "--first", "2099-01-01T00:00", "--keep", "1y")
    source = lab.work / "source"
    fill(source, seed=7, files=20, largest=10_000)
    lab.run("plan", "add", name, "--vault", "lab", "--policy", "weekly", source)
    job = lab.result("plan", "run", name)["id"]
    end = time.monotonic() + LONG
    while "completed" not in lab.run("job", "show", job).stdout and time.monotonic() < end:
        time.sleep(0.05)
    status, text = service.ask("GET", "/metrics")
    lab.check(status == 200, f"before a password is set this machine reads metrics: {status} {text}")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    found = {key: {tuple(sample.labels.items()): sample.value for sample in family.samples}
             for key, family in families.items()}
    plan = (("plan", name),)
    lab.check(abs(found["hbr_last_success_timestamp_seconds"][plan] - time.time()) < LONG, str(found))
    lab.check(found["hbr_last_run_status"][plan] == 0, str(found))
    lab.check(found["hbr_run_objects"][plan] >= 20 and found["hbr_run_faults"][plan] == 0, str(found))
    lab.check(found["hbr_run_read_bytes"][plan] >= found["hbr_run_new_bytes"][plan] > 0, str(found))
    lab.check(found["hbr_next_run_timestamp_seconds"][plan] > 4_000_000_000, str(found))
    lab.check(found["hbr_vault_points"][(("vault", "lab"),)] == 1, str(found))
    lab.check(found["hbr_open_alerts"][()] == 0, str(found))
    lab.check(found["process_resident_memory_bytes"][()] > 1_000_000, str(found))
    lab.run("service", "password", environment={"HBR_LOGON_PASSWORD": "a good password"})
    while service.ask("GET", "/metrics")[0] != 401 and time.monotonic() < end:
        time.sleep(0.05)
    lab.check(service.ask("GET", "/metrics")[0] == 401, "with a password anybody reads metrics")
    token = lab.run("token", "create", "prometheus").stdout.strip()
    lab.check(service.ask("GET", "/metrics", token)[1].startswith("# HELP hbr_"), "the token gets no metrics")


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        lab.create_vault()
        service = Service(lab)
        try:
            tokens(lab, service)
            metrics(lab, service)
        finally:
            service.stop()
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
