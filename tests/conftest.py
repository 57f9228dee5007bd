"""For the whole suite: generated cases are the same in every run, and never judged by how long a busy machine takes.

So a change is judged by what it changes. What looks for new cases is `make fuzz`.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Whose files take longest, longest first: a run in several processes ends with short ones, so that none waits long.
LONGEST = (
    "phone", "phone_hooks", "browser", "journeys", "deploy", "faults", "spread",
    "telegram", "garbage", "console", "fristad",
)  # fmt: skip
pytest_plugins = ("pytester", "tests.again")
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    folder = path.relative_to(_HERE).parts[0]
    return LONGEST.index(folder) if folder in LONGEST else len(LONGEST)
