"""The one form of the page without JavaScript: its fields, and the own words that travel in it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fastapi import Request

OWN_KEPT = 20  # own messages that travel with the page
OWN_BYTES = 6_000  # and their size in all: the whole form, with a long new message, stays under the body limit


@dataclass(frozen=True, slots=True)
class Form:
    """The fields as they came. All of them are the visitor's to change, so none is trusted."""

    state: str = ""
    talk: str = ""
    choice: str = ""
    do: str = ""
    text: str = ""
    reader: str = ""  # who was named as the reader when the page was made; empty for the bot
    nonce: str = ""
    seq: str = ""
    down: str = ""
    own: str = ""
    keys: str = ""  # the keys of the talk, under our seal
    wait: str = ""
    ask: str = ""  # the number of what the page asked for the person
    helper: str = ""  # who was to read along, when that was what it asked

    @property
    def sends(self) -> bool:
        """Whether words are to be sent, to whomever."""
        return not self.choice and self.do in {"send", "send-anyway"} and bool(self.text)

    def number(self, field: str) -> int:
        """A field as a number that a sequence can have; 1 for anything else."""
        digits = getattr(self, field)
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 1


@dataclass(frozen=True, slots=True)
class Own:
    """One own message. `after` is the number of the person's last message that stood above it."""

    seq: int
    after: int
    text: str


async def read_form(request: Request) -> Form:
    """The form of a request; unknown fields are ignored. HTTPException 400 when it cannot be read."""
    async with request.form(max_files=0, max_fields=20) as fields:
        known = {name: value for name, value in fields.items() if name in Form.__dataclass_fields__}
    form = Form(**{name: value for name, value in known.items() if isinstance(value, str)})
    # Browsers send line ends as CR LF whatever was typed; the same words must stay the same words.
    return replace(form, text=_whole(form.text.replace("\r\n", "\n").strip()))


def read_own(field: str) -> list[Own]:
    """Own messages from the form; none when the field is not what we wrote."""
    try:
        own = [Own(int(seq), int(after), _whole(str(text))) for seq, after, text in json.loads(field or "[]")]
    except (ValueError, TypeError, OverflowError, RecursionError):
        return []
    return _newest(own)


def _whole(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can hold and a page cannot."""
    return text.encode(errors="replace").decode()


def write_own(own: Iterable[Own]) -> str:
    """Own messages for the form: the newest that fit."""
    return json.dumps([[said.seq, said.after, said.text] for said in _newest(list(own))], ensure_ascii=False)


def _newest(own: list[Own]) -> list[Own]:
    kept: list[Own] = []
    left = OWN_BYTES
    for said in reversed(own[-OWN_KEPT:]):
        left -= len(said.text.encode(errors="replace"))
        if left < 0:
            break
        kept.insert(0, said)
    return kept
