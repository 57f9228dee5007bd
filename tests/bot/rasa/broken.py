"""An action server whose actions fail with a marked message: ours, or rasa_sdk's own with its own logging.

python -m tests.bot.rasa.broken (ours | stock) MARK
"""

import logging
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

import uvicorn
from rasa_sdk.endpoint import create_app as create_stock_app

from bot.rasa.actions import register
from bot.rasa.answers import Place
from bot.rasa.main import create_app
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from safety.logs import install_last_resort, log_config


def _serve(kind: str, mark: str) -> None:
    def fail() -> NoReturn:
        raise ValueError(mark)

    content = load_content(now=datetime.now(SWEDEN), demo=True)
    place = Place("demo", "https://page.example/")
    if kind == "ours":
        install_last_resort()
        _run(lambda: create_app(content, place, fail, None), log_config("DEBUG"))  # the level that says the most
    else:
        logging.basicConfig(level=logging.DEBUG)
        _run(lambda: create_stock_app(register(lambda: replace(content, now=fail()), place)), None)


def _run(build: Callable[[], Any], logs: dict[str, Any] | None) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        sys.stdout.write(f"Rasa actions: http://127.0.0.1:{listener.getsockname()[1]}/webhook\n")
        sys.stdout.flush()
        config = uvicorn.Config(build(), log_config=logs, log_level="debug", access_log=False, lifespan="on")
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    _serve(*sys.argv[1:])
