# SPDX-License-Identifier: Apache-2.0
"""hostile_proxy.py: stands between a client and an S3 server and does what networks and overloaded servers do.

Delays, cuts answers, sends requests twice, answers 500, 503 and 429 itself, and drops connections before or after
the request has reached the server. Which, is decided by a seed. Counts the requests.
"""

import asyncio
import random
import threading

FAULTS = ("error", "drop_before", "drop_after", "truncate", "repeat", "delay")


class HostileProxy:
    """Runs in a thread of its own; use with 'with'. `share` of the requests meet a fault; each waits `latency` s."""

    def __init__(self, port: int, seed: int, share: float, latency: float = 0.0):
        self.upstream = port
        self.chance = random.Random(seed)
        self.share = share
        self.latency = latency
        self.requests = 0
        self.faults = dict.fromkeys(FAULTS, 0)
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait()

    def __enter__(self) -> "HostileProxy":
        return self

    def __exit__(self, *_) -> None:
        def end() -> None:
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            # Stopped a turn later, once those that were cancelled have ended.
            self.loop.call_soon(self.loop.stop)

        self.loop.call_soon_threadsafe(end)
        self.thread.join(10)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass
        finally:
            if not self.loop.is_closed():
                writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Carries one request; False when the connection is to end."""
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        self.requests += 1
        fault = self.chance.choice(FAULTS) if self.chance.random() < self.share else None
        if fault:
            self.faults[fault] += 1
        await asyncio.sleep(self.latency + (self.chance.random() * 0.5 if fault == "delay" else 0))
        if fault == "error":
            status = self.chance.choice((b"500 Internal Server Error", b"503 Slow Down", b"429 Too Many Requests"))
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return True
        if fault == "drop_before":
            return False
        answer = await self._ask(head, body)
        if fault == "repeat":
            answer = await self._ask(head, body)
        if fault == "drop_after":
            return False
        if fault == "truncate":
            answer = answer[: self.chance.randrange(len(answer))]
        writer.write(answer)
        await writer.drain()
        return fault != "truncate"

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        """The server's whole answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.upstream, limit=1 << 20)
        try:
            writer.write(head + body)
            await writer.drain()
            while True:
                answer = await reader.readuntil(b"\r\n\r\n")
                if not answer.startswith(b"HTTP/1.1 100"):
                    break
            if head.startswith(b"HEAD") or answer[9:12] in (b"204", b"304"):
                return answer
            if b"transfer-encoding: chunked" in answer.lower():
                while True:
                    size = await reader.readuntil(b"\r\n")
                    chunk = await reader.readexactly(int(size.split(b";")[0], 16) + 2)
                    answer += size + chunk
                    if size.split(b";")[0].strip().strip(b"0") == b"":
                        return answer
            return answer + await reader.readexactly(_length(answer))
        finally:
            writer.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
