"""Nobody can ban a person (requirement AB-5): there is no table, key or action in which a ban could be kept.

Whoever adds a table or a key writes it down here, with what it tells of a visitor after the talk: nothing. The one
exception is a box that a visitor asked for: it is found by its code alone, which the visitor may throw away.
"""

import re

import console.count_tables
import console.desk_tables
import console.duty_tables  # noqa: F401  # its tables are among them
from console.permissions import PERMISSIONS
from console.tables import Base
from handover.acl import STAFF, VISITOR
from handover.keys import box_keys, chat_keys, desk_keys, talk_keys
from handover.values import DeskId, TalkId, TalkRef

TABLES = {
    "staff": "accounts of those who answer",
    "sign_in": "their sign-ins",
    "staff_desk": "at which other desks staff answer",
    "asked": "whether visitors may ask for them",
    "raw_count": "totals of closed names per month, encrypted",
    "figures": "what was published of them",
    "device": "devices of those who answer",
    "desk_key": "keys of the desk that visitors seal left letters to",
    "desk_key_copy": "the same, wrapped to devices of those who answer",
    "left_box": "a box that a code opens, until its day: a public key that was drawn for it alone",
    "letter": "sealed letters of a box",
    "draft": "texts that staff are writing",
    "published": "texts that staff published",
    "code_secret": "what apps of staff share with us, encrypted",
    "recovery_code": "hashes of staff's codes",
    "passkey": "public halves of staff's passkeys",
    "bell": "where browsers of staff are told that somebody waits, until they sign out",
    "invitation": "hashes of links for new staff",
    "note": "what staff did, to the hour",
    "spent": "keyed marks of what counts once for staff",
    "habit": "how many talks staff take, and how long they breathe between two",
    "shift": "when staff are meant to be on duty",
    "closed_day": "days on which a desk is closed",
}
# Of a talk: they are deleted at its end (tests/contract/test_endings.py), so nothing in them can outlast it.
TALK_KEYS = {"talk", "up", "down"}
DESK_KEYS = {
    "room": "ids of talks that wait, each random and used once",
    "held": "ids of talks that go on, with whoever holds them",
    "duty": "staff",
    "free": "staff",
    "full": "staff",
    "crew": "staff: how they are at work, and their shown names",
    "hours": "the desk's opening hours",
    "asks": "ids of talks that go on about which colleagues are asked",
    "count": "totals of closed names",
    "batch": "the same, on their way to the console",
    "added": "random names of batches of counts, a day",
    "tide": "how many came to the desk in each hour of the last day",
    "spent": "random numbers that we made for a question, gone after twelve minutes",
    "line": "the desk's public key",
    "post": "sealed letters on their way to the console",
    "shut": "why staff closed the desk",
    "urgent": "who of those that wait is in danger, until they are taken or go",
    "back": "whose person was lost of those that wait, until they are taken or go",
    "asked": "of staff: whom visitors may ask for",
    "pace": "the mean of how long talks last, to the minute",
}
BOX_KEYS = {"box"}  # sealed letters of a box until its day; named by the hash of what its code gives
# Of a chat app. A record is found by a keyed hash of the chat and opened by a key of that process alone, so neither
# staff nor the engine can tell whose it is. It goes after 48 hours or when its visitor leaves; nothing in it refuses.
CHAT_KEYS = {
    "chat": "a sealed record: where its visitor is in the chat, and what can be deleted",
    "chats": "names of such records with a talk that goes on",
    "poll": "a random name of the process that gets the updates",
}
# Of the whole organisation.
SHARED_KEYS = {"edition": "texts that staff published"}
# What a ban would need: something that comes back with the same person.
TELLING = re.compile(
    r"(^|_|\b)(ban|bans|banned|block|blocked|deny|denied|refuse|refused|visitor|address|ip|agent|device|fingerprint"
    r"|pseudonym|phone|email)(_|\b|$)"
)


def test_the_tables_are_the_written_ones_and_no_column_names_a_visitor() -> None:
    tables = Base.metadata.tables
    assert set(tables) == set(TABLES)
    names = [f"{table}.{column.name}" for table, each in tables.items() for column in each.columns]
    assert len(names) > 15
    found = [name for name in names if TELLING.search(name) and not name.startswith("device.")]
    assert sorted(found) == ["desk_key_copy.device", "left_box.visitor"]  # staff's own; a code's key, and nobody's


def test_the_keys_are_the_written_ones() -> None:
    ref = TalkRef(DeskId("demo"), TalkId("A" * 22))
    assert set(desk_keys(ref.desk)) == set(DESK_KEYS)
    assert set(talk_keys(ref)) == set(DESK_KEYS) | TALK_KEYS
    assert set(box_keys(ref.desk, "A" * 43)) == set(DESK_KEYS) | BOX_KEYS
    assert set(chat_keys(DeskId("demo"), "A" * 22)) == set(CHAT_KEYS)


def test_neither_side_may_write_any_other_key() -> None:
    """The engine itself refuses what is not named here."""
    for user in (VISITOR, STAFF):
        kinds = set(re.findall(r"~(\w+):\*", " ".join(user)))
        assert kinds <= set(DESK_KEYS) | TALK_KEYS | BOX_KEYS | set(CHAT_KEYS) | set(SHARED_KEYS)
        assert "~*" not in " ".join(user).replace("%R~", "~").replace("%W~", "~")


def test_no_action_of_anybody_is_a_ban() -> None:
    assert len(PERMISSIONS) > 10
    assert [action for action in PERMISSIONS if TELLING.search(action)] == [
        "live.device",  # staff name their own
        "WS /phone/ws",  # and answer calls
        "live.phone",
    ]
