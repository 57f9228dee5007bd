"""What the engine itself refuses to each side, tried with bare commands and from inside a script."""

from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from handover.values import Edition, TalkId, TalkRef
from tests.contract.ends import ANNA, DESK, Ends, joined, message, taken
from tests.engines import Engine

Command = tuple[str, ...]

# {up}, {down}, {talk}: the keys and channels of a talk that is going on; {other}: one that waits.
VISITOR_MAY_NOT: tuple[Command, ...] = (
    # read visitors' words
    ("XRANGE", "{up}", "-", "+"),
    ("XREVRANGE", "{up}", "+", "-"),
    ("XREAD", "STREAMS", "{up}", "0"),
    ("XLEN", "{up}"),
    ("XINFO", "STREAM", "{up}"),
    ("COPY", "{up}", "{down}"),
    ("RENAME", "{up}", "{down}"),
    ("DUMP", "{up}"),
    ("SUBSCRIBE", "{up}"),
    ("PSUBSCRIBE", "*"),
    ("PSUBSCRIBE", "up:*"),
    ("SSUBSCRIBE", "{up}"),
    # list the waiting room or find keys
    ("ZRANGE", "room:{{demo}}", "0", "-1"),
    ("ZREVRANGE", "room:{{demo}}", "0", "-1"),
    ("ZRANGEBYSCORE", "room:{{demo}}", "-inf", "+inf"),
    ("ZRANGEBYLEX", "room:{{demo}}", "-", "+"),
    ("ZSCAN", "room:{{demo}}", "0"),
    ("ZPOPMIN", "room:{{demo}}"),
    ("ZRANDMEMBER", "room:{{demo}}"),
    ("ZRANGESTORE", "talk:{{demo}}:x", "room:{{demo}}", "0", "-1"),
    ("ZUNION", "1", "room:{{demo}}"),
    ("SORT", "room:{{demo}}"),
    ("ZRANK", "room:{{demo}}", "x"),
    ("ZREVRANK", "room:{{demo}}", "x"),
    ("ZLEXCOUNT", "room:{{demo}}", "-", "+"),
    ("ZREMRANGEBYRANK", "room:{{demo}}", "0", "0"),
    ("ZREMRANGEBYLEX", "room:{{demo}}", "-", "[x"),
    ("ZREMRANGEBYSCORE", "room:{{demo}}", "-inf", "0"),
    ("SUBSCRIBE", "room:{{demo}}"),
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("RANDOMKEY",),
    ("DBSIZE",),
    ("PUBSUB", "CHANNELS"),
    ("DEL", "room:{{demo}}"),
    # see or change who is on duty and who holds what
    ("ZRANGE", "duty:{{demo}}", "0", "-1"),
    ("ZADD", "duty:{{demo}}", "9e15", "mallory"),
    ("ZADD", "free:{{demo}}", "9e15", "mallory"),
    ("ZREM", "duty:{{demo}}", "anna"),
    ("ZRANGE", "full:{{demo}}", "0", "-1"),
    ("ZADD", "full:{{demo}}", "9e15", "anna 1"),
    ("HGETALL", "crew:{{demo}}"),
    ("HGET", "crew:{{demo}}", "anna"),
    ("HSET", "crew:{{demo}}", "anna", "9 on Mallory"),
    ("ZRANGE", "held:{{demo}}", "0", "-1"),
    ("ZADD", "held:{{demo}}", "0", "x"),
    ("ZSCORE", "held:{{demo}}", "x"),
    # see or change what colleagues are asked
    ("ZRANGE", "asks:{{demo}}", "0", "-1"),
    ("ZADD", "asks:{{demo}}", "9e15", "x"),
    # speak as staff
    ("XADD", "{down}", "*", "id", "x", "body", "x"),
    ("XTRIM", "{down}", "MAXLEN", "0"),
    ("PUBLISH", "{down}", "tMallory"),
    ("SPUBLISH", "{down}", "tMallory"),
    # read the counters
    ("HGETALL", "count:{{demo}}"),
    ("HGET", "count:{{demo}}", "talk.joined"),
    ("DEL", "count:{{demo}}"),
    ("HGETALL", "tide:{{demo}}"),
    ("HINCRBY", "tide:{{demo}}", "1", "1"),
    # read or empty what was spent
    ("ZRANGE", "spent:{{demo}}", "0", "-1"),
    ("ZSCORE", "spent:{{demo}}", "x"),
    ("ZREM", "spent:{{demo}}", "x"),
    ("DEL", "spent:{{demo}}"),
    # read what others left, take it away, or offer another key to write to
    ("XRANGE", "post:{{demo}}", "-", "+"),
    ("XREAD", "STREAMS", "post:{{demo}}", "0"),
    ("XDEL", "post:{{demo}}", "1-1"),
    ("DEL", "post:{{demo}}"),
    ("SET", "line:{{demo}}", "mallory"),
    ("DEL", "line:{{demo}}"),
    ("SET", "hours:{{demo}}", "mallory"),
    ("DEL", "hours:{{demo}}"),
    # shut the desk, or open it
    ("SET", "shut:{{demo}}", "tonight"),
    ("DEL", "shut:{{demo}}"),
    ("PEXPIRE", "shut:{{demo}}", "1"),
    ("GETDEL", "shut:{{demo}}"),
    # say whom visitors may ask for
    ("HSET", "asked:{{demo}}", "mallory", "x"),
    ("HDEL", "asked:{{demo}}", "anna"),
    ("DEL", "asked:{{demo}}"),
    # publish texts
    ("HSET", "edition:{{all}}", "number", "9"),
    ("HDEL", "edition:{{all}}", "number"),
    ("DEL", "edition:{{all}}"),
    ("PEXPIRE", "edition:{{all}}", "1"),
    ("RENAME", "edition:{{all}}", "talk:{{demo}}:x"),
)
STAFF_MAY_NOT: tuple[Command, ...] = (
    # see, change or erase what a chat app keeps, or fetch in its place
    ("GET", "chat:{{demo}}:x"),
    ("SET", "chat:{{demo}}:x", "x"),
    ("DEL", "chat:{{demo}}:x"),
    ("ZRANGE", "chats:{{demo}}", "0", "-1"),
    ("ZADD", "chats:{{demo}}", "1", "x"),
    ("SET", "poll:{{demo}}", "mallory"),
    ("XADD", "post:{{demo}}", "*", "box", "x"),
    ("XADD", "{up}", "*", "id", "x", "body", "x"),
    ("XTRIM", "{up}", "MAXLEN", "0"),
    ("PUBLISH", "{up}", "w"),
    ("SPUBLISH", "{up}", "w"),
    ("SUBSCRIBE", "{down}"),
    ("PSUBSCRIBE", "*"),
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("RANDOMKEY",),
    ("RENAME", "{down}", "{up}"),
    ("COPY", "{down}", "{up}"),
    ("ZADD", "spent:{{demo}}", "9e15", "x"),
    ("ZRANGE", "spent:{{demo}}", "0", "-1"),
)
NOBODY_MAY: tuple[Command, ...] = (
    ("CONFIG", "GET", "*"),
    ("CONFIG", "SET", "save", "60 1"),
    ("ACL", "LIST"),
    ("ACL", "WHOAMI"),
    ("MONITOR",),
    ("SAVE",),
    ("BGSAVE",),
    ("BGREWRITEAOF",),
    ("CLIENT", "LIST"),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("SLOWLOG", "GET"),
    ("INFO",),
    ("DEBUG", "SLEEP", "0"),
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("SHUTDOWN",),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("SCRIPT", "FLUSH"),
    ("FUNCTION", "LIST"),
    ("MODULE", "LIST"),
    ("SELECT", "1"),
    ("SET", "anything", "x"),
    ("GET", "anything"),
    ("MULTI",),
)
REFUSED = "(?i)noperm|permission|acl failure|not allowed|user executing the script can't"
CASES = [
    *(pytest.param("visitor", command, id=f"visitor-{' '.join(command)}") for command in VISITOR_MAY_NOT + NOBODY_MAY),
    *(pytest.param("staff", command, id=f"staff-{' '.join(command)}") for command in STAFF_MAY_NOT + NOBODY_MAY),
]


@pytest.fixture(scope="module")
def clients(server: Engine) -> Iterator[dict[str, redis.Redis]]:
    made = {
        side: redis.Redis.from_url(url, protocol=2, driver_info=None)
        for side, url in (("visitor", server.visitor), ("staff", server.staff))
    }
    yield made
    for client in made.values():
        client.close()


async def _prepared(ends: Ends) -> TalkRef:
    ref = await taken(ends)
    await joined(ends.visitor)
    await ends.visitor.say(ref, 1, message(1), b"words")
    await ends.staff.say(ref, ANNA, 1, message(2), b"words")
    await ends.visitor.count(DESK, {"talk.joined": 1})
    await ends.staff.publish(Edition(1, "digest", b"{}"))
    return ref


def _filled(command: Command, ref: TalkRef) -> list[str]:
    places = {kind: f"{kind}:{{{ref.desk}}}:{ref.talk}" for kind in ("talk", "up", "down")}
    return [word.format(**places) for word in command]


def _run(client: redis.Redis, *words: str | int) -> object:
    answer: object = client.execute_command(*words)  # type: ignore[no-untyped-call]
    return answer


def _everything(engine: Engine) -> dict[bytes, bytes | None]:
    with engine.client() as admin:
        return {key: admin.dump(key) for key in admin.keys("*")}


@pytest.mark.parametrize(("side", "command"), CASES)
async def test_the_engine_refuses(
    engine: Engine, ends: Ends, clients: dict[str, redis.Redis], side: str, command: Command
) -> None:
    words = _filled(command, await _prepared(ends))
    before = _everything(engine)
    client = clients[side]
    with pytest.raises(redis.ResponseError, match=REFUSED):
        _run(client, *words)
    declared = [word for word in words if any(tag in word for tag in ("{demo}", "{all}"))]
    script = "return redis.call(unpack(ARGV))"
    with pytest.raises(redis.ResponseError, match=REFUSED):
        _run(client, "EVAL", script, len(declared), *declared, *words)
    with pytest.raises(redis.ResponseError, match=REFUSED):
        _run(client, "EVAL", script, 0, *words)
    assert _everything(engine) == before


async def test_no_probe_in_the_room_tells_which_ids_the_others_have(
    ends: Ends, clients: dict[str, redis.Redis]
) -> None:
    """Ids are capabilities. The time of a join can be found by counting; at that very time, members that sort before
    and behind the id sought must get the same answers to all that the visitor's user may ask."""
    sought = (await joined(ends.visitor)).talk
    client, room = clients["visitor"], f"room:{{{DESK}}}"
    low, high = 0, 2**53
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _run(client, "ZCOUNT", room, 0, middle) else (middle + 1, high)
    answers = set()
    for probe in ("-" * 22, sought[:-1] + "-", sought[:11], sought[:21] + "z", "z" * 22):
        ref = TalkRef(DESK, TalkId(probe.ljust(22, "-")))
        talk = f"talk:{{{DESK}}}:{ref.talk}"
        if ref.talk == sought:
            continue  # no probe but the right guess
        _run(client, "HSET", talk, "state", "waiting", "joined", low)
        told = [_run(client, "ZADD", room, low, ref.talk), await ends.visitor.attend(ref)]
        told += [_run(client, "ZCOUNT", room, bound, low) for bound in (low, f"({low}")]
        told += [_run(client, "ZCARD", room), _run(client, "ZREM", room, ref.talk), _run(client, "DEL", talk)]
        answers.add(repr(told))
    assert len(answers) == 1


@pytest.mark.parametrize("side", ["visitor", "staff"])
async def test_what_a_side_does_all_day_is_allowed(ends: Ends, clients: dict[str, redis.Redis], side: str) -> None:
    """The refusals above would also hold for a user who may do nothing: this one may."""
    ref = await _prepared(ends)
    heard, spoken = ("down", "up") if side == "visitor" else ("up", "down")
    client = clients[side]
    assert _run(client, *_filled(("XRANGE", f"{{{heard}}}", "-", "+"), ref))
    assert _run(client, *_filled(("PUBLISH", f"{{{spoken}}}", "h1"), ref)) == 0
    assert _run(client, *_filled(("XADD", f"{{{spoken}}}", "2-0", "id", "x", "body", "x"), ref)) == b"2-0"


def test_nobody_enters_without_a_name(server: Engine) -> None:
    once = Retry(NoBackoff(), 0)
    nameless = redis.Redis(unix_socket_path=str(server.socket), protocol=2, driver_info=None, retry=once)
    with nameless, pytest.raises(redis.AuthenticationError):
        nameless.ping()


def test_the_engine_keeps_nothing_on_the_disk_or_in_a_list(server: Engine) -> None:
    with server.client() as admin:
        settings = admin.config_get("*")
        assert settings["save"] == ""
        assert settings["appendonly"] == "no"
        assert settings["slowlog-max-len"] == "0"
        assert settings["slowlog-log-slower-than"] == "-1"
        assert settings["maxmemory-policy"] == "noeviction"
        assert settings["lazyfree-lazy-user-del"] == "no"
        assert admin.slowlog_len() == 0
        assert admin.acl_log() == []
