"""A server of its own process with our WebSockets, which says back whatever it is told: `python -m
tests.fristad.echoing INTERVAL` prints its port. Pings go out after so many seconds, and as many are left to answer."""

import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

from fristad.bounded_http import BoundedHttp
from fristad.lean_socket import LeanSocket


async def app(_scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    while (message := await receive())["type"] != "websocket.disconnect":
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        else:
            await send({**message, "type": "websocket.send"})


def main() -> None:
    seconds = float(sys.argv[1])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(
            app, loop="uvloop", http=BoundedHttp, ws=LeanSocket, ws_ping_interval=seconds, ws_ping_timeout=seconds,
            lifespan="off", log_config=None, access_log=False,
        )  # fmt: skip
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
