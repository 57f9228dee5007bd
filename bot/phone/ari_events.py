"""What is read of the engine's events: a closed set of kinds and fields. Numbers, names and headers stay outside.

Pitfall 9 is the same danger at another door: whoever reads a provider's webhook reads a closed set of fields, too, and
never lets a framework answer with the value that it refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Started:
    """A channel entered our app. `arguments` are ours: empty for a caller."""

    channel: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """A channel is gone, or left our app."""

    channel: str


@dataclass(frozen=True, slots=True)
class Fell:
    """No sound comes over a channel any more (`rtp_timeout`), so it is about to go: nobody hung it up."""

    channel: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed: one of 0-9, *, #."""

    channel: str
    digit: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A playback came to its end, or was stopped."""

    playback: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another process has taken our place."""


AriEvent = Started | Left | Fell | Key | Finished | Replaced

_KEYS = frozenset("0123456789*#")
# What the engine says when its own watch over the sound ends a channel (AST_SOFTHANGUP_DEV). A goodbye of the other end
# comes without `soft`, an end that we asked for with another number (measured with 22.10).
_FELL = 1


def read_event(message: Mapping[str, Any]) -> AriEvent | None:
    """The event; None for one of another kind or form."""
    reader = _READERS.get(str(message.get("type")))
    return reader(message) if reader else None


def _id(message: Mapping[str, Any], of: str) -> str | None:
    """The engine's own id of a channel or a playback."""
    value = message.get(of)
    id = value.get("id") if isinstance(value, dict) else None
    return id if isinstance(id, str) and id else None


def _started(message: Mapping[str, Any]) -> AriEvent | None:
    channel, arguments = _id(message, "channel"), message.get("args")
    if channel is None or not isinstance(arguments, list):
        return None
    return Started(channel, tuple(str(argument) for argument in arguments))


def _left(message: Mapping[str, Any]) -> AriEvent | None:
    channel = _id(message, "channel")
    return Left(channel) if channel else None


def _fell(message: Mapping[str, Any]) -> AriEvent | None:
    channel = _id(message, "channel")
    return Fell(channel) if channel and message.get("soft") is True and message.get("cause") == _FELL else None


def _key(message: Mapping[str, Any]) -> AriEvent | None:
    channel, digit = _id(message, "channel"), message.get("digit")
    return Key(channel, digit) if channel and isinstance(digit, str) and digit in _KEYS else None


def _finished(message: Mapping[str, Any]) -> AriEvent | None:
    playback = _id(message, "playback")
    return Finished(playback) if playback else None


_READERS: Mapping[str, Callable[[Mapping[str, Any]], AriEvent | None]] = {
    "StasisStart": _started,
    "StasisEnd": _left,
    "ChannelDestroyed": _left,
    "ChannelHangupRequest": _fell,
    "ChannelDtmfReceived": _key,
    "PlaybackFinished": _finished,
    "ApplicationReplaced": lambda _: Replaced(),
}
