# SPDX-License-Identifier: Apache-2.0
"""network_proxies.py: an HTTP proxy as companies have them, and a network that breaks off in the middle of uploads."""

import asyncio

import hostile_proxy


class ForwardProxy(hostile_proxy.HostileProxy):
    """Carries requests for any host, plain or by CONNECT, to one server; keeps their first lines."""

    def __init__(self, port: int):
        super().__init__(port, 0, 0.0)
        self.lines: list[str] = []

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n")[0]
        self.lines.append(line.decode())
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
