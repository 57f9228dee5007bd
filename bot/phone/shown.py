"""What callers can hear now: an edition of the content, and the prompts that say it."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.phone.playlists import Line
from bot.phone.settings import PhoneSettings
from dialogues.doors import Desk
from dialogues.hours import SWEDEN
from dialogues.prompts import Prompt, catalogue
from dialogues.sounds import Sounds, find_sounds, offered
from dialogues.values import Content


class NoPrompts(ValueError):
    """No language could be offered; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class _Said:
    line: Line
    sounds: Sounds


class Shown:
    """The edition in place. `now` in seconds since the epoch; `planned` gives a desk the hours that its staff plan."""

    def __init__(
        self,
        settings: PhoneSettings,
        content: Content,
        now: Callable[[], float],
        planned: Callable[[Desk], Desk] = lambda desk: desk,
    ) -> None:
        """As `show` is refused."""
        self._settings = settings
        self._now = now
        self._planned = planned
        self.show(content)

    def show(self, content: Content) -> None:
        """Put an edition in place. ValueError when it has no desk of ours, NoPrompts when nothing of it can be said."""
        settings, self._content = self._settings, content
        if settings.desk not in content.desks:
            raise ValueError(f"FRISTAD_DESK: no desk is called {settings.desk}")
        desk = content.desks[settings.desk]
        wanted = catalogue(content, desk, settings.deadline_minutes)
        sounds = find_sounds(wanted, settings.phone_sounds, settings.phone_recordings)
        languages = offered(content.phone.languages, wanted, sounds)
        if not languages:
            raise NoPrompts(
                "FRISTAD_PHONE_SOUNDS has all prompts of no language: make them with `fristad phone prompts`"
            )
        line = Line(content, desk, languages, frozenset(sounds.files), settings.deadline_minutes * 60)
        self._said = _Said(line, sounds)

    def look_again(self) -> None:
        """Take over what people have recorded since. When nothing could be said any more, what was shown stays."""
        with contextlib.suppress(NoPrompts):
            self.show(self._content)

    def line(self) -> Line:
        """What a call needs to know at this moment."""
        line = self._said.line
        content = replace(line.content, now=datetime.fromtimestamp(self._now(), SWEDEN))
        return replace(line, content=content, desk=self._planned(line.desk))

    def files(self) -> Mapping[Prompt, Path]:
        """Where the prompts are, without their ending."""
        return self._said.sounds.files
