"""The shipped content, loaded once."""

from datetime import date

import pytest

from dialogues.loader import load_content
from dialogues.values import Content


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(today=date(2026, 12, 1), demo=True)
