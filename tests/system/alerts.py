#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""alerts.py HBR: the real service, a plan that fails, real mail servers (aiosmtpd) and webhooks: what arrives, what is
tried again, what a test says, and that no secret is anywhere."""

import datetime
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import pathlib
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab import DONE, USAGE, Lab, fill

LONG = 120  # seconds after which something will never happen
PASSWORD = "mail-pässword-4711"
TOKEN = "hook-token-4712"
KEY = "hook-key-4713"


class Authority:
    """Signs certificates for localhost."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab authority")])
        certificate = self.build(self.name, self.key.public_key(), x509.BasicConstraints(ca=True, path_length=None))
        self.file = folder / "authority.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def build(self, subject, public_key, constraints, names=()):
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=1)).add_extension(constraints, critical=True))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def context(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.build(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key.public_key(),
                                 x509.BasicConstraints(ca=False, path_length=None), [x509.DNSName(host)])
        file = self.folder / f"{host}.pem"
        file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()) +
                         certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


class Office:
    """A mail server that keeps what it takes."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None, is_tls: bool = False, login: bool = False):
        self.mails: list[email.message.EmailMessage] = []
        self.refusal = ""
        self.unknown = ""  # a recipient that it does not take
        options = {"authenticator": self.judge, "auth_required": True} if login else {}
        if context and not is_tls:
            options |= {"tls_context": context, "require_starttls": True}
        if is_tls:
            options |= {"ssl_context": context}
            if login:
                options |= {"auth_require_tls": False}
        self.controller = Controller(self, hostname="localhost", port=port, **options)
        self.controller.start()

    @staticmethod
    def judge(_server, _session, _envelope, _mechanism, data) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"hbr", PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        if address == self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.refusal:
            return self.refusal
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken with thanks"

    def stop(self) -> None:
        self.controller.stop()


class Hook:
    """A web server that keeps what is posted."""

    def __init__(self, context: ssl.SSLContext | None, status: int = 204):
        self.posts: list[tuple[str, dict, bytes]] = []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posts.append((self.path, dict(self.headers), body))
                self.send_response(status, "Noted" if status == 204 else "Elsewhere")
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Rude:
    """Takes connections, says `first`, and then hangs or hangs up."""

    def __init__(self, first: bytes, hangs: bool):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.open: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = self.socket.accept()
                except OSError:
                    return
                connection.sendall(first)
                if hangs:
                    self.open.append(connection)
                else:
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Agent:
    def __init__(self, lab: Lab):
        self.lab = lab
        self.process: subprocess.Popen | None = None
        self.said = ""

    def start(self) -> None:
        self.process = subprocess.Popen([self.lab.hbr, "service", "run", "--port", "0"], env=self.lab.environment,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.said += self.process.communicate(timeout=LONG)[1]

    def await_that(self, holds, what: str) -> None:
        end = time.monotonic() + LONG
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError(f"it never happened that {what}")
            time.sleep(0.05)

    def ask(self, method: str, path: str, body: object = None, expect: int = DONE) -> dict:
        words = ["api", method, path, "--json"]
        if body is not None:
            file = self.lab.work / "body.json"
            file.write_text(json.dumps(body))
            words += ["--body", file]
        printed = self.lab.run(*words, expect=expect).stdout
        (self.lab.work / "body.json").unlink(missing_ok=True)
        return json.loads(printed) if printed.strip() else {}

    def alerts(self, state: str = "open") -> list[dict]:
        return self.ask("get", f"/alerts?state={state}")["items"]

    def try_at_once(self) -> None:
        """As if the wait were over."""
        with sqlite3.connect(self.lab.work / "state" / "catalogue.db", timeout=60) as connection:
            connection.execute("UPDATE alert_deliveries SET next_try = 0 WHERE state = 'waiting'")

    def run_plan(self, name: str) -> None:
        job = self.lab.result("plan", "run", name)["id"]
        self.await_that(lambda: self.ask("get", f"/jobs/{job}")["ended"], "the job ends")


def mail(office_port: int, **changes) -> dict:
    return {"name": "office", "kind": "mail", "server": "localhost", "port": office_port, "security": "none",
            "sender": "hbr@example.com", "recipients": ["admin@example.com"]} | changes


def tests_of_targets(agent: Agent, authority: Authority) -> None:
    """What 'Send test' says of servers of all kinds."""
    lab = agent.lab
    context = authority.context("localhost")
    secret = {"login": "hbr", "password": PASSWORD, "caFile": str(authority.file)}

    def outcome(settings: dict) -> dict:
        target = agent.ask("post", "/alert-targets", settings)
        told = agent.ask("post", f"/alert-targets/{target['id']}/test")
        agent.ask("delete", f"/alert-targets/{target['id']}")
        return told

    def good(settings: dict, words: str) -> None:
        told = outcome(settings)
        lab.check(told["isDelivered"] and words in told["answer"], f"{settings['name']}: {told}")

    def bad(settings: dict, words: str) -> None:
        told = outcome(settings)
        lab.check(not told["isDelivered"] and words in told["answer"], f"{settings['name']}: {told}")

    plain = Office(free_port())
    good(mail(plain.controller.port), "taken with thanks")
    lab.check("This is a test" in plain.mails[0].get_content(), "the test says something else")
    plain.refusal = "554 no thanks"
    bad(mail(plain.controller.port), "554 no thanks")
    plain.refusal = ""
    plain.unknown = "nobody@example.com"
    good(mail(plain.controller.port, recipients=["nobody@example.com", "admin@example.com"]), "550 no such mailbox")
    bad(mail(plain.controller.port, recipients=["nobody@example.com"]), "550 no such mailbox")
    plain.unknown = ""
    bad(mail(plain.controller.port, name="no TLS", security="starttls"), "to begin TLS")
    plain.stop()
    bad(mail(plain.controller.port, name="gone"), "could not be used")

    starttls = Office(free_port(), context, login=True)
    good(mail(starttls.controller.port, security="starttls", **secret), "taken with thanks")
    bad(mail(starttls.controller.port, security="starttls", **(secret | {"password": "wrong"})), "the login 'hbr'")
    bad(mail(starttls.controller.port, security="starttls"), "not to be trusted")
    bad(mail(starttls.controller.port, security="starttls", server="127.0.0.1", **secret), "not to be trusted")
    starttls.stop()
    tls = Office(free_port(), context, is_tls=True, login=True)
    good(mail(tls.controller.port, security="tls", **secret), "taken with thanks")
    tls.stop()

    for hangs in (True, False):
        for first in (b"", b"220 hello\r\n", b"x" * 100_000, b"220-" * 100_000):
            rude = Rude(first, hangs)
            if not hangs or first == b"":
                bad(mail(rude.port, name=f"rude {hangs}", server="127.0.0.1"), "")
            rude.socket.close()

    hook = Hook(context)
    web = {"name": "hook", "kind": "webhook", "url": f"https://localhost:{hook.port}/{TOKEN}", "secret": KEY,
           "caFile": str(authority.file)}
    good(web, "Noted")
    path, headers, body = hook.posts[0]
    lab.check(path == f"/{TOKEN}" and json.loads(body)["alerts"][0]["event"] == "test", f"{path} got {body}")
    lab.check(headers["X-HBR-Signature"] == "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest(),
              "the signature is another one")
    bad(web | {"caFile": ""}, "not to be trusted")
    bad(web | {"url": f"https://127.0.0.1:{hook.port}/"}, "not to be trusted")
    bad(web | {"url": f"http://localhost:{hook.port}/"}, "")
    hook.stop()
    elsewhere = Hook(None, 302)
    bad(web | {"url": f"http://localhost:{elsewhere.port}/"}, "302")
    elsewhere.stop()


def what_arrives(agent: Agent, authority: Authority, source: pathlib.Path) -> None:
    """A plan that fails, servers that are down, a restart between."""
    lab = agent.lab
    port = free_port()
    context = authority.context("localhost")
    office = Office(port, context, login=True)
    (lab.work / "mail-password").write_text(PASSWORD + "\n")
    lab.run("alert", "add-mail", "office", "--server", f"localhost:{port}", "--login", "hbr", "--password-file",
            lab.work / "mail-password", "--from", "hbr@example.com", "--to", "admin@example.com", "--ca-file", authority.file)
    (lab.work / "mail-password").unlink()
    hook = Hook(None)
    target = agent.ask("post", "/alert-targets", {"name": "hook", "kind": "webhook", "secret": KEY,
                                                  "url": f"http://localhost:{hook.port}/{TOKEN}"})
    lab.run("alert", "add-rule", "office", "--kind", "job failed", "--kind", "service")
    lab.run("alert", "add-rule", "hook")
    lab.run("alert", "add-rule", "pigeon", expect=4)
    lab.check("office" in lab.run("alert", "targets").stdout, "the target is not listed")
    lab.check("job failed" in lab.run("alert", "rules").stdout, "the rule is not listed")
    lab.check("taken" in lab.run("alert", "test", "office").stderr, "the test was not taken")
    office.mails.clear()

    name = "nächtlich ☾"
    lab.run("plan", "add", name, "--vault", "lab", source)
    hidden = source.with_name("hidden")
    source.rename(hidden)
    agent.start()
    agent.run_plan(name)
    agent.await_that(lambda: office.mails and hook.posts, "mail and post arrive")
    subject = office.mails[0]["Subject"]
    lab.check(f"Error: A backup of the plan '{name}' to the vault 'lab': " in subject, f"the subject is {subject!r}")
    lab.check("What to do: Look at job 1." in office.mails[0].get_content(), office.mails[0].get_content())
    told = json.loads(hook.posts[0][2])["alerts"][0]
    lab.check(told["event"] == "raised" and told["plan"]["name"] == name, f"the hook heard {told}")
    agent.run_plan(name)
    agent.run_plan(name)
    lab.check(len(office.mails) == 1, "the same trouble was told again")

    # Both servers go; what is over is told when one comes back, the other after a restart.
    office.stop()
    hook.stop()
    hidden.rename(source)
    agent.run_plan(name)
    agent.await_that(lambda: not agent.alerts(), "the trouble is over")
    newest = lambda target: next(d for d in agent.alerts("ended")[0]["deliveries"] if d["target"] == target)
    agent.await_that(lambda: newest("office")["tries"] and newest("hook")["tries"], "both are tried")
    lab.check(newest("office")["state"] == "waiting" and "ALERT-0002" in newest("office")["answer"], str(newest("office")))
    office = Office(port, context, login=True)
    agent.try_at_once()
    agent.await_that(lambda: office.mails, "the mail arrives late")
    lab.check("Over: " in office.mails[0]["Subject"], office.mails[0]["Subject"])
    agent.await_that(lambda: newest("office")["state"] == "delivered", "the delivery is noted")
    lab.check("taken with thanks" in newest("office")["answer"], str(newest("office")))
    agent.stop()
    hook = Hook(None)
    agent.ask("put", f"/alert-targets/{target['id']}", {"name": "hook", "kind": "webhook",
                                                       "url": f"http://localhost:{hook.port}/{TOKEN}"})
    agent.start()
    agent.await_that(lambda: hook.posts, "the post arrives after a restart")
    lab.check(json.loads(hook.posts[0][2])["alerts"][0]["event"] == "ended", "another one arrived")
    lab.check("X-HBR-Signature" in hook.posts[0][1], "the key was forgotten")
    table = lab.run("alert", "list").stdout
    lab.check("office delivered" in table, f"the list says {table}")
    lab.check(lab.run("alert", "list", "--open").stdout == "", "something is wrong still")

    # A server that hangs keeps no job waiting, and the service stops all the same.
    rude = Rude(b"", hangs=True)
    agent.ask("put", f"/alert-targets/{target['id']}", {"name": "hook", "kind": "webhook",
                                                       "url": f"http://localhost:{rude.port}/{TOKEN}"})
    source.rename(hidden)
    agent.run_plan(name)
    agent.await_that(lambda: rude.open, "the hanging server is asked")
    agent.run_plan(name)
    agent.await_that(lambda: len(office.mails) == 2, "the other target hears of it")
    hidden.rename(source)
    agent.run_plan(name)
    agent.stop()
    lab.check(agent.process.returncode == 0, "the service did not stop well")
    office.stop()
    hook.stop()


def secrets_stay(agent: Agent) -> None:
    """In no file, no answer and no line of the log."""
    lab = agent.lab
    for path in lab.work.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in (PASSWORD, TOKEN, KEY):
                lab.check(secret.encode() not in content, f"{path} holds {secret}")
    answers = "".join(lab.run("api", "get", path, "--json").stdout for path in ("/alert-targets", "/alerts", "/alert-rules"))
    for secret in (PASSWORD, TOKEN, KEY):
        lab.check(secret not in answers and secret not in agent.said, f"{secret} was shown")
    # A kept password goes to no other server.
    target = next(t for t in agent.ask("get", "/alert-targets")["items"] if t["name"] == "office")
    settings = {key: value for key, value in target.items() if key not in ("id", "hasSecret")}
    agent.ask("put", f"/alert-targets/{target['id']}", settings | {"recipients": ["b@example.com"]})
    for change in ({"server": "evil.example.com"}, {"port": 25}, {"login": "other"}, {"caFile": ""}, {"security": "tls"}):
        refusal = agent.ask("put", f"/alert-targets/{target['id']}", settings | change, expect=USAGE)
        lab.check(refusal["fields"][0]["field"] == "password", f"{change}: {refusal}")
    lab.run("alert", "remove-target", "office", "--yes")
    lab.run("alert", "set", "--quiet-hours", "5")
    lab.check("quiet-hours 5" in lab.run("alert", "set").stdout, "the hours are not shown")


def main() -> int:
    with Lab(sys.argv[1]) as lab:
        source = lab.work / "source"
        fill(source, seed=7, files=20, largest=10_000)
        lab.create_vault()
        keys = lab.work.with_name(lab.work.name + "-keys")
        keys.mkdir()
        try:
            authority = Authority(keys)
            agent = Agent(lab)
            tests_of_targets(agent, authority)
            what_arrives(agent, authority, source)
            secrets_stay(agent)
        finally:
            if agent.process and agent.process.poll() is None:
                agent.process.kill()
                agent.process.communicate()
            subprocess.run(["rm", "-rf", keys], check=True)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
