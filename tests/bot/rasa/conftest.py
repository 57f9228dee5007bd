"""One action server for all tests, as an operator starts it, and the content it speaks from."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from tests.bot.rasa.server import SECRET, Assistant, serving


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(now=datetime(2026, 12, 1, 12, tzinfo=SWEDEN), demo=True)


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with serving(tmp_path_factory.mktemp("rasa"), RASA_SECRET=SECRET, RASA_PAGE="https://page.example/") as assistant:
        yield assistant
