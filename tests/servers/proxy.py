"""A TCP proxy on loopback: a network between a client and a server that can be slow, cut, or gone."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK_BYTES = 64 * 1024
_START_SECONDS = 10


class Proxy:
    """Passes on what comes in on `port` to a server's port, and back.

    Its loop runs in a thread of its own; the methods may be called from any other.
    """

    def __init__(self, port: int, server_port: int) -> None:
        self.port = port
        self._server_port = server_port
        self._delay_seconds = 0.0
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._listening = threading.Event()

    def slow_down(self, delay_seconds: float) -> None:
        """From now on each piece that passes waits so long first; 0 is as quick as it comes."""
        self._delay_seconds = delay_seconds

    def cut(self) -> None:
        """End all connections; new ones are taken."""
        self._loop.call_soon_threadsafe(self._cut)

    def close(self) -> None:
        """End all connections and take no new ones until `reopen`."""
        self._open = False
        self.cut()

    def reopen(self) -> None:
        """Take connections again."""
        self._open = True

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Passes on while the block runs."""
        thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), name="proxy")
        thread.start()
        try:
            if not self._listening.wait(_START_SECONDS):
                raise RuntimeError(f"the proxy cannot listen on port {self.port}")
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._ended.set)
            thread.join()
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self._listening.set()
        await self._ended.wait()
        server.close()
        self._cut()
        # What passes on now ends by itself, its connections cut.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, server_writer}
        try:
            await asyncio.gather(self._pass(reader, server_writer), self._pass(server_reader, writer))
        finally:
            self._writers -= {writer, server_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_CHUNK_BYTES):
                if self._delay_seconds:
                    await asyncio.sleep(self._delay_seconds)
                writer.write(piece)
                await writer.drain()
        writer.close()

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
