# SPDX-License-Identifier: Apache-2.0
"""Real S3 servers for tests: each with a port, a data folder and a root key of its own, ended by its pid."""

import base64
import datetime
import hashlib
import hmac
import http.client
import importlib.machinery
import importlib.util
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree
from pathlib import Path

KEY_ID = "testrootkey"
SECRET = "testrootsecret"
REGION = "us-east-1"
NAMES = ("versitygw", "minio")


def _installer():
    path = str(Path(__file__).resolve().parent / "install_servers")
    loader = importlib.machinery.SourceFileLoader("install_servers", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("install_servers", loader))
    loader.exec_module(module)
    return module


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running server; use with 'with'.

    With TLS when `certificates` holds public.crt and private.key; `domain` is what buckets' hosts end in.
    """

    def __init__(self, name: str, folder: Path, wrapper: tuple[str, ...] = (), certificates: Path | None = None,
                 domain: str = ""):
        self.name = name
        self.port = free_port()
        self.isTls = certificates is not None
        self.endpoint = f"{'https' if self.isTls else 'http'}://127.0.0.1:{self.port}"
        folder.mkdir(parents=True)
        data = folder / "data"
        data.mkdir()
        program = str(_installer().install(name))
        environment = dict(os.environ, HOME=str(folder), MINIO_SITE_REGION=REGION, MINIO_ROOT_USER=KEY_ID, MINIO_ROOT_PASSWORD=SECRET,
                           ROOT_ACCESS_KEY=KEY_ID, ROOT_SECRET_KEY=SECRET)
        if name == "versitygw":
            (folder / "iam").mkdir()
            command = [program, "--port", f"127.0.0.1:{self.port}", "--iam-dir", str(folder / "iam"), "posix", str(data)]
        else:
            command = [program, "server", str(data), "--address", f"127.0.0.1:{self.port}",
                       "--console-address", f"127.0.0.1:{free_port()}"]
        if domain and name == "minio":
            environment["MINIO_DOMAIN"] = domain
        if domain and name == "versitygw":
            command[1:1] = ["--virtual-domain", domain]
        if certificates and name == "minio":
            command += ["--certs-dir", str(certificates)]
        if certificates and name == "versitygw":
            command[1:1] = ["--cert", str(certificates / "public.crt"), "--key", str(certificates / "private.key")]
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen([*wrapper, *command], env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT)
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if request(self, "GET", "/")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{self.name} does not start:\n{Path(self.log.name).read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def make_bucket(self, bucket: str) -> None:
        status, body = request(self, "PUT", f"/{bucket}")
        if status != 200:
            raise RuntimeError(f"{self.name} makes no bucket: {status} {body!r}")

    def make_locked_bucket(self, bucket: str) -> None:
        """A bucket whose objects nobody deletes for a day."""
        status, body = request(self, "PUT", f"/{bucket}", more={"x-amz-bucket-object-lock-enabled": "true"})
        rule = (b"<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>"
                b"<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>")
        if status == 200:
            digest = base64.b64encode(hashlib.md5(rule).digest()).decode()
            status, body = request(self, "PUT", f"/{bucket}", {"object-lock": ""}, rule, more={"content-md5": digest})
        if status != 200:
            raise RuntimeError(f"{self.name} locks no bucket: {status} {body!r}")

    def request(self, *arguments) -> tuple[int, bytes]:
        return request(self, *arguments)

    def objects(self, bucket: str) -> dict[str, tuple[int, str]]:
        """Size and ETag of each object of a bucket."""
        found: dict[str, tuple[int, str]] = {}
        query = {"list-type": "2"}
        while True:
            status, body = request(self, "GET", f"/{bucket}", query)
            if status != 200:
                raise RuntimeError(f"{self.name} lists nothing: {status} {body!r}")
            page = xml.etree.ElementTree.fromstring(body)
            space = page.tag.partition("}")[0] + "}"
            for entry in page.findall(f"{space}Contents"):
                found[entry.findtext(f"{space}Key")] = (int(entry.findtext(f"{space}Size")), entry.findtext(f"{space}ETag"))
            if page.findtext(f"{space}IsTruncated") != "true":
                return found
            query["continuation-token"] = page.findtext(f"{space}NextContinuationToken")

    def versions(self, bucket: str) -> list[tuple[str, str, bool]]:
        """Key, version and whether it is a marker that hides the object, of everything in a bucket with versions."""
        found: list[tuple[str, str, bool]] = []
        after: dict[str, str] = {}
        while True:
            status, body = request(self, "GET", f"/{bucket}", {"versions": "", **after})
            if status != 200:
                raise RuntimeError(f"{self.name} lists no versions: {status} {body!r}")
            page = xml.etree.ElementTree.fromstring(body)
            space = page.tag.partition("}")[0] + "}"
            for kind in ("Version", "DeleteMarker"):
                found += [(entry.findtext(f"{space}Key"), entry.findtext(f"{space}VersionId"), kind == "DeleteMarker")
                          for entry in page.findall(f"{space}{kind}")]
            if page.findtext(f"{space}IsTruncated") != "true":
                return found
            after = {"key-marker": page.findtext(f"{space}NextKeyMarker"),
                     "version-id-marker": page.findtext(f"{space}NextVersionIdMarker")}

    def limited_key(self, bucket: str, actions: list[str]) -> dict[str, str]:
        """The variables of a key with these rights to the bucket's objects, and to list it."""
        statements = [{"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{bucket}"]},
                      {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{bucket}/*"]}]
        if self.name == "minio":
            return self._session_key({"Version": "2012-10-17", "Statement": statements})
        subprocess.run([str(_installer().install(self.name)), "admin", "--access", KEY_ID, "--secret", SECRET,
                        "--endpoint-url", self.endpoint, "create-user", "--access", "limited", "--secret",
                        "limitedsecret", "--role", "user"], check=True, stdout=subprocess.DEVNULL)
        for statement in statements:
            statement["Principal"] = {"AWS": ["limited"]}
        self.set_policy(bucket, {"Version": "2012-10-17", "Statement": statements})
        return {"HBR_S3_ACCESS_KEY_ID": "limited", "HBR_S3_SECRET_ACCESS_KEY": "limitedsecret"}

    def _session_key(self, policy: dict) -> dict[str, str]:
        """A temporary key with a session token, which MinIO gives to whoever asks with a policy."""
        form = urllib.parse.urlencode({"Action": "AssumeRole", "Version": "2011-06-15", "DurationSeconds": "3600",
                                       "Policy": json.dumps(policy)}).encode()
        status, body = request(self, "POST", "/", None, form, "sts")
        if status != 200:
            raise RuntimeError(f"{self.name} gives no key: {status} {body!r}")

        def text(name: str) -> str:
            return body.decode().split(f"<{name}>")[1].split("<")[0]

        return {"HBR_S3_ACCESS_KEY_ID": text("AccessKeyId"), "HBR_S3_SECRET_ACCESS_KEY": text("SecretAccessKey"),
                "HBR_S3_SESSION_TOKEN": text("SessionToken")}

    def set_policy(self, bucket: str, policy: dict) -> None:
        status, body = request(self, "PUT", f"/{bucket}", {"policy": ""}, json.dumps(policy).encode())
        if status not in (200, 204):
            raise RuntimeError(f"{self.name} takes no policy: {status} {body!r}")


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(to_sign: str, scope: str) -> str:
    """Of a text, by the root key, for a scope: day/region/service/aws4_request."""
    key = ("AWS4" + SECRET).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, to_sign).hex()


def request(server: Server, method: str, path: str, query: dict[str, str] | None = None,
            body: bytes = b"", service: str = "s3", more: dict[str, str] | None = None) -> tuple[int, bytes]:
    """A signed request by the root key; written apart from the program's own, to check one by the other."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    text = "&".join(f"{urllib.parse.quote(k, safe='')}={urllib.parse.quote(v, safe='')}"
                    for k, v in sorted((query or {}).items()))
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": f"127.0.0.1:{server.port}", "x-amz-content-sha256": digest, "x-amz-date": now,
               **(more or {})}
    names = ";".join(sorted(headers))
    canonical = "\n".join([method, path, text, *(f"{k}:{headers[k]}" for k in sorted(headers)), "", names, digest])
    scope = f"{now[:8]}/{REGION}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    if service == "sts":
        headers["content-type"] = "application/x-www-form-urlencoded"
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders={names}, "
                                f"Signature={signature(to_sign, scope)}")
    if server.isTls:
        # Whom to trust is what the program is tested for, not this.
        trusting = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30, context=trusting)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path + ("?" + text if text else ""), body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
