"""Whether the engine refuses each side what it must: tried, in a form that does nothing where it is not refused.

The engine checks permissions before it looks at what a command asks for. So a command with a mistake in it tells the
two apart: refused, or allowed and wrong. Keys are those of a desk that nobody has.
"""

from typing import Literal

import redis
from redis.exceptions import MovedError, NoPermissionError, RedisError, ResponseError

from fristad.doctor.engines import client_of, unreachable, user_of
from fristad.doctor.findings import Finding, Weight
from handover.keys import talk_keys
from handover.values import DeskId, TalkId, TalkRef

User = Literal["visitor", "staff"]
Command = tuple[str, ...]

_KEYS = talk_keys(TalkRef(DeskId("doctor"), TalkId("doctor" + "A" * 16)))
_TALK, _UP, _DOWN, _ROOM, _COUNT = (_KEYS[name] for name in ("talk", "up", "down", "room", "count"))
_READ_BY_SCRIPT = "return redis.call('XREVRANGE', KEYS[1], '+', '-')"

_NOBODY: dict[str, Command] = {
    "see or change its configuration": ("CONFIG", "GET", "save"),
    "see its users": ("ACL", "USERS"),
    "find keys": ("SCAN", "0", "COUNT", "1"),
    "list keys": ("KEYS", _TALK),
    "delete everything": ("FLUSHALL", "mistake"),
    "stop it": ("SHUTDOWN", "mistake"),
    "copy it elsewhere": ("REPLICAOF", "mistake", "mistake"),
    "write it to the disk": ("BGSAVE", "mistake"),
    "see who is connected": ("CLIENT", "LIST", "TYPE", "mistake"),
    "see slow commands": ("SLOWLOG", "LEN"),
    "load functions": ("FUNCTION", "DELETE", "mistake"),
    "keep keys of its own": ("SET", _TALK, "x", "mistake"),
    "read every command": ("MONITOR",),
}
MUST_BE_REFUSED: dict[User, dict[str, Command]] = {
    "visitor": {
        **_NOBODY,
        "read what visitors wrote": ("XRANGE", _UP, "-", "+"),
        "read what visitors wrote, by a script": ("EVAL", _READ_BY_SCRIPT, "1", _UP),
        "hear what visitors write": ("SUBSCRIBE", _UP),
        "list who waits": ("ZRANGE", _ROOM, "0", "0"),
        "speak as staff": ("XADD", _DOWN, "mistake", "a", "b"),
        "tell visitors that staff spoke": ("PUBLISH", _DOWN, "doctor"),
        "read the counters": ("HGETALL", _COUNT),
    },
    "staff": {
        **_NOBODY,
        "speak as a visitor": ("XADD", _UP, "mistake", "a", "b"),
        "tell staff that a visitor spoke": ("PUBLISH", _UP, "doctor"),
        "hear what staff write to others": ("SUBSCRIBE", _DOWN),
    },
}
MUST_BE_ALLOWED: dict[User, dict[str, Command]] = {
    "visitor": {
        "see whether a talk lives": ("EXISTS", _TALK),
        "read what staff wrote": ("XRANGE", _DOWN, "-", "+"),
        "count who waits": ("ZCARD", _ROOM),
    },
    "staff": {
        "see whether a talk lives": ("EXISTS", _TALK),
        "read what visitors wrote": ("XRANGE", _UP, "-", "+"),
        "list who waits": ("ZRANGE", _ROOM, "0", "0"),
    },
}
# Reading words, or speaking for others, is what the two users are apart for.
_WORST = ("read", "hear", "list", "write", "copy")
_LOAD = "Load what `fristad redis-acl` prints, as the last line of its configuration."


def check_permissions(url: str) -> list[Finding]:
    """Findings about the user of `url`, who is known by the name that `fristad redis-acl` gives: visitor or staff."""
    name = user_of(url)
    if name not in ("visitor", "staff"):
        what = f"The engine's user {name} is neither visitor nor staff: what it must not do is not known."
        return [Finding(Weight.DOORS, what, f"Give each side its own user. {_LOAD}")]
    side: User = "visitor" if name == "visitor" else "staff"
    found = []
    try:
        for what, command in MUST_BE_REFUSED[side].items():
            if not _is_refused(url, command):
                weight = Weight.WORDS if what.startswith(_WORST) else Weight.DOORS
                found.append(Finding(weight, f"The engine lets the {side}'s side {what}.", _LOAD))
        for what, command in MUST_BE_ALLOWED[side].items():
            if _is_refused(url, command):
                found.append(Finding(Weight.MINOR, f"The engine does not let the {side}'s side {what}.", _LOAD))
    except MovedError:  # of a Cluster, only the node that has these keys can tell
        return found
    except RedisError as error:
        return [unreachable(url, error)]
    return found


def _is_refused(url: str, command: Command) -> bool:
    """On a connection of its own: what it may have changed (a subscription, MONITOR) ends with it."""
    with client_of(url) as client:
        client.ping()  # a wrong password would look like a refusal
        try:
            client.execute_command(*command)  # type: ignore[no-untyped-call]
        except NoPermissionError:
            return True
        except MovedError:
            raise
        except ResponseError as error:
            return _is_refusal_of_a_script(error)
        return False


def _is_refusal_of_a_script(error: redis.ResponseError) -> bool:
    return any(words in str(error).lower() for words in ("acl failure", "can't run this command", "no permission"))
