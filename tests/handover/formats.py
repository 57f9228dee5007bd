"""What is written for other processes and pages, as values to record and as names to compare.

`python -m tests.handover.formats` records both for the version of now (safety.format.FORMAT). It is run when a release
is made, and never afterwards: what neighbours were promised does not change.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from bot.telegram.record import Record, read_record, write_record
from bot.web import frames as visitor_frames
from bot.web.plain_seals import Key, PlainKeys
from bot.web.state import Talk, Tokens
from console import frames as desk_frames
from dialogues.doors import Hours, Span
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.overlay import read_document
from dialogues.plan import read_plan, write_plan
from dialogues.values import AgeBand, Audience, State
from dialogues.values import Danger as Heard
from handover import codec
from handover.ask_redis import own_talk
from handover.outlook import Wished
from handover.room_redis import read_wished
from handover.values import Briefing, Channel, Danger, DeskId, Pseudonym, TalkId, TalkRef
from safety.format import FORMAT
from tests.sealed import StaffPage, some_body

ROOT = Path(__file__).parents[2]
RECORDED = Path(__file__).parent / "format"
REF = TalkRef(DeskId("demo"), TalkId("A" * 22))
KEY, NOW = bytes(range(32)), 1_800_000_000
TOKENS = Tokens(KEY, load_content(now=datetime(2026, 12, 1, 12, tzinfo=SWEDEN), demo=True), lambda: NOW)
HANDLE = "B" * 22
_BODY = some_body()


def _event(raw: bytes) -> object:
    kind, _, payload = raw.partition(b" ")
    return codec.read_event(kind.decode(), payload)


def _own(raw: bytes) -> object:
    return own_talk(REF, [None if each is None else each.encode() for each in json.loads(raw)])


def _record(raw: bytes) -> object:
    record = read_record(raw)
    return {**asdict(record), "state": record.state._asdict()}


# Kind of value -> what reads it.
READERS: Mapping[str, Callable[[bytes], object]] = {
    "briefing": codec.read_briefing,
    "pseudonym": codec.read_pseudonym,
    "event": _event,
    "own talk": _own,
    "wished": read_wished,
    "hours": lambda raw: read_plan(raw.decode()),
    "telegram": _record,
    "edition": read_document,
    "state token": lambda raw: TOKENS.open_state(raw.decode()),
    "talk token": lambda raw: TOKENS.open_talk(raw.decode()),
    "keys token": lambda raw: asdict(TOKENS.open_keys(raw.decode())),
    "visitor frame": lambda raw: visitor_frames.read_frame(raw.decode()),
    "desk frame": lambda raw: desk_frames.parse_frame(raw.decode()),
}


def values() -> Iterator[tuple[str, str]]:
    """Kind and text of one value each, as this version writes them."""
    for briefing in (
        Briefing("sv", Channel.WEB),
        Briefing("so", Channel.WEB_PLAIN, "money", "friend", "16_17", "orebro", Danger.URGENT, "by:Åsa"),
        Briefing("ar", Channel.PHONE, danger=Danger.CONCERN),
        Briefing("en", Channel.TELEGRAM, wish="woman"),
    ):
        yield "briefing", codec.write_briefing(briefing)
    yield "pseudonym", codec.write_pseudonym(Pseudonym(3, 95))
    for event in (
        *("up s7 message-7 words", "up h12", "up w", "up c", f"up b{codec.write_briefing(briefing)}", "up k", "up u3"),
        *("up y", "down s1 message-1 words", "down h2", "down tÅsa", "down d", "down q", "down m1", "down m0"),
        "down y",
        *("talk r", "talk v", "talk g", "talk p", "talk o", "talk l", "talk esilence", "talk estaff"),
    ):
        yield "event", event
    yield "own talk", json.dumps([codec.write_briefing(briefing), "3 4", "7", "6", "5", "1", "1", "2 3"])
    yield "wished", json.dumps({"v": FORMAT, **asdict(Wished("Åsa", "woman", by_name=True))})
    span = Span(frozenset({0}), time(9), time(16))
    yield "hours", write_plan(Hours(spans=(span,), holidays=True, dates={date(2026, 12, 24): ()}))
    keys = PlainKeys(bytes(16), "device", (Key(1, 0, bytes(32)),), "Åsa", "Bo")
    state = State(language="sv", audience=Audience.SELF, age_band=next(iter(AgeBand)), danger=Heard.CONCERN, wish="man")
    record = Record(42, state, ((500_000, 7), (500_001, 9)), (1, 2), REF, keys, "Åsa", 3, 2, 1, "wait")
    yield "telegram", write_record(record).decode()
    yield "edition", json.dumps({"parts": {"sv/page.yml#first": "text"}})
    yield "state token", TOKENS.seal_state(state)
    yield "talk token", TOKENS.seal_talk(Talk(REF, Channel.WEB))
    yield "keys token", TOKENS.seal_keys(keys)
    for kind, fields in _visitor_frames():
        yield "visitor frame", json.dumps({"type": kind, **fields})
    for kind, fields in _desk_frames():
        yield "desk frame", json.dumps({"type": kind, **fields})


def _visitor_frames() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "open", {"v": FORMAT, "talk": "token", "down": 3, "epoch": 2}
    yield "open", {"v": FORMAT, "talk": "token", "down": 3}  # of a page from before the epoch was said
    yield "say", {"seq": 1, "id": "message-1", "body": _BODY}
    yield "key", {"epoch": 1, "device": "a.1.b", "wrapped": "AAAA", "helper": "c.1.d", "also": "AAAA"}
    yield "heard", {"seq": 2}
    yield "answer", {"ask": 3, "yes": True}
    yield "writing", {"pad": "0"}
    for kind in ("part", "end", "leave", "ping"):
        yield kind, {}


def _desk_frames() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "device", {"v": FORMAT, "key": StaffPage().device()["key"]}
    yield "duty", {"to": "on", "sure": False}
    yield "ready", {}
    yield "habits", {"capacity": 3, "breath": 5}
    yield "visible", {"visible": True}
    yield "shut", {"reason": "tonight", "desk": "demo"}
    yield "say", {"talk": HANDLE, "seq": 1, "id": "message-1-0", "body": _BODY}
    yield "heard", {"talk": HANDLE, "seq": 1}
    yield "wrapup", {"talk": HANDLE, "choices": ["outcome.conversation"]}
    yield "ask", {"talk": HANDLE, "kind": "mute", "to": "", "why": ["threats"]}
    yield "answer", {"talk": HANDLE, "number": 1, "yes": True}
    yield "call", {"talk": HANDLE, "on": True}
    yield "note", {"talk": HANDLE, "sealed": "_w"}
    for kind in ("take", "release", "end", "hand", "unmute", "come", "colleagues", "guide", "writing"):
        yield kind, {"talk": HANDLE}


# --- Names, found in the sources ---

_PUBLISHED = re.compile(r"'PUBLISH', (talk|up|down|log), '(.)")
_SENT = re.compile(r"""(?:[sS]end|send)\(\{[^}]*?type: "([a-z_-]+)\"""")
_TOLD = re.compile(r"""(?:\btell\(\s*|"type": )"([a-z_-]+)\"""")


def written() -> dict[str, list[str]]:
    """The names of what this version writes, by who reads it."""
    lua = "".join(each.read_text("utf-8") for each in sorted((ROOT / "handover/lua").glob("*.lua")))
    events = {f"{channel} {kind}" for channel, kind in _PUBLISHED.findall(lua) if channel != "log"}
    events |= {f"both {kind}" for channel, kind in _PUBLISHED.findall(lua) if channel == "log"}
    return {
        "events": sorted(events),
        "briefing": sorted(json.loads(codec.write_briefing(Briefing("sv", Channel.WEB)))),
        "visitor's server": sorted(_found(_SENT, ROOT / "bot/web/static", "*.js")),
        "visitor's page": sorted(_found(_TOLD, ROOT / "bot/web", "live*.py", "tellings.py", "givings.py")),
        "desk's server": sorted(_found(_SENT, ROOT / "console/static", "*.js") - {"reading", "softphone"}),
        "desk's page": sorted(_found(_TOLD, ROOT / "console", "*.py") - _NOT_FRAMES),
    }


def read() -> dict[str, list[str]]:
    """The names of what this version reads, by the same."""
    events = {f"{channel} {kind.decode()}" for channel, kinds in codec._EVENTS.items() for kind in kinds}
    events |= {f"both {event[-1]}" for event in events if event.startswith(("up", "down"))}
    return {
        "events": sorted(events),
        "briefing": sorted(["v", *codec._BRIEFING]),
        "visitor's server": sorted(visitor_frames._READERS),
        "visitor's page": sorted(_keys(ROOT / "bot/web/static/person.js", "const FRAMES = {") | {"pong"}),
        "desk's server": sorted(desk_frames._READERS),
        "desk's page": sorted(_keys(ROOT / "console/static/desk.js", "const handlers = {") | {"beat", "load"}),
    }


_NOT_FRAMES = {"lost"}  # news of a telephone line, told within a process


def _found(pattern: re.Pattern[str], folder: Path, *names: str) -> set[str]:
    files = [file for name in names for file in sorted(folder.glob(name))]
    assert files
    return {kind for file in files for kind in pattern.findall(file.read_text("utf-8"))}


def _keys(file: Path, opening: str) -> set[str]:
    """The keys of an object of a script: those at its own depth."""
    text = file.read_text("utf-8")
    body = text[text.index(opening) + len(opening) :]
    depth, at_depth = 1, ""
    for letter in body:
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(letter, 0)
        if not depth:
            break
        at_depth += letter if depth == 1 else ""
    return set(re.findall(r"(?:^|,)\s*(?:async )?([a-z_]+)(?=\)|:)", at_depth))


def main() -> None:
    """Record them."""
    found = [{"kind": kind, "text": text, "means": repr(READERS[kind](text.encode()))} for kind, text in values()]
    told = {"values": found, "read": read(), "written": written()}
    RECORDED.mkdir(exist_ok=True)
    (RECORDED / f"{FORMAT}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
