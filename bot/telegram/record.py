"""The one record of a chat: where its visitor is, what can be deleted, and the talk with its keys.

It is all that this channel keeps, and only sealed (safety.chats). Nothing in it is older than 48 hours.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from bot.web.plain_seals import Key, PlainKeys
from dialogues.values import AgeBand, Audience, Danger, State
from handover.chats import LIFE
from handover.values import DeskId, TalkId, TalkRef
from safety.format import FORMAT, is_near
from safety.text64 import read64, write64

SEEN = 24  # updates that are known again after a crash; Telegram repeats what was not confirmed
MOST_MESSAGES = 2_000  # that can be deleted: a long talk has hundreds


class BadRecord(ValueError):
    """Not a record of this version."""


@dataclass(frozen=True, slots=True)
class Record:
    """`messages` are (hour since the epoch, message id), oldest first; `down` is the number of the last message of the
    person's that was sent, `trying` of the one that was being sent; `status` the message that shows the place."""

    chat: int = field(repr=False)
    state: State = field(default=State(), repr=False)
    messages: tuple[tuple[int, int], ...] = field(default=(), repr=False)
    seen: tuple[int, ...] = ()
    talk: TalkRef | None = field(default=None, repr=False)
    keys: PlainKeys = field(default=PlainKeys(), repr=False)
    person: str = field(default="", repr=False)
    down: int = 0
    trying: int = 0
    status: int = 0
    wait: str = field(default="", repr=False)

    def with_messages(self, hour: int, *ids: int) -> "Record":
        """With these messages too, without what Telegram no longer deletes."""
        oldest = hour - LIFE // 3600
        kept = [each for each in self.messages if each[0] > oldest]
        return replace(self, messages=(*kept, *((hour, id) for id in ids))[-MOST_MESSAGES:])

    def with_update(self, update: int) -> "Record":
        """With this update among those that are known."""
        return replace(self, seen=(*self.seen, update)[-SEEN:])

    def without_talk(self) -> "Record":
        """As after a talk: nothing of it is left."""
        return replace(self, talk=None, keys=PlainKeys(), person="", down=0, trying=0, status=0)


def write_record(record: Record) -> bytes:
    """A record as bytes."""
    state, keys = record.state, record.keys
    who = [state.audience, state.topic, state.age_band, state.county]
    row = {
        "v": FORMAT,
        "chat": record.chat,
        "state": [state.language, state.node, *who, state.danger, int(state.easy), state.wish],
        "messages": _pack(record.messages),
        "seen": record.seen,
        "talk": [record.talk.desk, record.talk.talk] if record.talk else None,
        "keys": [
            *[write64(keys.talk), keys.decided, keys.agreed, keys.helping],
            [[key.number, key.base, write64(key.key)] for key in keys.keys],
        ],
        "rest": [record.person, record.down, record.trying, record.status, record.wait],
    }
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False).encode()


def read_record(raw: bytes) -> Record:
    """The record in these bytes. BadRecord when another version wrote them."""
    try:
        row: dict[str, Any] = json.loads(raw)
        person, down, trying, status, wait, *_ = row["rest"]
        if not is_near(row.get("v")):
            raise BadRecord("of a version that is far")
        return Record(
            chat=int(row["chat"]),
            state=_read_state(row["state"]),
            messages=_unpack(row["messages"]),
            seen=tuple(map(int, row["seen"])),
            talk=TalkRef(DeskId(row["talk"][0]), TalkId(row["talk"][1])) if row["talk"] else None,
            keys=_read_keys(row["keys"]),
            person=str(person),
            down=int(down),
            trying=int(trying),
            status=int(status),
            wait=str(wait),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise BadRecord("not a record of this version") from error


def _read_state(row: list[Any]) -> State:
    language, node, audience, topic, age_band, county, danger, easy, wish, *_ = row
    return State(
        language=language,
        node=node,
        audience=Audience(audience) if audience else None,
        topic=topic,
        age_band=AgeBand(age_band) if age_band else None,
        county=county,
        danger=Danger(danger),
        easy=bool(easy),
        wish=str(wish) if wish else None,
    )


def _read_keys(row: list[Any]) -> PlainKeys:
    talk, decided, agreed, helping, rows, *_ = row
    keys = tuple(Key(number, base, read64(key)) for number, base, key, *_ in rows)
    return PlainKeys(read64(talk), decided, keys, str(agreed), str(helping))


def _pack(messages: tuple[tuple[int, int], ...]) -> list[int]:
    """Alternating steps of hour and id: most are small."""
    packed, hour, id = [], 0, 0
    for next_hour, next_id in messages:
        packed += [next_hour - hour, next_id - id]
        hour, id = next_hour, next_id
    return packed


def _unpack(packed: list[int]) -> tuple[tuple[int, int], ...]:
    messages, hour, id = [], 0, 0
    for hours, ids in zip(packed[::2], packed[1::2], strict=True):
        hour, id = hour + hours, id + ids
        messages.append((hour, id))
    return tuple(messages)
