"""What the page carries for us, sealed: the state of the bot phase, and the capability of a talk.

Each is a row; another version puts what is new at its end, and that is passed over here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.web.plain_seals import Key, PlainKeys
from dialogues.values import AgeBand, Audience, Content, Danger, State
from handover.values import Channel, DeskId, TalkId, TalkRef
from safety.text64 import read64, write64
from safety.tokens import BadToken, TokenError, seal, unseal

STATE_AGE = 12 * 60 * 60  # seconds; a page left open overnight starts anew
TALK_AGE = 24 * 60 * 60  # seconds; no talk may last longer

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_read = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk as its page knows it, without knowing its id."""

    ref: TalkRef
    channel: Channel


class Tokens:
    """Seals and opens the two kinds of token. `clock` gives seconds since the epoch."""

    def __init__(self, key: bytes, content: Content, clock: Callable[[], float]) -> None:
        self._key = key
        self._content = content
        self._clock = clock

    def seal_state(self, state: State) -> str:
        """A token of at most 1 kB that holds the state; `open_state` gives it back."""
        row = [state.language, state.node, state.audience, state.topic, state.age_band, state.county, state.danger]
        return self._seal("state", [*row, int(state.easy), int(state.waiting), state.wish, state.read])

    def open_state(self, token: str) -> State:
        """The state in a token. Raises BadToken for one that is not ours, ExpiredToken after STATE_AGE."""
        try:
            row = self._unseal("state", token, STATE_AGE)
            language, node, audience, topic, age_band, county, danger, easy, waiting, wish, read, *_ = row
            state = State(
                language=language,
                node=node,
                audience=Audience(audience) if audience else None,
                topic=topic,
                age_band=AgeBand(age_band) if age_band else None,
                county=county,
                danger=Danger(danger),
                easy=bool(easy),
                waiting=bool(waiting),
                wish=str(wish) if wish else None,
                read=int(read),
            )
        except (TypeError, ValueError) as error:
            raise BadToken("not a state of this version") from error
        if not self._knows(state):
            raise BadToken("not a state of this content")
        return state

    def seal_talk(self, talk: Talk) -> str:
        """A token that stands for a talk; whoever holds it is the visitor."""
        return self._seal("talk", [talk.ref.desk, talk.ref.talk, talk.channel])

    def open_talk(self, token: str) -> Talk:
        """The talk behind a token. Raises BadToken for one that is not ours, ExpiredToken after TALK_AGE."""
        try:
            row = self._unseal("talk", token, TALK_AGE)
            desk, talk, channel, *_ = row
            return Talk(TalkRef(DeskId(desk), TalkId(talk)), Channel(channel))
        except (TypeError, ValueError) as error:
            raise BadToken("not a talk of this version") from error

    def seal_keys(self, keys: PlainKeys) -> str:
        """A token that holds a talk's keys for a page without JavaScript."""
        rows = [[key.number, key.base, write64(key.key)] for key in keys.keys]
        return self._seal("keys", [write64(keys.talk), keys.decided, rows, keys.agreed, keys.helping])

    def open_keys(self, token: str) -> PlainKeys:
        """The keys in a token; none at all when it is not ours: then the page goes on with new ones."""
        try:
            talk, decided, rows, agreed, helping, *_ = self._unseal("keys", token, TALK_AGE)
            keys = tuple(Key(int(number), int(base), read64(key)) for number, base, key, *_ in rows)
            return PlainKeys(read64(talk), str(decided), keys, str(agreed), str(helping))
        except (TokenError, TypeError, ValueError):
            return PlainKeys()

    def _knows(self, state: State) -> bool:
        """A token can outlive the content it was made with: a node or a text may be gone."""
        texts = self._content.languages.get(state.language)
        if texts is None or state.node not in self._content.nodes:
            return False
        topic_there = state.topic is None or state.topic in texts.topics
        return topic_there and (state.county is None or state.county in self._content.counties)

    def _seal(self, purpose: str, row: list[Any]) -> str:
        return seal(self._key, purpose, _write(row).encode(), int(self._clock()))

    def _unseal(self, purpose: str, token: str, max_age: int) -> Any:
        row, _ = _read(unseal(self._key, purpose, token, int(self._clock()), max_age).decode())
        return row
