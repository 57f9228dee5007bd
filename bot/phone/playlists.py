"""What is said where: playlists of prompts for each place of a call. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.phone.call import Call, Phase
from dialogues import directory
from dialogues.doors import Desk, DeskChannel
from dialogues.hours import opening
from dialogues.phone_files import FIRST_TOPIC
from dialogues.prompts import MOST_NUMBER, Prompt, pieces
from dialogues.values import Content, Danger, State, Status

MOST_OTHERS = 4  # other lines in one playlist: nobody remembers more
SEALED = "person.relay"  # the last of what has to be heard before the first word to a person
_WEEK = 7  # days; further ahead a weekday could be another one

Playlist = tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What a call needs to know: the content as it is now, whose line it is, which languages and prompts there are.
    `deadline` in seconds."""

    content: Content
    desk: Desk
    languages: tuple[str, ...]
    prompts: Collection[Prompt]
    deadline: int

    @property
    def door(self) -> Desk:
        """The desk as callers find it: one that does not answer by phone is not there yet."""
        return self.desk if DeskChannel.PHONE in self.desk.channels else replace(self.desk, planned=True)

    def topics(self, language: str) -> dict[str, str]:
        """Topics that are read aloud, by key."""
        keyed = {str(key): topic for key, topic in enumerate(self.content.phone.topics, FIRST_TOPIC)}
        return {key: topic for key, topic in keyed.items() if self._is_read(language, topic)}

    def _is_read(self, language: str, topic: str) -> bool:
        """Whether all of a topic can be said; one whose text was changed after its prompts were made cannot."""
        read = range(1, len(pieces(self.content, language, topic)) + 1)
        names = [f"title.{topic}", *(f"topic.{topic}.{number}" for number in read)]
        return bool(read) and all(Prompt(language, name) in self.prompts for name in names)

    def status(self, language: str) -> Status:
        """How far that language's sentences have been checked."""
        return self.content.languages[language].status


def playlist(line: Line, call: Call) -> Playlist:
    """What is said at the call's place when somebody comes there, or asks to hear it again."""
    if call.phase is Phase.PICK:
        return _pick(line)
    if call.phase is Phase.ROOM:
        return room(line, call)
    places = {"topics": _menu, "topic": _topic, "others": _hours, "briefing": _person, "danger": _danger}
    return tuple(places.get(call.state.node, _closed)(line, call))


def hello(line: Line, call: Call) -> Playlist:
    """Who answers, what is kept, what the bill shows, and the keys that always hold."""
    keys = ["hello.danger", "hello.who", "hello.kept", "hello.bill", "hello.keys"]
    if call.state.language != line.languages[0]:  # the first one's name of the desk was heard before the choice
        keys.insert(0, "hello.desk")
    if line.status(call.state.language) is Status.MACHINE:
        keys.append("hello.machine")
    return said(call.state, *keys)


def room(line: Line, call: Call, *first: str) -> Playlist:
    """The place in line, and once what goes with waiting. `first` comes before."""
    state = call.state
    unheard = () if call.told else duty(line, state)
    return (*said(state, *first), *place(call), *unheard, *said(state, "waiting.keys", "waiting.chat"))


def place(call: Call) -> Playlist:
    """The place in line, as far as it is known."""
    if call.state.danger is Danger.URGENT:
        return said(call.state, "waiting.first")
    if 0 < call.place <= MOST_NUMBER:
        return said(call.state, "waiting.place", f"number.{call.place}")
    return said(call.state, "waiting.many") if call.place else ()


def others(line: Line, state: State) -> Playlist:
    """Other lines that answer now, the best first."""
    found = []
    for service in directory.doors(line.content, state):
        prompt = Prompt(state.language, f"service.{service.id}")
        is_open = service.hours is not None and opening(service.hours, line.content.now).open
        if is_open and prompt in line.prompts:
            found.append(prompt)
    return (*said(state, "hours.others"), *found[:MOST_OTHERS]) if found else ()


def danger(line: Line, state: State) -> Playlist:
    """How to reach 112; in a language that nobody has checked, in the one that it leans on, too."""
    texts = line.content.languages[state.language]
    other = texts.fallback if texts.status is Status.MACHINE else ""
    twice = [Prompt(other, "danger.call")] if other in line.languages else []
    return (*said(state, "danger.call"), *twice, *said(state, "danger.stay"))


def duty(line: Line, state: State) -> Playlist:
    """What has to be heard before the first word: what is reported, what the desk does not do, what is not sealed."""
    own = [Prompt(state.language, f"desk.{name}") for name in ("reporting", "under-18", "limits")]
    # A desk may have said it in other languages alone.
    general = () if own[0] in line.prompts else said(state, "person.report")
    return (*general, *(prompt for prompt in own if prompt in line.prompts), *said(state, SEALED))


def said(state: State, *keys: str) -> Playlist:
    """Prompts in the call's language."""
    return tuple(Prompt(state.language, key) for key in keys)


def _pick(line: Line) -> Playlist:
    first = Prompt(line.languages[0], "hello.desk")
    choices = [
        Prompt(language, name)
        for number, language in enumerate(line.languages, 1)
        for name in ("pick.press", f"number.{number}")
    ]
    return (first, *choices)


def _menu(line: Line, call: Call) -> Iterator[Prompt]:
    state = call.state
    yield from said(state, "menu.danger", "menu.person")
    for key, topic in line.topics(state.language).items():
        yield from said(state, f"title.{topic}", "menu.press", f"number.{key}")
    yield from said(state, "menu.hours", "menu.leave")


def _topic(line: Line, call: Call) -> Iterator[Prompt]:
    state = call.state
    topic = state.topic or ""
    text = line.content.languages[state.language].topics[topic]
    if line.content.topics[topic].urgent:
        yield from said(state, "danger.call")
    if line.content.now.date() > text.review:
        yield from said(state, f"title.{topic}", "reading.expired", "reading.after")
        return
    read = range(1, len(pieces(line.content, state.language, topic)) + 1)
    yield from said(state, f"title.{topic}", *(f"topic.{topic}.{number}" for number in read))
    if text.status is not Status.REVIEWED:
        yield from said(state, f"reading.{text.status}")
    yield from said(state, "reading.after")


def _hours(line: Line, call: Call) -> Iterator[Prompt]:
    yield from _open(line, call.state)
    yield from others(line, call.state)
    yield from said(call.state, "hours.after")


def _open(line: Line, state: State) -> Iterator[Prompt]:
    """When the desk answers."""
    if line.desk.hours is None:
        yield from said(state, "hours.desk")
        return
    now = opening(line.desk.hours, line.content.now)
    if now.open:
        yield from said(state, "hours.open", *_clock(now.until)) if now.until else said(state, "hours.always")
        return
    yield from said(state, "hours.closed")
    if now.next:
        yield from _again(state, now.next, line.content.now)


def _again(state: State, moment: datetime, now: datetime) -> Iterator[Prompt]:
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    names = {0: "day.today", 1: "day.tomorrow"}
    in_days = ("hours.in", f"number.{days}", "hours.days")
    day = in_days if days >= _WEEK else (names.get(days, f"day.{moment.weekday()}"),)
    yield from said(state, "hours.next", *day, "hours.at", *_clock(moment))


def _clock(moment: datetime) -> list[str]:
    minute = [f"number.{moment.minute}"] if moment.minute else []
    return [f"number.{moment.hour}", *minute]


def _person(line: Line, call: Call) -> Iterator[Prompt]:
    yield from duty(line, call.state)
    yield from said(call.state, "person.go")


def _danger(line: Line, call: Call) -> Playlist:
    return danger(line, call.state)


def _closed(line: Line, call: Call) -> Iterator[Prompt]:
    """No place in line: why, when there is one again, and who else answers now."""
    state = call.state
    if state.danger is Danger.URGENT:
        yield from said(state, "danger.call")
    yield from said(state, f"closed.{call.why}")
    if line.desk.hours is not None and not opening(line.desk.hours, line.content.now).open:
        yield from _open(line, state)
    yield from others(line, state)
    yield from said(state, "closed.after")
