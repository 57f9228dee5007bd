"""What the call's moves are made of: saying something, taking a choice of the dialogue, asking for a place. Pure."""

from dataclasses import replace

from bot.phone.call import Action, Call, Join, Phase, Play, Rebrief, Stop
from bot.phone.playlists import SEALED, Line, Playlist, danger, place, playlist
from dialogues.engine import step
from dialogues.values import Action as Asked
from dialogues.values import Choose

Step = tuple[Call, tuple[Action, ...]]


def say(call: Call, prompts: Playlist) -> Step:
    """Say it in the place of whatever is heard now; with nothing to say, nothing changes."""
    if not prompts:
        return call, ()
    telling = any(prompt.name == SEALED for prompt in prompts)
    return replace(call, playing=True, telling=telling), (Play(prompts),)


def go(line: Line, call: Call, before: Playlist = ()) -> Step:
    """Say what belongs to the call's place, `before` it something else."""
    return say(call, (*before, *playlist(line, call)))


def choose(line: Line, call: Call, choice: str, before: Playlist = ()) -> Step:
    """Take a choice of the dialogue and say where it leads."""
    after, reply = step(line.content, call.state, Choose(choice))
    call, actions = go(line, replace(call, phase=Phase.BOT, state=after), before)
    if call.talk and reply.action in {Asked.REBRIEF, Asked.LANGUAGE}:
        return call, (Rebrief(after), *actions)
    return call, actions


def ask_for_a_place(line: Line, call: Call) -> Step:
    """The briefing is confirmed: nothing more is said until there is an answer."""
    state, _ = step(line.content, call.state._replace(node="briefing"), Choose("join"))
    call = replace(call, phase=Phase.JOINING, state=state, playing=False, telling=False, quiet=0)
    return call, (Stop(), Join(state))


def call_for_help(line: Line, call: Call) -> Step:
    """In danger now: 112 is told at once, and meanwhile there is a place before the others."""
    state, _ = step(line.content, call.state, Choose("danger-now"))
    if call.talk:
        after = replace(call, phase=Phase.ROOM, state=state)
        after, actions = say(after, (*danger(line, state), *place(after)))
        return after, (Rebrief(state), *actions)
    after, actions = say(replace(call, phase=Phase.JOINING, state=state), danger(line, state))
    return after, (*actions, Join(state))
