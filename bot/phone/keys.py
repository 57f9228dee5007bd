"""What each key does at each place of a call. Pure.

Everywhere: 0 a person, 9 leaves, star says it again, hash goes back, and once there is a language 1 is danger.
"""

from dataclasses import replace

from bot.phone.call import Call, Leave, Part, Phase
from bot.phone.listening import listened, refuse
from bot.phone.playlists import Line, others, playlist, said
from bot.phone.steps import Step, ask_for_a_place, call_for_help, choose, go, say
from bot.phone.welcome import welcome
from handover.values import EndReason

DANGER, OTHERS, HOURS, LEAVE, PERSON, AGAIN, BACK = "1", "2", "8", "9", "0", "*", "#"


def press(line: Line, call: Call, key: str) -> Step:
    """The call after a key. One that means nothing here says so, and then what there is."""
    if key == LEAVE:
        return _leave(call)
    match call.phase:
        case Phase.PICK:
            return _pick(line, call, key)
        case Phase.BOT:
            return _at_a_node(line, call, key)
        case Phase.ROOM:
            return _in_line(line, call, key)
        case Phase.TAKEN if key == BACK and listened(call):
            return refuse(call)
    return call, ()  # with a person, or for the moment that a place in line takes


def _leave(call: Call) -> Step:
    """The talk is ended before anything is said: leaving works at once."""
    after, actions = say(
        replace(call, phase=Phase.OVER, talk=False, together=False, held=False), said(call.state, "bye.neutral")
    )
    left = (Leave(EndReason.EXIT),) if call.talk else ()
    return after, (*left, *((Part(),) if call.phase is Phase.TAKEN else ()), *actions)


def _pick(line: Line, call: Call, key: str) -> Step:
    languages = {str(number): language for number, language in enumerate(line.languages, 1)}
    if key in languages:
        return welcome(line, call, languages[key])
    if key == PERSON:
        return choose(line, call, "person")
    return go(line, call)


def _at_a_node(line: Line, call: Call, key: str) -> Step:
    topics = line.topics(call.state.language) if call.state.node == "topics" else {}
    if key in topics:
        return choose(line, call, f"topic:{topics[key]}")
    match key:
        case "1":
            return call_for_help(line, call)
        case "0":
            return _to_a_person(line, call)
        case "*":
            return go(line, call)
        case "#":
            return _back(line, call)
        case "8" if call.state.node == "topics":
            return choose(line, call, "others")
    return go(line, call, before=said(call.state, "keys.wrong"))


def _in_line(line: Line, call: Call, key: str) -> Step:
    match key:
        case "1":
            return call_for_help(line, call)
        case "2":
            return say(call, others(line, call.state) or playlist(line, call))
        case "#":
            return choose(line, call, "topics")
        case "0" | "*":
            return go(line, call)
    return say(call, said(call.state, "keys.wrong", "waiting.keys"))


def _to_a_person(line: Line, call: Call) -> Step:
    if call.talk:
        return go(line, replace(call, phase=Phase.ROOM))
    # Who knows the way, or has been turned away once, need not hear it again.
    if call.state.node in {"briefing", "closed", "elsewhere"}:
        return ask_for_a_place(line, call)
    return choose(line, call, "person")


def _back(line: Line, call: Call) -> Step:
    if call.state.node != "topics":
        return choose(line, call, "topics")
    if call.talk:
        return go(line, replace(call, phase=Phase.ROOM))
    return go(line, replace(call, phase=Phase.PICK)) if len(line.languages) > 1 else go(line, call)
