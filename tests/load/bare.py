"""The plainest relay that one would write: uvicorn and redis-py, one process for each side, publish/subscribe between.

`python -m tests.load.bare SIDE PORT ENGINE`: whoever connects to `/NAME` reads what the other side's `/NAME` says. It
keeps no rule of ours: no sign-in, no order, no log, no acknowledgement. It costs what the two libraries cost."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from redis.asyncio import Redis

Message = MutableMapping[str, Any]
OTHER = {"up": "down", "down": "up"}


class Relay:
    """One side: `up` is where visitors write."""

    def __init__(self, side: str, engine: str) -> None:
        self._side = side
        self._redis: Redis = Redis.from_url(engine, protocol=2, socket_timeout=None)  # else a quiet minute ends it
        self._heard = self._redis.pubsub(ignore_subscribe_messages=True)
        self._open: dict[bytes, Callable[[Message], Awaitable[None]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The app (ASGI)."""
        if scope["type"] != "websocket":
            return
        await receive()
        name = scope["path"].lstrip("/")
        own, others = f"{self._side}:{name}", f"{OTHER[self._side]}:{name}"
        self._open[others.encode()] = send
        await self._heard.subscribe(others)
        self._reading = self._reading or asyncio.create_task(self._read())
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await self._redis.publish(own, message["text"])
        self._open.pop(others.encode(), None)

    async def _read(self) -> None:
        async for message in self._heard.listen():
            if send := self._open.get(message["channel"]):
                await send({"type": "websocket.send", "text": message["data"].decode()})


def main() -> None:
    side, port, engine = sys.argv[1:]
    uvicorn.run(
        Relay(side, engine),
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_level="critical",
    )


if __name__ == "__main__":
    main()
