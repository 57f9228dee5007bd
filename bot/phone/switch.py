"""What a call has done to its channel: the actions as requests to the engine. It never records and never listens in."""

import contextlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.phone.ari import Refused, part


class Asks(Protocol):
    """What takes a request to the engine (ari.Ari)."""

    async def ask(self, method: str, path: str, **query: str) -> Any: ...


class Ear(Protocol):
    """What a caller hears, whoever plays it: our own engine (Switch) or a provider (hooks.pulled)."""

    playback: str  # the one that is heard now; empty: none

    async def answer(self) -> None:
        """Pick up."""

    async def play(self, files: Sequence[Path]) -> None:
        """Play these files (without ending), one after another, in the place of whatever is heard."""

    async def stop(self) -> None:
        """Silence."""

    async def music(self) -> None:
        """Music until something else is played."""

    async def hang_up(self) -> None:
        """End the call."""


class Switch:
    """The caller's channel at the engine. Every method raises ari.AriError when it could not be done."""

    def __init__(self, ari: Asks, channel: str) -> None:
        self._ari = ari
        self._path = f"channels/{part(channel)}"
        self.playback = ""  # the one that is heard now
        self._music = False

    async def answer(self) -> None:
        """Pick up."""
        await self._ari.ask("POST", f"{self._path}/answer")

    async def play(self, files: Sequence[Path]) -> None:
        """Play these files (without ending), one after another, in the place of whatever is heard."""
        await self.stop()
        self.playback = secrets.token_hex(8)
        media = ",".join(f"sound:{file}" for file in files)
        await self._ari.ask("POST", f"{self._path}/play/{self.playback}", media=media)

    async def stop(self) -> None:
        """Silence."""
        music, self._music = self._music, False
        playback, self.playback = self.playback, ""
        # What came to its end by itself meanwhile is not there any more, and that is what was wanted.
        with contextlib.suppress(Refused):
            if music:
                await self._ari.ask("DELETE", f"{self._path}/moh")
        with contextlib.suppress(Refused):
            if playback:
                await self._ari.ask("DELETE", f"playbacks/{playback}")

    async def music(self) -> None:
        """Music until something else is played."""
        await self.stop()
        self._music = True
        await self._ari.ask("POST", f"{self._path}/moh")

    async def hang_up(self, reason: str = "normal") -> None:
        """End the call; with `busy` one that was not answered."""
        await self._ari.ask("DELETE", self._path, reason=reason)
