"""Whatever happens to a call, in whatever order: promises that hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.phone.call import (
    Began,
    Call,
    Connect,
    CutOff,
    DropHelper,
    Ear,
    Ended,
    Event,
    Guided,
    HangUp,
    Held,
    Helped,
    HelperFailed,
    HelperOpen,
    HungUp,
    Join,
    Joined,
    Leave,
    LetListen,
    LineFailed,
    LineOpen,
    Lost,
    Music,
    NotJoined,
    Part,
    Phase,
    Placed,
    Play,
    Played,
    Pressed,
    Quiet,
    Returned,
    Taken,
    Wait,
    Why,
)
from bot.phone.moves import begin, move
from bot.phone.playlists import SEALED, Line
from dialogues.loader import load_content
from dialogues.prompts import Prompt, catalogue
from tests.bot.phone.conftest import DEADLINE, NOON

CONTENT = load_content(now=NOON, demo=True)
WANTED = catalogue(CONTENT, CONTENT.desks["demo"], 10)
LINE = Line(CONTENT, CONTENT.desks["demo"], CONTENT.phone.languages, frozenset(WANTED), DEADLINE)

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from("0123456789*#").map(Pressed),
    st.sampled_from([Played(), Quiet(), Played(), Quiet(), LineOpen(), LineFailed(), Returned(), Lost(), Guided()]),
    st.builds(Taken, st.sampled_from(["", "line.a", "line.b"]), st.sampled_from(["Anna", "Bo"])),
    st.booleans().map(Held),
    st.sampled_from([Helped("line.c"), Helped("line.c"), HelperOpen(), HelperOpen(), Helped(), HelperFailed()]),
    st.builds(Placed, st.integers(1, 80), st.integers(0, 2 * DEADLINE)),
    st.sampled_from([Ended(), CutOff()]),
)


class Listening:
    """What holds of a colleague who listens along."""

    def __init__(self) -> None:
        self._told = False  # since the last time that nobody did

    def check(self, call: Call, event: Event, actions: tuple[object, ...]) -> None:
        for action in actions:
            if isinstance(action, Play):
                self._told |= any(prompt.name == "listening.begins" for prompt in action.prompts)
            elif isinstance(action, LetListen):
                assert self._told, "somebody listens of whom the caller was not told"
                assert (type(event), call.together, call.held) == (Played, True, False)
            elif isinstance(action, DropHelper | Part):
                self._told = False
        assert call.ear is not Ear.LISTENING or call.together, "somebody listens who was forgotten"


def follow(events: list[Event], outcomes: list[bool]) -> None:
    """A call as its process drives it: a place in line is answered at once, and nothing is told of one that is none."""
    call, heard = begin(LINE), list[Prompt]()
    listening = Listening()
    for event in (Began(), *events):
        if isinstance(event, Taken | Helped | Returned | Guided | Lost | Ended | Placed) and not call.talk:
            continue
        before = call
        call, actions = move(LINE, call, event)
        if any(isinstance(action, Join) for action in actions):
            call, more = move(LINE, call, Joined(2) if outcomes.pop() else NotJoined(Why.NOBODY))
            actions = (*actions, *more)
        check(before, call, event, actions)
        for action in actions:
            if isinstance(action, Play):
                heard += action.prompts
            if isinstance(action, Connect):
                assert any(prompt.name == SEALED for prompt in heard), "a person was heard before what is reported"
        listening.check(call, event, actions)
    talked = call.talk
    _, actions = move(LINE, call, HungUp())
    assert any(isinstance(action, Leave) for action in actions) == talked


def check(before: Call, call: Call, event: Event, actions: tuple[object, ...]) -> None:
    assert {prompt for action in actions if isinstance(action, Play) for prompt in action.prompts} <= set(WANTED)
    if before.talk and not call.talk and not isinstance(event, Guided | Lost | Ended):
        assert any(isinstance(action, Leave) for action in actions), "a talk was left behind"
    if any(isinstance(action, HangUp) for action in actions):
        assert before.phase is Phase.OVER
    if call.phase in {Phase.PICK, Phase.BOT} and isinstance(event, Played | Quiet):
        assert any(isinstance(action, Play | Wait | Music | Join) for action in actions), "silence without an end"


@settings(max_examples=300)
@given(st.lists(EVENTS, max_size=60), st.lists(st.booleans(), min_size=70, max_size=70))
def test_no_order_of_events_breaks_a_promise(events: list[Event], outcomes: list[bool]) -> None:
    follow(events, outcomes)
