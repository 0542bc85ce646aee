#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""web.py HBR: the page's server with real sockets: who is let in, from where, and what happens when clients misbehave."""

import concurrent.futures
import hashlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

from lab import BUSY, DONE, USAGE, Lab

LONG = 120  # seconds after which something will never happen
PASSWORD = "a logon sentence"
CLIENTS, SECONDS, RATE = 40, 4, 500


class Page:
    """The service in the foreground, and requests to its page."""

    started: list["Page"] = []

    def __init__(self, lab: Lab, *options: str):
        self.lab = lab
        self.options = options
        self.lines: list[str] = []
        self.changed = threading.Condition()

    def start(self) -> "Page":
        self.process = subprocess.Popen([self.lab.hbr, "service", "run", "--port", "0", *self.options],
                                        env=self.lab.environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True)
        Page.started.append(self)
        threading.Thread(target=self.read, daemon=True).start()
        self.port = int(self.await_line(r"the page is at http://localhost:(\d+)"))
        return self

    def read(self) -> None:
        for line in self.process.stderr:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()

    def await_line(self, pattern: str) -> str:
        def found() -> str | None:
            matches = [match.group(1) for line in self.lines if (match := re.search(pattern, line))]
            return matches[-1] if matches else None

        with self.changed:
            if not self.changed.wait_for(found, LONG):
                raise TimeoutError(f"the service never said {pattern}; it said {self.lines}")
            return found()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=LONG)

    def connect(self, address: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection((address, self.port), timeout=LONG)


class Visitor:
    """A browser as far as it matters: one connection, a cookie, a token."""

    def __init__(self, connection: socket.socket):
        self.connection = connection
        self.file = connection.makefile("rb")
        self.cookie = ""
        self.token = ""

    def ask(self, method: str, path: str, body: object = None, host: str = "localhost", **headers) -> "Answer":
        self.send(method, path, body, host, **headers)
        return self.receive()

    def send(self, method: str, path: str, body: object = None, host: str = "localhost", **headers) -> None:
        text = "" if body is None else json.dumps(body)
        fields = {"Host": host, "Content-Length": str(len(text)), **{k.replace("_", "-"): v for k, v in headers.items()}}
        if text:
            fields["Content-Type"] = "application/json"
        if self.cookie:
            fields["Cookie"] = self.cookie
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self.connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n{text}".encode())

    def receive(self) -> "Answer":
        answer = Answer(self.file)
        if cookie := answer.headers.get("set-cookie"):
            self.cookie = cookie.split(";")[0]
        return answer

    def change(self, method: str, path: str, body: object = None, **headers) -> "Answer":
        self.token = self.session()["csrfToken"]
        return self.ask(method, path, body, X_HBR_CSRF=self.token, **headers)

    def session(self) -> dict:
        return self.ask("GET", "/api/v1/session").json()

    def log_in(self, password: str) -> "Answer":
        return self.change("POST", "/api/v1/session", {"password": password})


class Answer:
    def __init__(self, file):
        line = file.readline().decode()
        if not line:
            raise ConnectionError("the connection was dropped")
        self.status = int(line.split()[1])
        self.headers: dict[str, str] = {}
        while (line := file.readline().decode().rstrip("\r\n")):
            name, value = line.split(": ", 1)
            self.headers[name.lower()] = value
        self.body = file.read(int(self.headers.get("content-length", "0")))

    def json(self) -> dict:
        return json.loads(self.body)

    def code(self) -> str:
        return self.json().get("code", "") if "problem" in self.headers.get("content-type", "") else ""


def refuses_strangers(lab: Lab, page: Page) -> None:
    """Names that were rebound, pages of others, changes without the token."""
    visitor = Visitor(page.connect())
    lab.check(visitor.ask("GET", "/api/v1/plans").status == 200, "this machine is not let in")
    for host in ("evil.example", f"evil.example:{page.port}", "localhost.evil.example", "192.0.2.1"):
        lab.check(visitor.ask("GET", "/api/v1/plans", host=host).code() == "WEB-0005", f"the host {host} is let in")
    for origin in ("http://evil.example", "null", f"https://localhost:{page.port}", "http://localhost:1"):
        answer = visitor.ask("GET", "/api/v1/plans", host=f"localhost:{page.port}", Origin=origin)
        lab.check(answer.code() == "WEB-0006", f"the origin {origin} is let in")
    own = visitor.ask("GET", "/api/v1/plans", host=f"localhost:{page.port}", Origin=f"http://localhost:{page.port}")
    lab.check(own.status == 200, "the page's own origin is refused")
    policy = {"name": "p", "frequency": "1d", "firstBackup": "2030-01-01T00:00", "retention": "1m"}
    for method, path in (("POST", "/api/v1/policies"), ("PUT", "/api/v1/password"), ("DELETE", "/api/v1/session")):
        lab.check(visitor.ask(method, path, policy).code() == "WEB-0007", f"{method} {path} needs no token")
        lab.check(visitor.ask(method, path, policy, X_HBR_CSRF="0" * 64).code() == "WEB-0007", "any token will do")
    answer = visitor.ask("GET", "/")
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy"):
        lab.check(name in answer.headers, f"an answer has no {name}")


def listens_on_loopback_alone(lab: Lab, page: Page) -> None:
    places = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for words in (line.split() for line in open(table, encoding="ascii")):
            if words[3] == "0A" and words[1].endswith(f":{page.port:04X}"):
                places.add(words[1].split(":")[0])
    loopback = {"0100007F", "00000000000000000000000001000000"}
    lab.check(bool(places) and places <= loopback, f"without a password it listens on {places}")


def bears_bad_clients(lab: Lab, page: Page) -> None:
    slow = [page.connect() for _ in range(200)]
    for connection in slow:
        connection.sendall(b"GET /api/v1/pla")
    lab.check(Visitor(page.connect()).ask("GET", "/api/v1/plans").status == 200, "slow clients keep others out")
    huge = Visitor(page.connect())
    huge.connection.sendall(b"PUT /api/v1/plans/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")
    lab.check(huge.receive().code() == "WEB-0013", "a huge body is not refused")
    endless = Visitor(page.connect())
    endless.connection.sendall(b"GET /" + b"x" * 20_000)
    lab.check(endless.receive().code() == "WEB-0014", "an endless head is not refused")
    for connection in slow:
        lab.check(Answer(connection.makefile("rb")).code() == "WEB-0015", "a slow client is not told why it is refused")
        connection.close()


def load(page: Page, ends: float, keeps: bool) -> tuple[int, int]:
    """Asks at a fair share of RATE until that time; how many were asked and answered."""
    asked = answered = 0
    visitor = None
    step = CLIENTS / RATE
    due = time.monotonic()
    while time.monotonic() < ends:
        asked += 1
        try:
            if visitor is None or not keeps:
                visitor = Visitor(page.connect())
            answered += visitor.ask("GET", "/api/v1/session").status == 200
            if not keeps:
                visitor.file.close()
                visitor.connection.close()
        except OSError:
            visitor = None
        due += step
        time.sleep(max(0.0, due - time.monotonic()))
    return asked, answered


def drops_no_connection(lab: Lab, page: Page) -> None:
    """What is asked is counted, not how fast: a machine that is busy asks less."""
    ends = time.monotonic() + SECONDS
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        outcomes = list(pool.map(lambda number: load(page, ends, number % 2 == 0), range(CLIENTS)))
    asked, answered = (sum(column) for column in zip(*outcomes))
    lab.say(f"{asked} requests in {SECONDS} s, {answered} answered")
    lab.check(asked == answered and asked > CLIENTS, f"of {asked} requests {asked - answered} were dropped")


def refuses_wrong_passwords(lab: Lab, page: Page) -> None:
    owner = Visitor(page.connect())
    lab.check(owner.log_in(PASSWORD).status == 200, "the right password is refused")
    guesser = Visitor(page.connect())
    token = guesser.session()["csrfToken"]
    statuses = []
    for number in range(1000):
        answer = guesser.ask("POST", "/api/v1/session", {"password": f"guess {number}"}, X_HBR_CSRF=token)
        statuses.append(answer.status)
        if answer.status == 429 and not int(answer.headers["retry-after"]) >= 1:
            lab.check(False, "it is not told when to come again")
    lab.check(set(statuses) == {401, 429}, f"wrong passwords were answered with {set(statuses)}")
    lab.check(statuses.count(401) < 20, f"{statuses.count(401)} of 1000 guesses were looked at")
    lab.check(owner.ask("GET", "/api/v1/plans").status == 200, "guesses end a session")
    # Another address of this machine is another client.
    other = socket.create_connection(("127.0.0.1", page.port), timeout=LONG, source_address=("127.0.0.2", 0))
    lab.check(Visitor(other).log_in(PASSWORD).status == 200, "guesses keep the right password out elsewhere")


def logs_in_and_out(lab: Lab, page: Page) -> None:
    visitor = Visitor(page.connect())
    lab.check(visitor.session() | {"csrfToken": ""} == {"isLoggedIn": False, "needsPassword": True, "csrfToken": ""},
              f"a stranger is told {visitor.session()}")
    lab.check(visitor.ask("GET", "/api/v1/plans").code() == "WEB-0008", "the API needs no login")
    lab.check(visitor.change("POST", "/api/v1/plans", {}).code() == "WEB-0008", "changes need no login")
    lab.check(visitor.log_in(PASSWORD).status == 200, "the right password is refused")
    lab.check(visitor.session()["isLoggedIn"], "nobody is logged in after a login")
    lab.check(visitor.ask("GET", "/api/v1/plans").status == 200, "whoever is logged in is refused")
    kept = visitor.cookie
    lab.check(visitor.change("DELETE", "/api/v1/session").status == 204, "nobody can log out")
    visitor.cookie = kept
    lab.check(not visitor.session()["isLoggedIn"], "a session goes on after its end")


def own_address() -> str | None:
    """An address of this machine that is not loopback."""
    found = subprocess.run(["hostname", "-I"], capture_output=True, text=True).stdout.split()
    return next((address for address in found if "." in address), None)


def speaks_tls_beyond_loopback(lab: Lab) -> None:
    address = own_address()
    if address is None:
        lab.say("This machine has no address but loopback: TLS beyond it is not tried")
        return
    page = Page(lab, "--listen", "0.0.0.0").start()
    told = page.await_line(r"certificate SHA-256 ([0-9A-F:]+)").replace(":", "").lower()
    plain = Visitor(page.connect(address))
    lab.check(plain.ask("GET", "/api/v1/session", host=address).code() == "WEB-0021", "it speaks HTTP beyond loopback")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    secure = context.wrap_socket(page.connect(address), server_hostname=address)
    lab.check(hashlib.sha256(secure.getpeercert(True)).hexdigest() == told, "the certificate is another than is told")
    visitor = Visitor(secure)
    lab.check(visitor.ask("GET", "/api/v1/plans", host=address).code() == "WEB-0008", "it needs no login")
    visitor.token = visitor.ask("GET", "/api/v1/session", host=f"{address}:{page.port}").json()["csrfToken"]
    answer = visitor.ask("POST", "/api/v1/session", {"password": PASSWORD}, host=f"{address}:{page.port}",
                         X_HBR_CSRF=visitor.token, Origin=f"https://{address}:{page.port}")
    lab.check(answer.status == 200 and "; Secure" in answer.headers["set-cookie"], "nobody can log in over TLS")
    key = lab.work / "state" / "web-identity.pem"
    lab.check(oct(key.stat().st_mode & 0o777) == "0o600", "others may read the key")
    page.stop()
    again = Page(lab, "--listen", "0.0.0.0").start()
    lab.check(again.await_line(r"certificate SHA-256 ([0-9A-F:]+)").replace(":", "").lower() == told,
              "each start has another certificate")
    again.stop()


def opens_when_a_password_is_set(lab: Lab) -> None:
    """Configured for all addresses from the beginning; who sets the password is logged in by that."""
    page = Page(lab, "--listen", "0.0.0.0").start()
    listens_on_loopback_alone(lab, page)
    visitor = Visitor(page.connect())
    lab.check(visitor.change("PUT", "/api/v1/password", {"new": "short"}).code() == "CONFIG-0004", "five characters do")
    lab.check(visitor.change("PUT", "/api/v1/password", {"new": PASSWORD}).status == 204, "no password can be set")
    lab.check(visitor.session()["isLoggedIn"], "who sets the password is not logged in")
    page.await_line(r"(https://)")
    lab.check(Visitor(page.connect()).ask("GET", "/api/v1/plans").code() == "WEB-0008", "others need no login")
    page.stop()


def is_told_of_bad_settings(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = lab.run("service", "run", "--port", port, expect=BUSY)
        lab.check("WEB-0001" in taken.stderr and f"process {os.getpid()}" in taken.stderr,
                  f"of a port that is taken it says {taken.stderr}")
    lab.run("service", "run", "--port", 70000, expect=USAGE)
    lab.run("service", "run", expect=USAGE, environment={"HBR_LISTEN": "nowhere"})


def is_set_from_the_command_line(lab: Lab, page: Page) -> None:
    """At a running service: its sessions end, the new password counts."""
    visitor = Visitor(page.connect())
    lab.check(visitor.log_in(PASSWORD).status == 200, "the password did not outlive a restart")
    (lab.work / "password").write_text("another sentence\n")
    lab.run("service", "password", "--password-file", lab.work / "password")
    end = time.monotonic() + LONG
    while visitor.session()["isLoggedIn"] and time.monotonic() < end:
        time.sleep(0.05)
    lab.check(not visitor.session()["isLoggedIn"], "a new password ends no session")
    lab.check(visitor.log_in("another sentence").status == 200, "the new password is refused")
    lab.check(visitor.change("PUT", "/api/v1/password", {"current": "another sentence", "new": PASSWORD}).status == 204,
              "the password cannot be changed back")


def main() -> int:
    try:
        return walk()
    finally:
        for page in Page.started:
            page.process.kill()  # does nothing to those that have ended


def walk() -> int:
    with Lab(sys.argv[1]) as lab:
        is_told_of_bad_settings(lab)
        page = Page(lab).start()
        refuses_strangers(lab, page)
        bears_bad_clients(lab, page)
        drops_no_connection(lab, page)
        lab.check(page.stop() == DONE, "it did not end well")
        opens_when_a_password_is_set(lab)
        speaks_tls_beyond_loopback(lab)
        page = Page(lab).start()  # a restart keeps the password
        logs_in_and_out(lab, page)
        is_set_from_the_command_line(lab, page)
        refuses_wrong_passwords(lab, page)
        lab.check(page.stop() == DONE, "it did not end well")
        secret = PASSWORD in "".join(page.lines) or PASSWORD in (lab.work / "config" / "agent.conf").read_text()
        lab.check(not secret, "the password is kept in the clear")
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
