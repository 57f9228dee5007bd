"""A small proxy of the tests' own: one address, several processes behind it, as an operator's proxy has them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PATIENCE = 10.0  # seconds that a connection waits for a process that takes it; Caddy calls it lb_try_duration
_AGAIN = 0.05


@dataclass
class Switch:
    """Passes bytes on to the first of `ports` that takes the connection; whoever closes is closed at the other end."""

    port: int = 0
    ports: list[int] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        both = [writer]
        try:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    there, back = await self._dial()
                both.append(back)
                await asyncio.gather(_pass(reader, back), _pass(there, writer))
        finally:
            for each in both:
                each.transport.abort()  # what was passed on is written by now, or nobody reads it

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            for port in list(self.ports):
                with suppress(OSError):
                    return await asyncio.open_connection("127.0.0.1", port)
            await asyncio.sleep(_AGAIN)


@contextmanager
def switching() -> Iterator[Switch]:
    """A switch on a free port, in a thread of its own."""
    switch, ready = Switch(), threading.Event()
    ends: list[Callable[[], object]] = []

    async def run() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        server = await asyncio.start_server(switch._serve, "127.0.0.1")
        switch.port = server.sockets[0].getsockname()[1]
        ends.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        await stop.wait()
        server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.sleep(0)  # in which aborted connections close their sockets

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(10)
    try:
        yield switch
    finally:
        ends[0]()
        thread.join(10)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()
        await writer.wait_closed()
