"""A colleague who listens along in a call, as part of the call's machine. Pure.

Both have said yes before: the colleague at their desk, the caller aloud. All the same the caller is told in the line
before the colleague hears a word, and told again when it is over; hash ends it at once. The colleague hears both and is
heard by nobody.
"""

from dataclasses import replace

from bot.phone.call import (
    Action,
    Call,
    DropHelper,
    Ear,
    EndHelp,
    Helped,
    HelperFailed,
    HelperOpen,
    LetListen,
    Phase,
    RingHelper,
)
from bot.phone.playlists import Line, said
from bot.phone.steps import Step, say

BEGINS = "listening.begins"  # the prompt that has to be heard before anybody listens
_KNOWN = frozenset({Ear.TELLING, Ear.LISTENING})  # to the caller


def helped(line: Line, call: Call, event: Helped) -> Step:
    """Somebody is to listen along, or nobody any more. It is told again and again, so what cannot be now is later."""
    if event.line == call.helper:
        return call, ()
    dropped: tuple[Action, ...] = (DropHelper(),) if call.helper else ()
    if not event.line:
        return _over(replace(call, helper=""), Ear.NONE, *dropped)
    if call.phase is not Phase.TAKEN or not call.together:
        return call, ()
    return replace(call, helper=event.line, ear=Ear.RUNG), (*dropped, RingHelper(event.line))


def helper_open(line: Line, call: Call, _: HelperOpen) -> Step:
    """The colleague's line has answered."""
    if call.ear is not Ear.RUNG:
        return call, (DropHelper(),)
    call = replace(call, ear=Ear.ANSWERED)
    return (call, ()) if call.held else tell(call)


def helper_failed(line: Line, call: Call, _: HelperFailed) -> Step:
    """The colleague's line is gone; they may be asked again."""
    return (call, ()) if call.ear in {Ear.NONE, Ear.FAILED} else refuse(call)


def tell(call: Call) -> Step:
    """Who listens along has answered: the caller is told."""
    return say(replace(call, ear=Ear.TELLING), said(call.state, BEGINS))


def let_listen(call: Call) -> Step:
    """The caller has heard it."""
    return replace(call, ear=Ear.LISTENING), (LetListen(),)


def hold(call: Call) -> Call:
    """The caller hears music instead of what was being said."""
    return replace(call, ear=Ear.ANSWERED) if call.ear is Ear.TELLING else call


def refuse(call: Call) -> Step:
    """It ends from here: the caller does not want it, or the colleague's line is gone."""
    return _over(call, Ear.FAILED, DropHelper(), EndHelp())


def listened(call: Call) -> bool:
    """Whether the caller has been told that somebody listens along."""
    return call.ear in _KNOWN


def _over(call: Call, ear: Ear, *actions: Action) -> Step:
    after = replace(call, ear=ear)
    if not listened(call):
        return after, actions
    after, told = say(after, said(call.state, "listening.over"))
    return after, (*actions, *told)
