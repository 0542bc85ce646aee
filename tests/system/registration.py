#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""registration.py HBR: a machine becomes a client by a certificate, against a real S3 server: by command line, by API and
by a console's call; each refusal with its own sentence; killed in the middle; registered again; and with an access key
that is encrypted under the logon password."""

import json
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "s3"))
from api import WITH_A_SERVER, Agent  # noqa: E402
from lab import DENIED, DONE, FAILED, NOT_FOUND, USAGE, Lab, fill  # noqa: E402
import servers  # noqa: E402
from web import Page, Visitor, own_address  # noqa: E402

LONG = 120  # seconds after which something will never happen
LOGON = "a logon sentence"
VAULT_PASSWORD = "the vault's own sentence"
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
SECRETS = (servers.SECRET, LOGON, VAULT_PASSWORD)


def clock_off_by(words: str) -> dict[str, str]:
    return {"LD_PRELOAD": FAKETIME, "FAKETIME": words, "ASAN_OPTIONS": "verify_asan_link_order=0"}


class Console:
    """Issues certificates, on a machine of its own."""

    def __init__(self, lab: Lab, name: str = "console"):
        self.lab = lab
        self.settings = {"HBR_CONFIG_DIR": str(lab.work / name)}
        self.number = 0
        self.issuer = self.run("certificate", "new-issuer")["issuer"]["fingerprint"]

    def run(self, *words, environment: dict | None = None) -> dict:
        said = self.lab.run(*words, "--json", environment=self.settings | (environment or {})).stdout
        return json.loads(said.splitlines()[-1])

    def certificate(self, place: str, endpoint: str, *more, environment: dict | None = None) -> pathlib.Path:
        self.number += 1
        path = self.lab.work / f"{pathlib.Path(self.settings['HBR_CONFIG_DIR']).name}-{self.number}.cert"
        self.run("certificate", "create", place, "--client", "web1", "--endpoint", endpoint, "--output", path, *more,
                 environment=environment)
        return path


class Client:
    """An agent with settings of its own."""

    def __init__(self, lab: Lab, name: str):
        self.lab = lab
        self.config = lab.work / name / "config"
        self.state = lab.work / name / "state"
        self.secrets = {"HBR_S3_ACCESS_KEY_ID": servers.KEY_ID, "HBR_S3_SECRET_ACCESS_KEY": servers.SECRET,
                        "HBR_LOGON_PASSWORD": LOGON, "HBR_PASSWORD": VAULT_PASSWORD}
        self.folders = {"HBR_CONFIG_DIR": str(self.config), "HBR_STATE_DIR": str(self.state)}

    def run(self, *words, expect: int | None = DONE, environment: dict | None = None) -> subprocess.CompletedProcess:
        said = self.lab.run(*words, expect=expect, environment=self.folders | (environment or {}))
        for secret in SECRETS:
            self.lab.check(secret not in said.stdout + said.stderr, f"{words[:2]} shows a secret")
        return said

    def register(self, certificate: pathlib.Path, *more, expect: int | None = DONE,
                 environment: dict | None = None) -> subprocess.CompletedProcess:
        return self.run("client", "register", "--certificate", certificate, "--json", *more, expect=expect,
                        environment=self.secrets | (environment or {}))

    def registration(self) -> dict:
        return json.loads(self.run("client", "show", "--json").stdout)

    def holds_no_secret(self) -> None:
        for folder in (self.config, self.state):
            for path in folder.rglob("*"):
                content = path.read_bytes() if path.is_file() else b""
                for secret in SECRETS:
                    self.lab.check(secret.encode() not in content, f"{path} holds a secret")


def refusals(lab: Lab, console: Console, server: servers.Server) -> None:
    """Each with a code and a sentence of its own, and nothing is kept."""
    client = Client(lab, "refused")
    good = console.certificate("s3://clients/refused", f"public={server.endpoint}")
    sentences: dict[str, str] = {}

    def refused(code: str, expect: int, *more, certificate: pathlib.Path = good, environment: dict | None = None) -> None:
        said = client.register(certificate, "--issuer", console.issuer, *more, expect=expect, environment=environment)
        error = json.loads(said.stdout.splitlines()[-1])
        lab.check(error.get("code") == code, f"not {code} but {error}")
        sentences[code] = error.get("message", "")
        state = client.registration()
        lab.check(state["client"] is None and not state["hasPassword"] and not state["trustedIssuers"],
                  f"after {code} something was kept: {state}")
        lab.check(not list((client.config / "vaults").glob("*")), f"after {code} a vault is remembered")

    text = good.read_text()
    forged = lab.work / "forged"
    at = text.index("\n") + 100
    forged.write_text(text[:at] + ("B" if text[at] == "A" else "A") + text[at + 1:])
    elsewhere = f"public=http://127.0.0.1:{servers.free_port()}"
    old = console.certificate("s3://clients/refused", f"public={server.endpoint}", environment=clock_off_by("-3d"))
    early = console.certificate("s3://clients/refused", f"public={server.endpoint}", environment=clock_off_by("+1d"))
    refused("CERT-0007", DENIED, certificate=old)
    refused("CERT-0008", DENIED, certificate=early)
    refused("CERT-0004", DENIED, certificate=forged)
    refused("BUCKET-0009", DENIED, environment={"HBR_S3_ACCESS_KEY_ID": "nobody"})
    refused("BUCKET-0010", DENIED, environment={"HBR_S3_SECRET_ACCESS_KEY": "wrong-secret"})
    refused("BUCKET-0007", DENIED, environment=clock_off_by("+20m"))
    refused("BUCKET-0004", FAILED, certificate=console.certificate("s3://clients/refused", elsewhere))
    refused("BUCKET-0011", NOT_FOUND, certificate=console.certificate("s3://nobody-made-it/x", f"public={server.endpoint}"))
    refused("CLIENT-0001", USAGE, "--network", "vpc")
    refused("CATALOG-0010", USAGE, environment={"HBR_LOGON_PASSWORD": "five5"})
    lab.check(len(set(sentences.values())) == len(sentences), f"refusals share sentences: {sentences}")
    said = client.register(good, "--issuer", "0000-" * 7 + "0000", expect=DENIED)
    lab.check("CLIENT-0002" in said.stdout, f"a foreign fingerprint is taken: {said.stdout}")
    client.run("client", "trust-issuer", Console(lab, "another console").issuer)
    said = client.register(good, "--issuer", console.issuer, expect=DENIED)
    lab.check("CERT-0005" in said.stdout, f"an issuer that is not trusted is taken: {said.stdout}")


def first_and_again(lab: Lab, console: Console, server: servers.Server, source: pathlib.Path) -> None:
    client = Client(lab, "first")
    place = ("s3://clients/main", f"vpc=http://127.0.0.1:1,public={server.endpoint}")
    certificate = console.certificate(*place, "--name", "Main vault")
    client.register(certificate, "--network", "public", "--issuer", console.issuer, "--dry-run")
    lab.check(not (client.config / "agent.conf").exists(), "a trial kept something")
    client.register(certificate, "--network", "public", "--issuer", console.issuer)
    state = client.registration()
    registered = state["client"] or {}
    lab.check(registered.get("name") == "web1" and registered["vault"]["name"] == "Main-vault" and state["hasPassword"]
              and state["trustedIssuers"] == [console.issuer], f"registered otherwise: {state}")
    client.run("backup", "run", source)
    points = json.loads(client.run("point", "list", "--json").stdout.splitlines()[-1])["points"]
    lab.check([point["client"] for point in points] == ["web1"], f"the client's name is not used: {points}")
    client.run("plan", "add", "nightly", "--vault", "Main-vault", source)
    # Once more, with the vault's and the agent's own passwords.
    again = console.certificate(*place, "--name", "Another name", "--client-id", registered["id"])
    for wrong, code in (({"HBR_LOGON_PASSWORD": "another one"}, "CLIENT-0004"),
                        ({"HBR_PASSWORD": "another one"}, "KEY-0001")):
        said = client.register(again, "--network", "public", expect=DENIED, environment=wrong)
        lab.check(code in said.stdout, f"not {code}: {said.stdout}")
    client.register(again, "--network", "public")
    after = client.registration()["client"]
    lab.check(after["vault"] == registered["vault"], f"the vault has another name: {after}")
    lab.check("nightly" in client.run("plan", "list").stdout, "the plan is gone")
    client.run("point", "show", "latest")
    # A certificate of another client, and one of another vault, are told and taken when that is accepted.
    for other in (console.certificate(*place), console.certificate("s3://clients/other", place[1])):
        said = client.register(other, "--network", "public", expect=FAILED)
        lab.check("CLIENT-0003" in said.stdout, f"another one is not told: {said.stdout}")
        client.register(other, "--network", "public", "--accept-difference")
    lab.check(client.registration()["client"]["vault"]["place"] == "s3://clients/other", "the vault did not change")
    names = {path.name for path in (client.config / "vaults").iterdir()}
    lab.check("Main-vault" in names and len(names) == 2, f"the old vault is not kept: {names}")
    client.run("point", "show", "latest", "--vault", "Main-vault")
    client.holds_no_secret()


def by_api(lab: Lab, console: Console, server: servers.Server) -> None:
    """What the page and a console ask, held against the description."""
    client = Client(lab, "by api")
    lab.environment.update(client.folders)
    agent = Agent(lab)
    certificate = console.certificate("s3://clients/api", f"public={server.endpoint}").read_text()
    look = agent.ask("post", "/registration/preview", {"certificate": certificate})
    lab.check(not look["isIssuerTrusted"] and look["issuer"] == console.issuer and look["hasVault"] is None, f"{look}")
    access_key = {"accessKeyId": servers.KEY_ID, "accessKeySecret": servers.SECRET}
    look = agent.ask("post", "/registration/preview", {"certificate": certificate} | access_key)
    lab.check(look["hasVault"] is False, f"a vault is there already: {look}")
    form = {"certificate": certificate, "password": LOGON, "vaultPassword": VAULT_PASSWORD, "issuer": console.issuer} | access_key
    for name in ("certificate", "accessKeyId", "accessKeySecret", "password", "vaultPassword"):
        refused = agent.ask("post", "/registration", {key: value for key, value in form.items() if key != name}, expect=USAGE)
        lab.check(name in [item["field"] for item in refused["fields"]], f"without {name}: {refused}")
    agent.ask("post", "/registration", form | {"network": "moon"}, expect=USAGE)
    state = agent.ask("post", "/registration", form)
    lab.check(state["client"]["name"] == "web1" and not state["client"]["vault"]["isAccessKeyEncrypted"], f"{state}")
    lab.check(agent.ask("get", "/overview")["client"] == "web1", "the overview has another name")
    agent.ask("post", "/activation", form)
    lab.check(agent.asked >= WITH_A_SERVER, f"not asked for: {WITH_A_SERVER - agent.asked}")
    (lab.work / "body.json").unlink()


def killed_in_the_middle(lab: Lab, console: Console, server: servers.Server) -> None:
    """Killed at any moment, the first time and once more, it is registered whole or not at all, and the next completes it."""
    cut = {"first": 0, "again": 0}
    for hundredths in range(2, 160, 9):
        client = Client(lab, f"killed {hundredths}")
        certificate = console.certificate(f"s3://clients/killed{hundredths}", f"public={server.endpoint}")
        words = ("client", "register", "--certificate", certificate, "--issuer", console.issuer, "--encrypt-access-key")
        for time_of_it in ("first", "again"):
            process = subprocess.Popen([lab.hbr, *words], env=lab.environment | client.folders | client.secrets,
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(hundredths / 100)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                cut[time_of_it] += 1
            state = client.registration()
            lab.check(time_of_it == "first" or state["client"] is not None, "registering again made it no client")
            if state["client"] is not None:
                lab.check(state["hasPassword"] and state["client"]["vault"] is not None, f"half a client: {state}")
                client.run("point", "list", environment=client.secrets)
            client.register(certificate, "--issuer", console.issuer, "--encrypt-access-key")
            client.run("point", "list", environment=client.secrets)
            lab.check(client.registration()["client"]["vault"]["isAccessKeyEncrypted"], "the access key is not encrypted")
    lab.say(f"killed in the middle: {cut}")


def await_that(holds, what: str) -> None:
    end = time.monotonic() + LONG
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"it never happened that {what}")
        time.sleep(0.05)


class Job:
    """A plan's job that a person asked for."""

    def __init__(self, client: Client, plan: str):
        self.client = client
        self.id = json.loads(client.run("plan", "run", plan, "--json").stdout)["id"]

    def now(self) -> dict:
        return json.loads(self.client.run("job", "show", str(self.id), "--json").stdout)

    def await_end(self, state: str = "completed") -> None:
        await_that(lambda: self.now()["state"] not in ("queued", "running"), f"job {self.id} ends")
        job = self.now()
        self.client.lab.check(job["state"] == state, f"the job ended otherwise: {job}")


def shows_no_key(lab: Lab, page: Page, job: Job) -> None:
    """Looks at all that anybody on the machine sees of the service and its jobs, for as long as the job runs."""
    jobs_seen = 0
    while job.now()["state"] in ("queued", "running"):
        children = pathlib.Path(f"/proc/{page.process.pid}/task/{page.process.pid}/children").read_text().split()
        for thread in pathlib.Path(f"/proc/{page.process.pid}/task").iterdir():
            children += (thread / "children").read_text().split()
        for process in {str(page.process.pid), *children}:
            for file in ("cmdline", "environ"):
                try:
                    seen = pathlib.Path("/proc", process, file).read_bytes()
                except OSError:
                    continue
                jobs_seen += file == "cmdline" and b"--key-on-input" in seen
                lab.check(not re.search(rb"[0-9a-f]{64}", seen), f"{file} of {process} may hold a key")
                for secret in SECRETS:
                    lab.check(secret.encode() not in seen, f"{file} of {process} holds a secret")
    lab.check(jobs_seen > 0, "no job was seen that got its key by its input")


def encrypted(lab: Lab, console: Console, server: servers.Server, source: pathlib.Path) -> None:
    """After a restart jobs wait for the password, say so, and run once it is entered."""
    client = Client(lab, "encrypted")
    lab.environment.update(client.folders)
    client.register(console.certificate("s3://clients/locked", f"public={server.endpoint}"), "--issuer", console.issuer,
                    "--encrypt-access-key")
    client.run("plan", "add", "files", "--vault", "locked", source)
    said = client.run("backup", "run", source, expect=DENIED)
    lab.check("CONFIG-0006" in said.stderr, f"no password was asked for: {said.stderr}")
    said = client.run("backup", "run", source, expect=DENIED, environment={"HBR_LOGON_PASSWORD": "another one"})
    lab.check("CONFIG-0007" in said.stderr, f"another password was taken: {said.stderr}")
    client.run("backup", "run", source, environment={"HBR_LOGON_PASSWORD": LOGON})
    client.run("service", "unlock", expect=NOT_FOUND, environment={"HBR_LOGON_PASSWORD": LOGON})

    def waits(page: Page, job: Job) -> None:
        await_that(lambda: client.registration()["waitingVaults"] == ["locked"], "the vault is known to wait")
        await_that(lambda: "wait for the logon password" in "".join(page.lines), "the service says that jobs wait")
        await_that(lambda: "Waits for the logon password" in client.run("job", "show", str(job.id)).stdout, "the job says so")
        now = job.now()
        lab.check(now["state"] == "queued" and now["waitsForPassword"], f"the job does not wait: {now}")
        problems = json.loads(client.run("api", "get", "/overview").stdout)["problems"]
        lab.check(any(problem["plan"] is None and "logon password" in problem["sentence"] for problem in problems),
                  f"the overview does not tell: {problems}")

    def unlock(page: Page, password: str, expect: int = DONE) -> None:
        client.run("service", "unlock", "--port", str(page.port), expect=expect, environment={"HBR_LOGON_PASSWORD": password})

    page = Page(lab).start()
    job = Job(client, "files")
    waits(page, job)
    unlock(page, "another one", DENIED)
    lab.check(job.now()["state"] == "queued", "a wrong password lets jobs run")
    unlock(page, LOGON)
    shows_no_key(lab, page, job)
    job.await_end()
    lab.check(client.registration()["waitingVaults"] == [], "the vault waits on")
    page.stop()
    # Restarted, and opened by logging in at the page.
    page = Page(lab).start()
    job = Job(client, "files")
    waits(page, job)
    visitor = Visitor(page.connect())
    lab.check(visitor.log_in(LOGON).status == 200, "nobody can log in")
    job.await_end()
    page.stop()
    # Another password seals the same key.
    another = {"HBR_LOGON_PASSWORD": "the next sentence"}
    said = client.run("service", "password", expect=USAGE, environment=another)
    lab.check("current" in said.stderr, f"the current password is not asked for: {said.stderr}")
    client.run("service", "password", expect=DENIED, environment=another | {"HBR_CURRENT_LOGON_PASSWORD": "wrong one"})
    client.run("service", "password", environment=another | {"HBR_CURRENT_LOGON_PASSWORD": LOGON})
    page = Page(lab).start()
    job = Job(client, "files")
    waits(page, job)
    unlock(page, "the next sentence")
    job.await_end()
    page.stop()
    client.run("point", "list", environment=another)
    client.holds_no_secret()


def activated_from_elsewhere(lab: Lab, console: Console, server: servers.Server) -> None:
    address = own_address()
    if address is None:
        lab.say("no address beyond loopback: activation from elsewhere is not tried")
        return
    client = Client(lab, "activated")
    lab.environment.update(client.folders)
    client.run("client", "trust-issuer", console.issuer)
    page = Page(lab, "--listen", "0.0.0.0").start()
    fingerprint = page.await_line(r"certificate SHA-256 ([0-9A-F:]+)")
    good = console.certificate("s3://clients/activated", f"public={server.endpoint}")
    foreign = Console(lab, "foreign").certificate("s3://clients/activated", f"public={server.endpoint}")

    def activate(certificate: pathlib.Path, *more, expect: int = DONE, to: str = f"{address}:{page.port}",
                 environment: dict | None = None) -> str:
        return lab.run("client", "activate", to, "--certificate", certificate, *(more or ("--fingerprint", fingerprint)),
                       expect=expect, environment=console.settings | client.secrets | (environment or {})).stderr

    page.connect(address).close()
    context = ssl._create_unverified_context()
    for path in ("/", "/api/v1/plans", "/api/v1/registration"):
        visitor = Visitor(context.wrap_socket(page.connect(address)))
        answer = visitor.ask("GET", path, host=address)
        lab.check(answer.status == 403 and b"WEB-0025" in answer.body, f"another machine gets {path}: {answer.status}")
    lab.check("CLIENT-0009" in activate(good, "--fingerprint", "AB:CD", expect=DENIED), "another certificate is taken")
    lab.check("CERT-0005" in activate(foreign, expect=DENIED), "another console registers the agent")
    lab.check(client.registration()["client"] is None, "somebody else has registered it")
    activate(good, to=f"http://{address}:{page.port}")
    lab.check(client.registration()["client"]["name"] == "web1", "it is not registered")
    # From now on its password is needed, and the page opens for who has it.
    again = console.certificate("s3://clients/activated", f"public={server.endpoint}", "--client-id",
                                client.registration()["client"]["id"])
    lab.check("WEB-0009" in activate(again, expect=DENIED, environment={"HBR_LOGON_PASSWORD": "another one"}),
              "another password is taken")
    activate(again)
    lab.check("CLIENT-0008" in activate(again, expect=FAILED, to=f"127.0.0.1:{servers.free_port()}"), "nobody answered")
    activate(again, "--issuer", console.issuer, to=f"127.0.0.1:{page.port}")
    page.stop()
    client.holds_no_secret()


def main() -> int:
    with Lab(sys.argv[1]) as lab, servers.Server("versitygw", lab.work / "versitygw") as server:
        server.make_bucket("clients")
        console = Console(lab)
        source = lab.work / "source"
        fill(source, 1, 20, 100_000)
        refusals(lab, console, server)
        first_and_again(lab, console, server, source)
        by_api(lab, console, server)
        try:
            encrypted(lab, console, server, source)
            activated_from_elsewhere(lab, console, server)
        finally:
            for page in Page.started:
                if page.process.poll() is None:
                    page.process.kill()
        killed_in_the_middle(lab, console, server)
        return lab.end()


if __name__ == "__main__":
    sys.exit(main())
