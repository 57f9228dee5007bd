"""A line in the demonstration's content with every prompt there is, and a caller who only presses keys."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from bot.phone.call import Action, Call, Event, Play, Pressed
from bot.phone.moves import begin, move
from bot.phone.playlists import Line
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.prompts import Catalogue, Prompt, catalogue
from dialogues.values import Content

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=SWEDEN)  # a Tuesday
DEADLINE = 600


@dataclass
class Caller:
    """Drives the machine: each event is taken at once, `heard` is what the last playlist said, by name."""

    line: Line
    call: Call
    heard: list[str] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    done: list[Action] = field(default_factory=list)

    def meets(self, *events: Event) -> "Caller":
        """What was done on the last of these events is in `done`."""
        for event in events:
            self.call, actions = move(self.line, self.call, event)
            self.done = list(actions)
            for action in actions:
                if isinstance(action, Play):
                    self.heard = [prompt.name for prompt in action.prompts]
                    self.languages = {prompt.language for prompt in action.prompts}
        return self

    def presses(self, keys: str) -> "Caller":
        return self.meets(*(Pressed(key) for key in keys))

    def does(self, kind: type) -> bool:
        return any(isinstance(action, kind) for action in self.done)


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(now=NOON, demo=True)


@pytest.fixture(scope="session")
def wanted(content: Content) -> Catalogue:
    return catalogue(content, content.desks["demo"], DEADLINE // 60)


@pytest.fixture
def line(content: Content, wanted: Catalogue) -> Line:
    return Line(content, content.desks["demo"], content.phone.languages, frozenset(wanted), DEADLINE)


@pytest.fixture
def caller(line: Line) -> Caller:
    return Caller(line, begin(line))


@pytest.fixture
def calls(line: Line) -> Callable[..., Caller]:
    """A caller on another line: fields of it as they are given."""

    def make(**fields: object) -> Caller:
        other = replace(line, **fields)  # type: ignore[arg-type]
        return Caller(other, begin(other))

    return make


def without(prompts: Catalogue, *names: str) -> frozenset[Prompt]:
    return frozenset(prompt for prompt in prompts if prompt.name not in names)
