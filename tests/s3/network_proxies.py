# SPDX-License-Identifier: Apache-2.0
"""network_proxies.py: an HTTP proxy as companies have them, and a network that breaks off in the middle of uploads."""

import asyncio
import base64

import hostile_proxy


class ForwardProxy(hostile_proxy.HostileProxy):
    """Carries requests for any host, plain or by CONNECT, to one server; keeps their first lines.

    With a login, "NAME:PASSWORD", it refuses all who do not tell it; keeps the logins that it was told.
    """

    def __init__(self, port: int, login: str = ""):
        super().__init__(port, 0, 0.0)
        self.login = login
        self.lines: list[str] = []
        self.told: list[str | None] = []

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n")[0]
        self.lines.append(line.decode())
        head, login = _without_login(head)
        self.told.append(login)
        if self.login and login != self.login:
            # As many proxies do, it says so by the head alone, and hangs up.
            writer.write(b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"test\"\r\n"
                         b"Content-Length: 4\r\nConnection: close\r\n\r\nwho?")
            await writer.drain()
            return False
        if line.startswith(b"CONNECT "):
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pump(reader, server_writer), _pump(server_reader, writer))
            return False
        body = await reader.readexactly(hostile_proxy._length(head))
        method, url, version = line.split(b" ")
        path = b"/" + url.split(b"/", 3)[3]
        writer.write(await self._ask(b" ".join((method, path, version)) + head[len(line):], body))
        await writer.drain()
        return True


def _without_login(head: bytes) -> tuple[bytes, str | None]:
    """A head as it goes on from a proxy, and the login that it carried for the proxy."""
    kept, login = [], None
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"proxy-authorization":
            scheme, _, word = value.strip().partition(b" ")
            login = base64.b64decode(word).decode() if scheme == b"Basic" else value.decode()
        else:
            kept.append(line)
    return b"\r\n".join(kept), login


class CuttingProxy(hostile_proxy.HostileProxy):
    """Cuts the first try of each upload, at a byte that the seed chooses; the server gets what came until then."""

    def __init__(self, port: int, seed: int):
        super().__init__(port, seed, 0.0)
        self.seen: set[bytes] = set()
        self.cuts: list[tuple[int, int]] = []  # bytes that got through, of how many

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        length = hostile_proxy._length(head)
        target = head.split(b" HTTP")[0]
        if head.startswith(b"PUT ") and target not in self.seen:
            self.seen.add(target)
            through = self.chance.choice((0, 1, length - 1, length, self.chance.randrange(length + 1)))
            self.cuts.append((through, length))
            part = await reader.readexactly(through)
            _, server_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
            server_writer.write(head + part)
            await server_writer.drain()
            # A request that is whole is carried out though nobody hears of it.
            await asyncio.sleep(0.2 if through == length else 0)
            server_writer.close()
            return False
        body = await reader.readexactly(length)
        writer.write(await self._ask(head, body))
        await writer.drain()
        return True


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
