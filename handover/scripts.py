"""The verbs that run inside the engine, each one file of `lua/`, ready to be called by name."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from handover.values import MOVES

_NAMES = (
    "join", "attend", "away", "brief", "claim", "release", "say", "hear", "heard", "begin", "key", "keys",
    "end", "lapse", "drop", "front",
    "onduty", "shorten", "offduty", "presence", "crew", "count", "drain", "settlebatch", "lastday", "spend", "publish",
    "ask", "answer", "consent", "move", "unmute", "call", "come", "note", "outlook", "shut", "guide",
    "beasked", "asked",
    "offer", "leave", "erase", "settle", "place",
    "writing", "point",
    "help", "part", "tend", "overhear", "aside", "asides",
    "poll", "remember", "forget", "unsure",
    "mend", "recount",
)  # fmt: skip
_DEFINITION = re.compile(r"^local (function )?(\w+).*?(?=^local |\Z)", re.MULTILINE | re.DOTALL)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Script:
    """One verb: the keys and arguments its file declares in its first two lines, in that order. `each` are the keys of
    each talk, for a verb about any number of them: they follow those of the desk."""

    name: str
    keys: tuple[str, ...]
    each: tuple[str, ...]
    args: tuple[str, ...]
    text: str
    sha: str
    named: frozenset[str]  # the arguments

    def arrange(self, given: Mapping[str, str | int | bytes]) -> list[str | int | bytes]:
        """The arguments in the script's order. ValueError when they are not exactly the declared ones."""
        if given.keys() != self.named:
            raise ValueError(f"the verb {self.name} takes {', '.join(self.args)}")
        return [given[name] for name in self.args]


def load_scripts() -> dict[str, Script]:
    """All verbs by name. ValueError when a file does not declare its keys and arguments."""
    folder = resources.files("handover") / "lua"
    prelude = _definitions(_moves() + (folder / "prelude.lua").read_text("utf-8"))
    return {name: _script(name, (folder / f"{name}.lua").read_text("utf-8"), prelude) for name in _NAMES}


def _definitions(prelude: str) -> dict[str, str]:
    """What stands at the top level of the prelude, by name, in its order."""
    return {found[2]: found[0] for found in _DEFINITION.finditer(prelude)}


def _needed(body: str, definitions: Mapping[str, str]) -> str:
    """What the body uses of them, and what that uses. The engine makes all that a script defines anew with every call;
    and a name in a comment costs no more than that."""
    needed, words = [], set(_WORD.findall(body))
    for name, definition in reversed(list(definitions.items())):  # none uses what comes after it
        if name in words:
            needed.append(definition)
            words.update(_WORD.findall(definition))
    return "".join(reversed(needed))


def _script(name: str, body: str, definitions: Mapping[str, str]) -> Script:
    first, second, _ = body.split("\n", 2)
    declared, args = _declared("keys", first, name), _declared("args", second, name)
    at = declared.index("/") if "/" in declared else len(declared)
    keys, each = declared[:at], declared[at + 1 :]
    given = (_locals("KEYS", keys), _each(len(keys), each), _locals("ARGV", args))
    text = "\n".join((*given, _needed(body, definitions), body))
    sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return Script(name, keys, each, args, text, sha, frozenset(args))


def _declared(word: str, line: str, name: str) -> tuple[str, ...]:
    head, _, names = line.partition(":")
    if head != f"-- {word}":
        raise ValueError(f"{name}.lua does not declare its {word}")
    return tuple(names.split())


def _locals(table: str, names: tuple[str, ...]) -> str:
    return "\n".join(f"local {name} = {table}[{index}]" for index, name in enumerate(names, start=1))


def _each(first: int, names: tuple[str, ...]) -> str:
    """A table of the keys of each talk, by name."""
    if not names:
        return ""
    row = ", ".join(f"{name} = KEYS[at + {index}]" for index, name in enumerate(names))
    return f"local each = {{}}\nfor at = {first + 1}, #KEYS, {len(names)} do each[#each + 1] = {{{row}}} end"


def _moves() -> str:
    """The table of allowed moves as Lua, so that engine and Python cannot disagree."""
    rows = (f"{state} = {{{', '.join(f'{to} = true' for to in sorted(targets))}}}" for state, targets in MOVES.items())
    return f"local MOVES = {{{', '.join(rows)}}}\n"
