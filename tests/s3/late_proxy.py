# SPDX-License-Identifier: Apache-2.0
"""late_proxy.py: stands between clients and an S3 server whose listings are seconds behind, by another number each time.

It signs every request again, with the right time: an S3 server refuses a client whose clock is wrong, and here it is to
be seen what such a client would do to a vault.
"""

import collections
import datetime
import hashlib
import http.client
import http.server
import random
import threading
import time
import urllib.parse
import xml.sax.saxutils

import servers

LOOK_EVERY = 0.25
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "expect", "authorization", "x-amz-date"}


class LateProxy:
    """For one bucket; use with 'with'. A listing is up to `latest` s old, and `earliest` at least."""

    def __init__(self, server: servers.Server, bucket: str, seed: int, earliest: float, latest: float):
        self.server = server
        self.bucket = bucket
        self.chance = random.Random(seed)
        self.ages = (earliest, latest)
        self.late_listings = 0
        self.lock = threading.Lock()  # guards what is above
        self.seen = collections.deque([(0.0, {})])  # when, and which objects of which size
        self.ended = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.http = _Listener(("127.0.0.1", 0), _Handler)
        self.http.proxy = self
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.endpoint = f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self) -> "LateProxy":
        self.watcher.start()
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.http.shutdown()
        self.http.server_close()
        self.watcher.join()

    def objects(self) -> dict[str, int]:
        """What the bucket holds now."""
        return {key: size for key, (size, _) in self.server.objects(self.bucket).items()}

    def _watch(self) -> None:
        while not self.ended.wait(LOOK_EVERY):
            asked = time.monotonic()
            self.seen.append((asked, self.objects()))
            while len(self.seen) > 2 and self.seen[1][0] < asked - self.ages[1]:
                self.seen.popleft()

    def listing(self, query: dict[str, str]) -> bytes:
        """The answer that the server would have given a while ago."""
        with self.lock:
            when = time.monotonic() - self.chance.uniform(*self.ages)
            self.late_listings += 1
        objects = next((objects for seen, objects in reversed(list(self.seen)) if seen <= when), {})
        prefix = query.get("prefix", "")
        keys = sorted(key for key in objects if key.startswith(prefix))[: int(query.get("max-keys", 1 << 30))]
        contents = "".join(f"<Contents><Key>{xml.sax.saxutils.escape(key)}</Key><Size>{objects[key]}</Size></Contents>"
                           for key in keys)
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>".encode()


class _Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    proxy: LateProxy

    def handle_error(self, request, client_address) -> None:
        """A client that was killed or stopped breaks off; that is no news."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    upstream: http.client.HTTPConnection | None = None

    def log_message(self, *_) -> None:
        pass

    def do_GET(self) -> None:  # noqa: N802
        self._carry()

    do_PUT = do_POST = do_DELETE = do_HEAD = do_GET

    def finish(self) -> None:
        if self.upstream:
            self.upstream.close()
        super().finish()

    def _carry(self) -> None:
        proxy = self.server.proxy
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path, _, text = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
        if self.command == "GET" and "list-type" in query:
            self._answer(200, [("Content-Type", "application/xml")], proxy.listing(query))
            return
        headers = {name.lower(): value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers["host"] = f"127.0.0.1:{proxy.server.port}"
        _sign(self.command, path, text, headers)
        if self.upstream is None:
            self.upstream = http.client.HTTPConnection("127.0.0.1", proxy.server.port, timeout=60)
        self.upstream.request(self.command, self.path, body, headers)
        answer = self.upstream.getresponse()
        content = answer.read()
        kept = [(name, value) for name, value in answer.getheaders()
                if name.lower() not in HOP_BY_HOP or (self.command == "HEAD" and name.lower() == "content-length")]
        self._answer(answer.status, kept, content)

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()


def _sign(method: str, path: str, query: str, headers: dict[str, str]) -> None:
    """Adds a signature by the root key, of this moment."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers["x-amz-date"] = now
    signed = sorted(name for name in headers if name == "host" or name.startswith("x-amz-"))
    parts = sorted(part if "=" in part else part + "=" for part in query.split("&") if part)
    canonical = "\n".join([method, path, "&".join(parts), *(f"{name}:{headers[name].strip()}" for name in signed), "",
                           ";".join(signed), headers["x-amz-content-sha256"]])
    scope = f"{now[:8]}/{servers.REGION}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={servers.KEY_ID}/{scope}, SignedHeaders={';'.join(signed)}, "
                                f"Signature={servers.signature(to_sign, scope)}")
