"""The call's machine: one pure function from a call and an event to the call after it and what is to be done.

Where a caller can go is the dialogue's own flow (dialogues.engine); keys are its choices. Nothing is a dead end: who
presses nothing is led on, at the latest to a person; only who met nobody there and still presses nothing is hung up.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.phone.call import (
    Action,
    Answer,
    Began,
    Call,
    Connect,
    Count,
    CutOff,
    Ear,
    Ended,
    Event,
    Guided,
    HangUp,
    Held,
    Helped,
    HelperFailed,
    HelperOpen,
    Hold,
    HungUp,
    Joined,
    Leave,
    LineFailed,
    LineOpen,
    Lost,
    Music,
    NotJoined,
    Part,
    Phase,
    Placed,
    Played,
    Pressed,
    Quiet,
    Returned,
    Ring,
    Stop,
    Taken,
    Wait,
    Why,
)
from bot.phone.keys import press
from bot.phone.listening import helped, helper_failed, helper_open, hold, let_listen, tell
from bot.phone.playlists import Line, duty, place, room, said
from bot.phone.steps import Step, ask_for_a_place, choose, go, say
from bot.phone.welcome import welcome
from dialogues.engine import enter, open_page
from handover.values import EndReason

PATIENCE = 7.0  # seconds in which nothing is pressed before it is said again
BEFORE_JOINING = 3.0  # the same before somebody is put in line who only has to stay
TELL_EVERY = 30.0  # seconds of music between two tellings of the place (issue 6, item 2)
_PICKS = 2  # so often the languages are read before the first one is taken
_REPEATS = 2  # so often a menu is read again before it leads on


def begin(line: Line) -> Call:
    """A call before it is answered."""
    state, _ = open_page(line.content, line.languages[0])
    return Call(state)


def move(line: Line, call: Call, event: Event) -> Step:
    """The call after the event, and what is to be done. An event that says nothing at this place changes nothing."""
    if call.phase is Phase.OVER and not isinstance(event, Played | HungUp):
        # A place that came too late is given back at once.
        return call, ((Leave(EndReason.EXIT),) if isinstance(event, Joined) else ())
    if isinstance(event, Pressed):
        return press(line, replace(call, quiet=0), event.key)
    mover: Callable[[Line, Call, Any], Step] = _MOVES[type(event)]
    return mover(line, call, event)


def _began(line: Line, call: Call, _: Began) -> Step:
    if len(line.languages) > 1:
        after, actions = go(line, call)
    else:
        after, actions = welcome(line, call, line.languages[0])
    return after, (Answer(), *actions)


def _played(line: Line, call: Call, _: Played) -> Step:
    call = replace(call, playing=False, telling=False, told=call.told or call.telling)
    match call.phase:
        case Phase.OVER:
            return call, (HangUp(),)
        case Phase.ROOM if not call.told:
            return say(call, room(line, call))
        case Phase.ROOM:
            return call, (Music(), Wait(TELL_EVERY))
        case Phase.TAKEN if call.line_open:
            return _connect(call)
        case Phase.TAKEN if call.ear is Ear.TELLING:
            return let_listen(call)
        case Phase.TAKEN | Phase.JOINING:
            return call, () if call.together and not call.held else (Music(),)
    return call, (Wait(BEFORE_JOINING if call.state.node == "briefing" else PATIENCE),)


def _quiet(line: Line, call: Call, _: Quiet) -> Step:
    call = replace(call, quiet=call.quiet + 1)
    match call.phase:
        case Phase.PICK if call.quiet < _PICKS:
            return go(line, call)
        case Phase.PICK:
            return welcome(line, call, call.state.language)
        case Phase.ROOM:
            return _tell_place(call)
        case Phase.BOT:
            return _lead_on(line, call)
    return call, ()


def _tell_place(call: Call) -> Step:
    owed = said(call.state, "waiting.deadline") if call.overdue and not call.offered else ()
    after, actions = say(replace(call, offered=call.overdue), (*place(call), *owed))
    return after, actions or (Wait(TELL_EVERY),)


def _lead_on(line: Line, call: Call) -> Step:
    """Nothing was pressed at a node."""
    node = call.state.node
    if call.talk:  # looked around while waiting: back to the music
        return go(line, replace(call, phase=Phase.ROOM))
    if node == "briefing":
        return ask_for_a_place(line, call)
    if node in {"closed", "elsewhere"}:
        if call.quiet < _REPEATS:
            return go(line, call)
        return say(replace(call, phase=Phase.OVER), said(call.state, "quiet.end"))
    if node != "topics":
        return choose(line, call, "topics")
    if call.quiet <= _REPEATS:
        return go(line, call, before=said(call.state, "quiet.still"))
    return choose(line, replace(call, quiet=0), "person", before=said(call.state, "quiet.person"))


def _joined(line: Line, call: Call, event: Joined) -> Step:
    state = call.state._replace(waiting=True)
    call = replace(call, phase=Phase.ROOM, talk=True, state=state, place=event.place, overdue=False, offered=False)
    # What is being said to somebody in danger is heard to its end.
    return (call, ()) if call.playing else go(line, call)


def _not_joined(line: Line, call: Call, event: NotJoined) -> Step:
    state, _ = enter(line.content, call.state, "elsewhere" if event.why is Why.ELSEWHERE else "closed")
    return go(line, replace(call, phase=Phase.BOT, state=state, why=event.why))


def _placed(line: Line, call: Call, event: Placed) -> Step:
    call = replace(call, place=event.place)
    if event.waited < line.deadline or call.overdue:
        return call, ()
    call = replace(call, overdue=True)
    if call.phase is not Phase.ROOM or call.playing:  # the next telling of the place has it
        return call, (Count("talk.overdue"),)
    after, actions = _tell_place(call)
    return after, (Count("talk.overdue"), *actions)


def _taken(line: Line, call: Call, event: Taken) -> Step:
    if call.phase is not Phase.TAKEN:
        unheard = () if call.told else duty(line, call.state)
        call = replace(call, phase=Phase.TAKEN, line=event.line, by=event.by)
        after, actions = say(call, (*unheard, *said(call.state, "taken.coming")))
        return after, (*actions, *_ring(event.line))
    if event.line in {"", call.line}:
        return call, ()
    # Their first line, one of a page that was opened anew, or that of a colleague who took over.
    moved, had = call.line and event.by != call.by, call.line
    call = replace(_apart(call), line=event.line, by=event.by)
    first = (Part(),) if had else ()
    if not call.playing and moved:
        call, told = say(call, said(call.state, "taken.moving"))
        call = replace(call, telling=True)  # a line that answers at once must not cut it off (met)
    else:
        told = () if call.playing else (Music(),)
    return call, (*first, *told, *_ring(event.line))


def _ring(line: str) -> tuple[Action, ...]:
    return (Ring(line),) if line else ()


def _apart(call: Call) -> Call:
    """Nobody's line is at the call."""
    return replace(call, together=False, line_open=False, held=False, line="", helper="", ear=Ear.NONE)


def _held(line: Line, call: Call, event: Held) -> Step:
    if not call.together or call.held == event.on:
        return call, ()
    if event.on:
        return hold(replace(call, held=True, playing=False)), (Hold(), Music())
    call = replace(call, held=False, playing=False)
    if call.ear is not Ear.ANSWERED:
        return call, (Stop(), Connect())
    call, told = tell(call)  # who answered meanwhile, or before the caller had heard of it to the end
    return call, (Stop(), Connect(), *told)


def _line_open(line: Line, call: Call, _: LineOpen) -> Step:
    if call.phase is not Phase.TAKEN:
        return call, (Part(),)
    # What the desk has to report is heard before the first word, however quickly somebody comes.
    return (replace(call, line_open=True), ()) if call.telling else _connect(call)


def _connect(call: Call) -> Step:
    return replace(call, together=True, line_open=False, held=False, playing=False), (Stop(), Connect())


def _line_failed(line: Line, call: Call, _: LineFailed) -> Step:
    # Pitfall 7: the caller stays. Whose talk it is, the waiting room knows: it returns when the person gives it back.
    if call.phase is not Phase.TAKEN:
        return call, ()
    music = () if call.playing else (Music(),)
    return replace(_apart(call), line=call.line), (Part(), *music)  # the same line is not rung twice


def _returned(line: Line, call: Call, _: Returned) -> Step:
    if call.phase is not Phase.TAKEN:
        return call, ()
    call = replace(_apart(call), phase=Phase.ROOM)
    after, actions = say(call, room(line, call, "taken.returned"))
    return after, (Part(), *actions)


def _ended(line: Line, call: Call, _: Ended) -> Step:
    after, actions = say(replace(_apart(call), phase=Phase.OVER, talk=False), said(call.state, "taken.ended"))
    return after, (Part(), *actions)


def _lost(line: Line, call: Call, _: Lost) -> Step:
    if not call.talk:
        return call, ()
    state, _unsaid = enter(line.content, call.state._replace(waiting=False), "closed")
    call = replace(_apart(call), phase=Phase.BOT, talk=False, state=state, why=Why.TROUBLE)
    after, actions = say(call, said(call.state, "taken.lost"))
    return after, (Part(), *actions)


def _guided(line: Line, call: Call, _: Guided) -> Step:
    if not call.talk:
        return call, ()
    state, _unsaid = enter(line.content, call.state._replace(waiting=False), "closed")
    call = replace(_apart(call), phase=Phase.BOT, talk=False, state=state, why=Why.GUIDED, playing=False)
    return go(line, call)


def _hung_up(line: Line, call: Call, event: HungUp | CutOff) -> Step:
    # Whoever talks with them is told that the line broke, and not that they left.
    reason = EndReason.SILENCE if isinstance(event, CutOff) else EndReason.EXIT
    left = (Leave(reason),) if call.talk else ()
    return replace(call, phase=Phase.OVER, talk=False, playing=False), (*left, Part())


_MOVES: dict[type, Callable[[Line, Call, Any], Step]] = {
    Began: _began,
    Played: _played,
    Quiet: _quiet,
    Joined: _joined,
    NotJoined: _not_joined,
    Placed: _placed,
    Taken: _taken,
    LineOpen: _line_open,
    LineFailed: _line_failed,
    Held: _held,
    Helped: helped,
    HelperOpen: helper_open,
    HelperFailed: helper_failed,
    Returned: _returned,
    Guided: _guided,
    Ended: _ended,
    Lost: _lost,
    CutOff: _hung_up,
    HungUp: _hung_up,
}
