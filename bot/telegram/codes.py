"""What a button carries: the state of the conversation and the choice, in at most 64 bytes (safety.chats).

The closed lists of the content are written as three bytes of a hash each, so a button goes on working when an edition
adds or reorders something; what is no longer there makes the button one of an older version.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b

from bot.reception import WAIT
from dialogues.engine import STANDING
from dialogues.replies import BY
from dialogues.values import AgeBand, Audience, Content, Danger, State
from safety.chats import open_code, seal_code
from safety.tokens import BadToken, ExpiredToken

AGE = 48  # hours that a button works: as long as its message can be deleted
_VERSION = 1
_HOUR = 3600
_FORM = struct.Struct(">BI3sI3s3s3s3sH3s")  # version, hour, choice, number, language, node, topic, county, small, wish
_NONE = bytes(3)
_AUDIENCES: tuple[Audience | None, ...] = (None, *Audience)
_AGES: tuple[AgeBand | None, ...] = (None, *AgeBand)
_DANGERS = tuple(Danger)
_BY_NAME = "wish:by"  # its name is in the number

# What the channel itself offers, each with what its number means.
LEAVE = "leave"
END, END_YES, END_NO = "end", "end-yes", "end-no"
STOP = "stop"
SHARE, SHARE_NO = "share", "share-no"  # the epoch
ASK_YES, ASK_NO = "ask-yes", "ask-no"  # the question
PART = "part"
SEND, SEND_NOT, DELETE = "send-anyway", "send-not", "delete-mine"  # the message
STILL = "still-here"
AGAIN = "again"
OWN = frozenset(
    {LEAVE, END, END_YES, END_NO, STOP, SHARE, SHARE_NO, ASK_YES, ASK_NO, PART, SEND, SEND_NOT, DELETE, STILL, AGAIN}
)


@dataclass(frozen=True, slots=True)
class Press:
    """What a button stood for. `unnamed` is the hash of the name that its state wished for, to be looked up among
    those who may be asked for now."""

    state: State
    choice: str
    number: int = 0
    unnamed: bytes = b""


class Codes:
    """Writes and reads buttons under `key` (32 bytes). `now` gives seconds since the epoch. ValueError when two names
    of the content would be written alike."""

    def __init__(self, key: bytes, content: Content, now: Callable[[], float]) -> None:
        self._key = key
        self._now = now
        self._choices = _index(_choices(content))
        self._languages = _index(content.languages)
        self._nodes = _index(content.nodes)
        self._topics = _index(content.topics)
        self._counties = _index(content.counties)

    def write(self, chat: int, state: State, choice: str, number: int = 0) -> str:
        """The code of a choice that is offered in this state. KeyError for one that is on no list."""
        if choice.startswith(f"wish:{BY}"):
            choice, number = _BY_NAME, int.from_bytes(_hash(choice.removeprefix("wish:")), "big")
        if _hash(choice) not in self._choices:
            raise KeyError(choice)
        return seal_code(self._key, chat, self._pack(state, choice, number))

    def read(self, chat: int, code: str, names: Iterable[str] = ()) -> Press:
        """What a button of this chat stood for; `names` are those who may be asked for by name now. BadToken for what
        is not ours or of another version, ExpiredToken after AGE hours."""
        raw = open_code(self._key, chat, code)
        if len(raw) != _FORM.size:
            raise BadToken("not a code of this version")
        version, hour, choice, number, language, node, topic, county, small, wish = _FORM.unpack(raw)
        if version != _VERSION:
            raise BadToken("not a code of this version")
        if int(self._now()) // _HOUR - hour > AGE:
            raise ExpiredToken("too old")
        wishes = {_hash(wish): wish for wish in ("woman", "man", *(f"{BY}{name}" for name in names))}
        try:
            state = State(
                language=self._languages[language],
                node=self._nodes[node],
                audience=_AUDIENCES[small & 7],
                topic=None if topic == _NONE else self._topics[topic],
                age_band=_AGES[small >> 3 & 7],
                county=None if county == _NONE else self._counties[county],
                danger=_DANGERS[small >> 6 & 3],
                easy=bool(small >> 8 & 1),
                wish=wishes.get(wish),
            )
            chosen = self._choices[choice]
        except (KeyError, IndexError) as error:
            raise BadToken("not a code of this content") from error
        if chosen == _BY_NAME:
            chosen = f"wish:{wishes.get(number.to_bytes(3, 'big'), BY)}"
        return Press(state, chosen, number, b"" if wish in {_NONE, *wishes} else wish)

    def _pack(self, state: State, choice: str, number: int) -> bytes:
        small = _AUDIENCES.index(state.audience) | _AGES.index(state.age_band) << 3
        small |= _DANGERS.index(state.danger) << 6 | int(state.easy) << 8
        return _FORM.pack(
            _VERSION,
            int(self._now()) // _HOUR,
            _hash(choice),
            number,
            _hash(state.language),
            _hash(state.node),
            _hash(state.topic) if state.topic else _NONE,
            _hash(state.county) if state.county else _NONE,
            small,
            _hash(state.wish) if state.wish else _NONE,
        )


def _choices(content: Content) -> set[str]:
    edges = {edge.id for node in content.nodes.values() for edge in (*node.choices, *STANDING)}
    lists = {f"{kind}:{topic}" for kind in ("topic", "about") for topic in content.topics}
    lists |= {f"county:{county}" for county in content.counties} | {f"age:{band}" for band in AgeBand}
    lists |= {f"lang:{language}" for language in content.languages} | {"wish:woman", "wish:man", _BY_NAME}
    return edges | lists | {WAIT} | OWN


def _index(names: Iterable[str]) -> dict[bytes, str]:
    names = list(names)
    found = {_hash(name): name for name in names}
    if len(found) < len(names) or _NONE in found:
        raise ValueError("two names of the content are written alike: rename one of them")
    return found


def _hash(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=3).digest()
