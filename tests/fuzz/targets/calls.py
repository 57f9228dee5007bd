"""What an engine sends of strangers' calls, and what callers press: a closed set of events, and no dead end."""

import json
from datetime import datetime
from functools import cache

from bot.phone.ari_events import Finished, Key, Left, Replaced, Started, read_event
from bot.phone.call import Began, HangUp, HungUp, Join, Joined, NotJoined, Phase, Played, Pressed, Quiet, Why
from bot.phone.moves import begin, move
from bot.phone.playlists import Line
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.prompts import catalogue
from tests.fuzz.doling import Dole

ROOM = "bot.phone.moves"
_KINDS = ("StasisStart", "StasisEnd", "ChannelDestroyed", "ChannelDtmfReceived", "PlaybackFinished", "RESTResponse")
_NAMES = ("type", "channel", "playback", "id", "args", "digit", "caller", "number", "name", "request_id")
_KEYS = "0123456789*#"
SEEDS = (
    b"\1\0\1\2\3",
    b"\0\1\0\0\x0c\x0d",
    b"\0\x0c\x0d\x0c\x0d\x0c\x0d\x0c\x0d\x0c\x0d\x0c\x0d",
    b"\0\1\1\x0c\x09\x0c",
)


def target(data: bytes) -> None:
    dole = Dole(data)
    if dole.number() & 1:
        _read(dole.json(_KINDS, _NAMES))
    else:
        _call(dole.rest())


def _read(text: str) -> None:
    try:
        message = json.loads(text)
    except ValueError:
        return
    if not isinstance(message, dict):
        return
    event = read_event(message)
    assert event is None or isinstance(event, Finished | Key | Left | Replaced | Started)
    if isinstance(event, Key):
        assert event.digit in _KEYS


def _call(presses: bytes) -> None:
    """A caller who presses these; 12 and beyond: what was said is through, or nothing is pressed."""
    line = _line()
    call, _ = move(line, begin(line), Began())
    for press in presses[:200]:
        event = Pressed(_KEYS[press]) if press < len(_KEYS) else Played() if press & 1 else Quiet()
        call, actions = move(line, call, event)
        if any(isinstance(action, Join) for action in actions):
            call, actions = move(line, call, Joined(1) if press & 2 else NotJoined(Why.FULL))
        if any(isinstance(action, HangUp) for action in actions):
            assert call.phase is Phase.OVER
    call, _ = move(line, call, HungUp())
    assert not call.talk


@cache
def _line() -> Line:
    content = load_content(now=datetime(2026, 11, 24, 12, tzinfo=SWEDEN), demo=True)
    desk = content.desks["demo"]
    return Line(content, desk, content.phone.languages, frozenset(catalogue(content, desk, 10)), 600)
