"""Frames of both live sockets: one of the protocol's own, or BadFrame."""

import bot.web.frames
import console.frame_fields
import console.frames
from tests.fuzz.doling import Dole

ROOM = "bot.web.frames"
_KINDS = (
    *("open", "say", "heard", "end", "leave", "ping", "duty", "take", "release", "wrapup", "hand", "key", "device"),
    *("shut", "guide", "writing", "visible", "ready", "habits", "point"),
    *("answer", "ask", "call", "come", "colleagues", "unmute", "note", "part", "aside"),
)
_NAMES = (
    "v",
    "talk",
    "down",
    "seq",
    "id",
    "body",
    "text",
    "to",
    "sure",
    "choices",
    "epoch",
    "device",
    "wrapped",
    "key",
    "capacity",
    "breath",
    "kind",
    "why",
    "number",
    "yes",
    "ask",
    "on",
    "sealed",
    "desk",
)
SEEDS = (
    b'\0{"type": "say", "seq": 1, "id": "visitor-1", "body": "words"}',
    b'\0{"type": "open", "v": 1, "talk": "x", "down": 0, "epoch": 1}',
    b'\0{"type": "duty", "to": "on"}',
    b'\0{"type": "habits", "capacity": 5, "breath": 10}',
    b'\0{"type": "answer", "ask": 1, "yes": true}',
    b'\0{"type": "part"}',
    b'\0{"type": "key", "epoch": 1, "device": "a", "wrapped": "AAAA", "helper": "b", "also": "AAAA"}',
    b'\0{"type": "ask", "talk": "AAAAAAAAAAAAAAAAAAAAAA", "kind": "mute", "to": "", "why": ["threats"]}',
    b"\1\3\1\2\1\4\0\2\5\6",
)


def target(data: bytes) -> None:
    dole = Dole(data)
    built = dole.number() & 1
    text = dole.json(_KINDS, _NAMES) if built else dole.rest().decode("utf-8", "replace")
    for read, bad in (
        (bot.web.frames.read_frame, bot.web.frames.BadFrame),
        (console.frames.parse_frame, console.frame_fields.BadFrame),
    ):
        try:
            frame = read(text)
        except bad as error:
            assert "words" not in str(error) or "relayed" in str(error)  # nothing of what came
        else:
            assert type(frame).__module__.startswith(("bot.web.", "console."))
