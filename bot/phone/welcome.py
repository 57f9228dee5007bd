"""How a call begins, in a language. Pure."""

from dataclasses import replace

from bot.phone.call import Call, Phase
from bot.phone.playlists import Line, hello
from bot.phone.steps import Step, choose
from dialogues.engine import step
from dialogues.values import Choose


def welcome(line: Line, call: Call, language: str) -> Step:
    """Who answers, what is kept and which keys hold, then the menu."""
    state, _ = step(line.content, call.state, Choose(f"lang:{language}"))
    call = replace(call, phase=Phase.BOT, state=state, quiet=0)
    return choose(line, call, "topics", before=hello(line, call))
