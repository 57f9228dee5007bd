"""The shipped content, loaded once."""

from datetime import datetime

import pytest

from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(now=datetime(2026, 12, 1, 12, tzinfo=SWEDEN), demo=True)
