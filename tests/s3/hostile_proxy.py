# SPDX-License-Identifier: Apache-2.0
"""hostile_proxy.py: stands between a client and an S3 server and does what networks and overloaded servers do.

Delays, cuts answers, sends requests twice, lets later requests overtake, changes bytes of uploads, answers 500, 503 and
429 itself, and drops connections before or after the request has reached the server. Which, is decided by a seed. Counts
the requests, and what the server itself broke off.
"""

import asyncio
import random
import threading

ERRORS = {"500": b"500 Internal Server Error", "503": b"503 Slow Down", "429": b"429 Too Many Requests"}
FAULTS = (*ERRORS, "drop_before", "drop_after", "truncate", "repeat", "delay", "reorder", "corrupt")
SELDOM = ("reorder", "corrupt")
LONGEST_HOLD = 2.0  # s that a request waits for a later one


class HostileProxy:
    """Runs in a thread of its own; use with 'with'. `share` of the requests meet a fault; each waits `latency` s."""

    def __init__(self, port: int, seed: int, share: float, latency: float = 0.0):
        self.upstream = port
        self.chance = random.Random(seed)
        self.share = share
        self.latency = latency
        self.requests = 0
        self.faults = dict.fromkeys(FAULTS, 0)
        self.deck: list[str] = []  # faults to come: all kinds in turn, so that none is left out by chance
        self.in_flight = 0
        self.held: dict[int, asyncio.Future] = {}  # by number, the requests that wait for a later one
        # Uploads that the server took though a byte of them was changed.
        self.taken_corrupted: list[str] = []
        # What the server itself failed to answer, in words.
        self.upstream_failures: list[str] = []
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
        self.in_flight += 1
        try:
            return await self._carry(self.requests, head, body, writer)
        finally:
            self.in_flight -= 1

    def _draw(self, head: bytes, body: bytes) -> str | None:
        """The fault that a request meets: the next of the deck that makes sense for it."""
        if self.chance.random() >= self.share:
            return None
        fit = set(FAULTS)
        if not (head.startswith(b"PUT ") and body):
            fit.remove("corrupt")
        if self.in_flight < 2:
            fit.remove("reorder")
        if not fit.intersection(self.deck):
            self.deck += self.chance.sample(FAULTS, len(FAULTS))
        # Those come first that fit seldom.
        fault = min((fault for fault in self.deck if fault in fit), key=lambda fault: fault not in SELDOM)
        self.deck.remove(fault)
        return fault

    async def _carry(self, number: int, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> bool:
        fault = self._draw(head, body)
        if fault == "reorder" and not await self._let_later_pass(number):
            self.deck.append(fault)
            fault = None
        if fault:
            self.faults[fault] += 1
        await asyncio.sleep(self.latency + (self.chance.random() * 0.5 if fault == "delay" else 0))
        if fault in ERRORS:
            writer.write(b"HTTP/1.1 " + ERRORS[fault] + b"\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return True
        if fault == "drop_before":
            return False
        if fault == "corrupt":
            answer = await self._ask_corrupted(head, body)
        else:
            answer = await self._ask(head, body)
        if fault == "repeat":
            answer = await self._ask(head, body)
        if fault == "drop_after":
            return False
        if fault == "truncate":
            answer = answer[: self.chance.randrange(len(answer))]
        writer.write(answer)
        await writer.drain()
        self._release_before(number)
        return fault != "truncate"

    async def _let_later_pass(self, number: int) -> bool:
        """Holds a request until a later one has been answered; False when none was in time."""
        self.held[number] = self.loop.create_future()
        try:
            await asyncio.wait_for(self.held[number], LONGEST_HOLD)
            return True
        except asyncio.TimeoutError:
            return False
        finally:
            del self.held[number]

    def _release_before(self, number: int) -> None:
        for earlier, passed in self.held.items():
            if earlier < number and not passed.done():
                passed.set_result(None)

    async def _ask_corrupted(self, head: bytes, body: bytes) -> bytes:
        changed = bytearray(body)
        changed[self.chance.randrange(len(changed))] ^= 1 << self.chance.randrange(8)
        answer = await self._ask(head, bytes(changed))
        if answer[9:10] == b"2":
            self.taken_corrupted.append(head.split(b" HTTP")[0].decode())
        return answer

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        """The server's whole answer. Raises ConnectionError when there is none, which is counted."""
        _, answer = await self.loop.create_connection(_Answer, "127.0.0.1", self.upstream)
        try:
            answer.send(head + body, head.startswith(b"HEAD"))
            return await answer.whole
        except (OSError, ValueError) as error:
            self.upstream_failures.append(f"{head.split(b' HTTP')[0].decode()}: {error!r}")
            raise ConnectionError from error
        finally:
            answer.transport.close()


class _Answer(asyncio.Protocol):
    """Gathers one answer while the request is still on its way.

    Servers that refuse a request for its head answer and close before they have read the body; what they said must
    not be lost because sending failed.
    """

    def __init__(self):
        self.received = bytearray()
        self.is_head = False
        self.body_at = 0  # 0 until the head is whole
        self.chunk_at = 0  # where the next chunk of a chunked body begins
        self.whole = asyncio.get_running_loop().create_future()

    def connection_made(self, transport) -> None:
        self.transport = transport

    def send(self, request: bytes, is_head: bool) -> None:
        self.is_head = is_head
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        if not self.whole.done() and self._is_whole():
            self.whole.set_result(bytes(self.received))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.whole.done():
            self.whole.set_exception(error or ConnectionResetError(f"closed after {bytes(self.received[:200])!r}"))

    def _is_whole(self) -> bool:
        while not self.body_at:
            end = self.received.find(b"\r\n\r\n") + 4
            if end < 4:
                return False
            if self.received.startswith(b"HTTP/1.1 100"):
                del self.received[:end]
                continue
            self.body_at = self.chunk_at = end
            head = bytes(self.received[:end])
            self.is_chunked = b"transfer-encoding: chunked" in head.lower()
            self.has_body = not self.is_head and head[9:12] not in (b"204", b"304")
            self.length = _length(head)
        if not self.has_body:
            return True
        if not self.is_chunked:
            return len(self.received) >= self.body_at + self.length
        while True:
            end = self.received.find(b"\r\n", self.chunk_at)
            if end < 0:
                return False
            size = int(self.received[self.chunk_at : end].split(b";")[0], 16)
            if len(self.received) < end + 2 + size + 2:
                return False
            if size == 0:
                return True
            self.chunk_at = end + 2 + size + 2


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
